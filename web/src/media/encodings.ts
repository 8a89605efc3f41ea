import type { ClientConfig } from "../api/client";

export interface SendLimits {
  maxBitrate: number;
  maxFramerate: number;
  scaleResolutionDownBy: number;
}

/**
 * With a link per pair each picture is encoded and sent once for every other person. One bitrate that is shared among
 * them keeps the upload the same from 2 to 4 people; the size follows, so that the bits suffice for a clean picture and
 * an old machine for the encoders.
 */
const cameraLevels: ReadonlyMap<number, number> = new Map([
  [2, 1080],
  [3, 540],
]);
const CROWDED_CAMERA_LEVEL = 480;

/** Text has to stay readable whatever the number of people. */
const MIN_SCREEN_BITRATE = 1_000_000;
const MAX_SCREEN_BITRATE = 2_500_000;
const SCREEN_FRAMERATE = 15;

/** The limits of one camera encoding in a call of `people`; `track` tells the size that is captured. */
export function cameraLimits(
  config: ClientConfig,
  people: number,
  track: MediaStreamTrack | null,
): SendLimits {
  const level = Math.min(
    config.maxWebcamQualityLevel,
    cameraLevels.get(Math.max(people, 2)) ?? CROWDED_CAMERA_LEVEL,
  );
  const { width, height } = track?.getSettings() ?? {};
  return {
    maxBitrate: share(config.maxWebcamBitrate, people),
    maxFramerate: config.maxWebcamFramerate,
    // A picture of unknown size is left as it is; it is never scaled up.
    scaleResolutionDownBy: width && height ? Math.max(1, Math.min(width, height) / level) : 1,
  };
}

export function screenLimits(people: number): SendLimits {
  return {
    maxBitrate: Math.max(MIN_SCREEN_BITRATE, share(MAX_SCREEN_BITRATE, people)),
    maxFramerate: SCREEN_FRAMERATE,
    scaleResolutionDownBy: 1,
  };
}

function share(bitrate: number, people: number): number {
  return Math.round(bitrate / Math.max(1, people - 1));
}

/** VP8 first (every browser has it, and it is cheap to encode); the rest stays as a choice for odd browsers. */
export function preferVp8(codecs: readonly RTCRtpCodec[]): RTCRtpCodec[] {
  const isVp8 = (codec: RTCRtpCodec) => codec.mimeType.toLowerCase() === "video/vp8";
  return [...codecs.filter(isVp8), ...codecs.filter((codec) => !isVp8(codec))];
}
