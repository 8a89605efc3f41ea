import type { DevicesSnapshot } from "../call/types";
import { Store } from "../util/store";

export type Permission = DevicesSnapshot["permission"];

export const captureKinds = ["microphone", "camera"] as const;
export type CaptureKind = (typeof captureKinds)[number];

/** The answer for all devices: one that may be asked for is reason to ask, one that is allowed is enough to go on. */
export function combinePermissions(states: readonly PermissionState[]): Permission {
  // Without any device there is nothing to ask for; trying tells the user so.
  if (states.length === 0) return "unknown";
  if (states.includes("prompt")) return "prompt";
  return states.includes("granted") ? "granted" : "denied";
}

/** Whether the browser lets this page capture, as far as it tells. */
export class PermissionWatch extends Store<Permission> {
  /** Settled once the browser has answered for the first time, or will never answer. */
  readonly ready: Promise<void>;
  #states: Readonly<Record<CaptureKind, PermissionStatus>> | undefined;
  #present: readonly CaptureKind[] = captureKinds;

  constructor() {
    super("unknown");
    this.ready = this.#watch();
  }

  /** Undefined where the browser does not tell. */
  stateOf(kind: CaptureKind): PermissionState | undefined {
    return this.#states?.[kind].state;
  }

  /** The kinds this machine has: a question about a camera that is not there would be asked for ever. */
  setPresent(present: readonly CaptureKind[]): void {
    if (present.length === this.#present.length && present.every((kind) => this.#present.includes(kind)))
      return;
    this.#present = present;
    this.#read();
  }

  async #watch(): Promise<void> {
    // Insecure pages are told "denied", which the user could do nothing about; that has its own explanation.
    if (!isSecureContext) return;
    try {
      const [microphone, camera] = await Promise.all([
        navigator.permissions.query({ name: "microphone" }),
        navigator.permissions.query({ name: "camera" }),
      ]);
      this.#states = { microphone, camera };
      microphone.onchange = () => this.#read();
      camera.onchange = () => this.#read();
      this.#read();
    } catch {
      // Some browsers do not know these names: "unknown" stands.
    }
  }

  #read(): void {
    const states = this.#states;
    if (states !== undefined) this.set(combinePermissions(this.#present.map((kind) => states[kind].state)));
  }
}
