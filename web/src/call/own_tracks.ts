import type { UserTracks } from "../protocol/messages";
import type { CaptureState, DevicesSnapshot } from "./types";

/** What the others are told about our devices: a thing is "enabled" only while it really delivers. */
export function describeTracks(devices: DevicesSnapshot): UserTracks {
  return {
    audioEnabled: delivers(devices.microphone),
    audioUnavailable: devices.microphone.state === "failed",
    videoEnabled: delivers(devices.camera),
    screenShareEnabled: delivers(devices.screen),
  };
}

function delivers(capture: CaptureState): boolean {
  return capture.enabled && capture.state === "live";
}
