import type { CaptureState, DeviceInfo, DeviceProblem } from "../call/types";
import { shallowEqual } from "../util/equal";
import { orderDevices } from "./device_choice";
import { mayTryAnother, problemOf } from "./device_problem";

export interface CaptureOptions {
  /** Opens the device, or the browser's choice when there is no id. */
  open: (deviceId: string | undefined) => Promise<MediaStreamTrack>;
  /** Set where the page has no capture at all. */
  impossible?: DeviceProblem;
  /** A microphone that is turned off keeps listening, to notice that one speaks in vain; a camera's light must go out. */
  keepsWhenOff: boolean;
  readPreference: () => string | null;
  writePreference: (label: string) => void;
  changed: () => void;
}

/**
 * The capture of one microphone or camera: what the user wants, which device does it, and what to do when that fails or
 * vanishes. Every request to the browser may be overtaken by the next wish, so each has a number, and a track that comes
 * for an old one is let go.
 */
export class Capture {
  readonly #options: CaptureOptions;
  #enabled = true;
  #running = false;
  #request = 0;
  #track: MediaStreamTrack | undefined;
  #problem: DeviceProblem | undefined;
  #opening = false;
  #chosenId: string | undefined;
  #devices: readonly DeviceInfo[] = [];
  #state: CaptureState = { enabled: true, state: "off" };

  constructor(options: CaptureOptions) {
    this.#options = options;
  }

  get state(): CaptureState {
    return this.#state;
  }

  /** What is captured, turned on or not. */
  get track(): MediaStreamTrack | undefined {
    return this.#track;
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#settle();
  }

  stop(): void {
    this.#running = false;
    this.#settle();
  }

  setEnabled(enabled: boolean): void {
    // Turning it on is a wish to try, whatever happened before.
    if (enabled) this.#problem = undefined;
    this.#enabled = enabled;
    this.#settle();
  }

  /** Remembers the choice and changes over to it. */
  choose(id: string): void {
    const device = this.#devices.find((candidate) => candidate.id === id);
    if (device?.label) this.#options.writePreference(device.label);
    this.#chosenId = id;
    if (this.#running && (this.#enabled || this.#track !== undefined)) this.#changeOver(id);
    else this.#publish();
  }

  retry(): void {
    this.#problem = undefined;
    this.#settle();
  }

  /** Starts with a track that the browser gave to another request of this page. */
  adopt(track: MediaStreamTrack): void {
    this.#running = true;
    this.#request += 1;
    this.#opening = false;
    this.#use(track);
    this.#settle();
  }

  /** Another request of this page has found out that there is no use in trying. */
  fail(problem: DeviceProblem): void {
    this.#running = true;
    this.#request += 1;
    this.#opening = false;
    this.#problem = problem;
    this.#publish();
  }

  /** Hot-plug: tries again what failed, and goes back to the preferred device when it returns. */
  devicesChanged(devices: readonly DeviceInfo[]): void {
    const known = new Set(this.#devices.map(({ id }) => id));
    const isNew = devices.some(({ id }) => !known.has(id));
    this.#devices = devices;
    if (!this.#running) return;
    if (isNew && this.#problem !== undefined) this.retry();
    const preferred = devices.find(({ label }) => label !== "" && label === this.#options.readPreference());
    const current = this.#track?.getSettings().deviceId;
    if (
      preferred !== undefined &&
      current !== undefined &&
      preferred.id !== current &&
      !known.has(preferred.id)
    ) {
      this.#changeOver(preferred.id);
    }
  }

  /** The page is looked at again: a phone may have taken the device away meanwhile. */
  pageShown(): void {
    if (this.#running && this.#enabled && this.#problem !== "permissionDenied") this.retry();
  }

  /** Brings what is captured in line with what is wanted. */
  #settle(): void {
    const keep = this.#running && (this.#enabled || this.#options.keepsWhenOff);
    if (!keep) {
      this.#request += 1;
      this.#opening = false;
      this.#problem = undefined;
      this.#release();
    } else if (this.#enabled && this.#track === undefined && !this.#opening && this.#problem === undefined) {
      void this.#open(undefined);
      return;
    }
    this.#publish();
  }

  /** The old device is let go first: a phone cannot hold two cameras at once. */
  #changeOver(id: string): void {
    this.#release();
    void this.#open(id);
  }

  /** Tries `firstId`, or else the best device, and then the others. */
  async #open(firstId: string | undefined, failedIds: ReadonlySet<string> = new Set()): Promise<void> {
    const request = ++this.#request;
    this.#opening = true;
    this.#problem = this.#options.impossible;
    this.#publish();
    if (this.#problem === undefined) {
      const outcome = await this.#tryInTurn(firstId, failedIds, () => request === this.#request);
      if (request !== this.#request) {
        outcome.track?.stop();
        return;
      }
      this.#problem = outcome.problem;
      if (outcome.track !== undefined) this.#use(outcome.track);
    }
    this.#opening = false;
    this.#settle();
  }

  async #tryInTurn(
    firstId: string | undefined,
    failedIds: ReadonlySet<string>,
    isWanted: () => boolean,
  ): Promise<{ track?: MediaStreamTrack; problem?: DeviceProblem }> {
    const ordered = orderDevices(this.#devices, this.#options.readPreference(), failedIds).map(
      ({ id }) => id,
    );
    const rest = ordered.filter((id) => id !== firstId);
    // Before the permission is given there are no ids, and the browser's own choice is the user's.
    const ids = firstId === undefined ? rest : [firstId, ...rest];
    let problem: DeviceProblem | undefined;
    for (const id of ids.length > 0 ? ids : [undefined]) {
      try {
        return { track: await this.#options.open(id) };
      } catch (error) {
        const found = problemOf(error);
        // The first failure is that of the device one meant, and so the one to tell of.
        problem ??= found;
        if (!isWanted() || !mayTryAnother(found)) return { problem: found };
      }
    }
    return { problem };
  }

  #use(track: MediaStreamTrack): void {
    this.#release();
    this.#problem = undefined;
    this.#track = track;
    this.#chosenId = track.getSettings().deviceId;
    track.onended = () => this.#lost(track);
    track.onmute = () => this.#publish();
    track.onunmute = () => this.#publish();
  }

  /** Unplugged, or taken away by the system: the others take its place. */
  #lost(track: MediaStreamTrack): void {
    if (track !== this.#track) return;
    const { deviceId } = track.getSettings();
    this.#release();
    if (this.#running && this.#enabled) void this.#open(undefined, new Set(deviceId ? [deviceId] : []));
    else this.#publish();
  }

  #release(): void {
    const track = this.#track;
    if (track === undefined) return;
    this.#track = undefined;
    track.onended = null;
    track.onmute = null;
    track.onunmute = null;
    track.stop();
  }

  #publish(): void {
    const next: CaptureState = {
      enabled: this.#enabled,
      state: this.#describe(),
      problem: this.#enabled ? this.#problem : undefined,
      deviceId: this.#track?.getSettings().deviceId ?? this.#chosenId,
    };
    if (!shallowEqual(next, this.#state)) this.#state = next;
    this.#options.changed();
  }

  #describe(): CaptureState["state"] {
    if (!this.#enabled || !this.#running) return "off";
    // A muted track is one whose source is interrupted for now.
    if (this.#track !== undefined) return this.#track.muted ? "starting" : "live";
    if (this.#problem !== undefined) return "failed";
    return "starting";
  }
}
