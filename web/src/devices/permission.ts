import type { DevicesSnapshot } from "../call/types";
import { Store } from "../util/store";

export type Permission = DevicesSnapshot["permission"];

/** The answer for both devices: one that may be asked for is reason to ask, one that is allowed is enough to go on. */
export function combinePermissions(camera: PermissionState, microphone: PermissionState): Permission {
  if (camera === "prompt" || microphone === "prompt") return "prompt";
  return camera === "granted" || microphone === "granted" ? "granted" : "denied";
}

/** Whether the browser lets this page capture, as far as it tells. */
export class PermissionWatch extends Store<Permission> {
  /** Settled once the browser has answered for the first time, or will never answer. */
  readonly ready: Promise<void>;

  constructor() {
    super("unknown");
    this.ready = this.#watch();
  }

  async #watch(): Promise<void> {
    // Insecure pages are told "denied", which the user could do nothing about; that has its own explanation.
    if (!isSecureContext) return;
    try {
      const [camera, microphone] = await Promise.all([
        navigator.permissions.query({ name: "camera" }),
        navigator.permissions.query({ name: "microphone" }),
      ]);
      const read = () => this.set(combinePermissions(camera.state, microphone.state));
      camera.onchange = read;
      microphone.onchange = read;
      read();
    } catch {
      // Some browsers do not know these names: "unknown" stands.
    }
  }
}
