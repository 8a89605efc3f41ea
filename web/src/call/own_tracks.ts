import type { TrackAddresses } from "../media/media_path";
import type { UserTracks } from "../protocol/messages";
import type { CaptureState, DevicesSnapshot } from "./types";

/** What the others are told about our devices: a thing is "enabled" only while it really delivers. */
export function describeTracks(devices: DevicesSnapshot, addresses: TrackAddresses): UserTracks {
  return {
    audio: addresses.audio,
    video: addresses.camera,
    screenshare: addresses.screen,
    audioEnabled: delivers(devices.microphone),
    audioUnavailable: devices.microphone.state === "failed",
    videoEnabled: delivers(devices.camera),
    screenShareEnabled: delivers(devices.screen),
  };
}

function delivers(capture: CaptureState): boolean {
  return capture.enabled && capture.state === "live";
}
