import type { CaptureState } from "../call/types";
import { problemOf } from "./device_problem";

/** The browser asks what to share each time, so there is no device to choose, to remember or to try again. */
export class ScreenCapture {
  readonly #changed: () => void;
  #request = 0;
  #track: MediaStreamTrack | undefined;
  #state: CaptureState = { enabled: false, state: "off" };

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  static get isSupported(): boolean {
    // Typed as always there; phones and insecure pages lack it.
    const media = navigator.mediaDevices as Partial<MediaDevices> | undefined;
    return typeof media?.getDisplayMedia === "function";
  }

  get state(): CaptureState {
    return this.#state;
  }

  get track(): MediaStreamTrack | undefined {
    return this.#track;
  }

  setEnabled(enabled: boolean): void {
    if (enabled === this.#state.enabled) return;
    if (enabled) void this.#open();
    else this.#end();
  }

  async #open(): Promise<void> {
    const request = ++this.#request;
    this.#publish({ enabled: true, state: "starting" });
    try {
      const stream = await navigator.mediaDevices.getDisplayMedia({ video: true, audio: false });
      const track = stream.getVideoTracks()[0];
      if (request !== this.#request) {
        track?.stop();
      } else if (track === undefined) {
        this.#end();
      } else {
        this.#use(track);
      }
    } catch (error) {
      if (request !== this.#request) return;
      const problem = problemOf(error);
      // Closing the browser's dialogue is the same error as forbidding it, and no problem to tell of.
      if (problem === "permissionDenied") this.#end();
      else this.#publish({ enabled: false, state: "failed", problem });
    }
  }

  #use(track: MediaStreamTrack): void {
    this.#track = track;
    // Sharp letters rather than smooth motion when bits are short.
    track.contentHint = "detail";
    // The browser has its own button to stop sharing, and a shared window may be closed.
    track.onended = () => this.#end();
    this.#publish({ enabled: true, state: "live" });
  }

  #end(): void {
    this.#request += 1;
    if (this.#track !== undefined) {
      this.#track.onended = null;
      this.#track.stop();
      this.#track = undefined;
    }
    this.#publish({ enabled: false, state: "off" });
  }

  #publish(state: CaptureState): void {
    this.#state = state;
    this.#changed();
  }
}
