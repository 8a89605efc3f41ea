import type { DeviceProblem } from "../call/types";

/**
 * What `getUserMedia` failed with (W3C Media Capture and Streams, 10.2), by what the user can do about it. Browsers differ
 * in the finer points, so the names are grouped generously.
 */
export function problemOf(error: unknown): DeviceProblem {
  const name = error instanceof Error || error instanceof DOMException ? error.name : "";
  switch (name) {
    case "NotAllowedError":
    case "SecurityError":
      return "permissionDenied";
    // Overconstrained: the device that was asked for by its id is not there any more.
    case "NotFoundError":
    case "OverconstrainedError":
      return "notFound";
    // Abort: the hardware did not start in time, mostly because another program holds it.
    case "NotReadableError":
    case "AbortError":
      return "inUse";
    case "NotSupportedError":
    case "TypeError":
      return "notSupported";
    default:
      return "unknown";
  }
}

/** Why this page has no `navigator.mediaDevices` at all. */
export function problemWithoutMedia(isSecure: boolean): DeviceProblem {
  return isSecure ? "notSupported" : "insecureContext";
}

/** Whether another device of the kind may work although this one did not. */
export function mayTryAnother(problem: DeviceProblem): boolean {
  switch (problem) {
    case "permissionDenied":
    case "notSupported":
    case "insecureContext":
      return false;
    case "notFound":
    case "inUse":
    case "unknown":
      return true;
    default:
      return problem satisfies never;
  }
}
