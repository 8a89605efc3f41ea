import type { ClientConfig } from "../../api/client";
import { cameraLimits, screenLimits } from "../encodings";
import type { MediaKind } from "../media_path";

/** Names of the two sizes of a camera's picture; the same ones as old clients use, because both pull from each other. */
export const LARGE_RID = "a";
export const SMALL_RID = "b";

/** A clean picture of 1280×720 needs no more, and it leaves room for the small one beside it. */
const MAX_LARGE_BITRATE = 1_300_000;
const MAX_SMALL_BITRATE = 500_000;
const MAX_SMALL_FRAMERATE = 24;

/** Two people, because the SFU is the one receiver of what we send, however many the others are. */
const ENDS = 2;

/** What is sent of one kind: each is encoded and sent once, and the SFU chooses for every receiver. */
export function sfuEncodings(
  kind: MediaKind,
  track: MediaStreamTrack | null,
  config: ClientConfig,
  saveData: boolean,
): RTCRtpEncodingParameters[] {
  switch (kind) {
    case "audio":
      return [{ networkPriority: "high" }];
    case "camera":
      return cameraEncodings(track, config, saveData);
    case "screen":
      return [{ ...screenLimits(ENDS) }];
    default:
      return kind satisfies never;
  }
}

function cameraEncodings(
  track: MediaStreamTrack | null,
  config: ClientConfig,
  saveData: boolean,
): RTCRtpEncodingParameters[] {
  const { maxBitrate, maxFramerate, scaleResolutionDownBy } = cameraLimits(config, ENDS, track);
  const large = Math.min(maxBitrate, MAX_LARGE_BITRATE);
  return [
    {
      rid: LARGE_RID,
      active: !saveData,
      maxBitrate: large,
      maxFramerate,
      scaleResolutionDownBy,
    },
    {
      rid: SMALL_RID,
      active: true,
      maxBitrate: Math.round((large * MAX_SMALL_BITRATE) / MAX_LARGE_BITRATE),
      maxFramerate: Math.min(maxFramerate, MAX_SMALL_FRAMERATE),
      scaleResolutionDownBy: scaleResolutionDownBy * 2,
    },
  ];
}
