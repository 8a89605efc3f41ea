import type { MediaPath } from "../media/media_path";
import type { ClientMessage } from "../protocol/messages";
import type { Devices } from "./types";

/** The last syllable is still on its way when the button is let go. */
const RELEASE_DELAY_MS = 200;

export interface AiTalkOptions {
  devices: Devices;
  media: MediaPath;
  send: (message: ClientMessage) => void;
}

/**
 * Talking to the AI: as long as it is wished our voice goes into a track of its own, and the server is asked to let the AI
 * hear that. At all other times nothing is in this track, so that the AI hears nothing whatever the server does.
 */
export class AiTalk {
  readonly #options: AiTalkOptions;
  #talking = false;
  #wasMuted = false;
  #voice: { source: MediaStreamTrack; copy: MediaStreamTrack } | undefined;
  /** Which track the server has been asked for. */
  #asked: string | undefined;
  #releaseTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: AiTalkOptions) {
    this.#options = options;
  }

  set(talking: boolean): void {
    clearTimeout(this.#releaseTimer);
    if (talking) this.#begin();
    else if (this.#talking) this.#releaseTimer = setTimeout(() => this.end(), RELEASE_DELAY_MS);
  }

  /** At once, for whatever reason. */
  end(): void {
    clearTimeout(this.#releaseTimer);
    if (!this.#talking) return;
    this.#talking = false;
    this.#asked = undefined;
    this.#options.media.talk(null);
    this.#voice?.copy.stop();
    this.#voice = undefined;
    if (this.#wasMuted) this.#options.devices.setMicrophone(false);
    this.#options.send({ type: "relenquishAiControl" });
  }

  /** A server that comes back knows nothing of what it was asked. */
  askAgain(): void {
    this.#asked = undefined;
    this.refresh();
  }

  /** To be called whenever the microphone, or what is published, has changed. */
  refresh(): void {
    if (!this.#talking) return;
    const { devices, media, send } = this.#options;
    const { microphone } = devices.getSnapshot().outgoing;
    if (microphone !== this.#voice?.source) {
      this.#voice?.copy.stop();
      this.#voice = microphone && { source: microphone, copy: microphone.clone() };
      media.talk(this.#voice?.copy ?? null);
    }
    const address = this.#voice && media.published().talk;
    if (address === undefined || address === this.#asked) return;
    this.#asked = address;
    const [sessionId = "", trackName = ""] = address.split("/");
    send({ type: "requestAiControl", track: { location: "remote", sessionId, trackName } });
  }

  #begin(): void {
    if (this.#talking) return;
    const { devices } = this.#options;
    this.#talking = true;
    this.#wasMuted = !devices.getSnapshot().microphone.enabled;
    if (this.#wasMuted) devices.setMicrophone(true);
    this.refresh();
  }
}
