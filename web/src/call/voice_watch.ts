import { SpeakingDetector } from "../devices/speaking_detector";
import type { Devices } from "./types";

/** A reminder that comes oftener is a nuisance. */
const REMINDER_MS = 10_000;

export interface VoiceWatchOptions {
  devices: Devices;
  /** Whether the others hear us speak has changed. */
  speakingChanged: (speaking: boolean) => void;
  speakingWhileMuted: () => void;
}

/** Listens to the own microphone during a call. */
export class VoiceWatch {
  readonly #options: VoiceWatchOptions;
  readonly #detector = new SpeakingDetector();
  readonly #end: () => void;
  #speaking = false;
  #wasEnabled: boolean;
  #remindedAt = Number.NEGATIVE_INFINITY;

  constructor(options: VoiceWatchOptions) {
    this.#options = options;
    this.#wasEnabled = isHeard(options.devices);
    this.#end = options.devices.onVoice((amplitude) => this.#hear(amplitude));
  }

  close(): void {
    this.#end();
  }

  #hear(amplitude: number): void {
    const now = Date.now();
    const enabled = isHeard(this.#options.devices);
    // The rest of a sentence in which one mutes oneself is not spoken in vain.
    if (enabled !== this.#wasEnabled) this.#detector.reset();
    this.#wasEnabled = enabled;
    const hasVoice = this.#detector.hear(amplitude, now);
    if (hasVoice && !enabled && now - this.#remindedAt >= REMINDER_MS) {
      this.#remindedAt = now;
      this.#options.speakingWhileMuted();
    }
    const speaking = hasVoice && enabled;
    if (speaking === this.#speaking) return;
    this.#speaking = speaking;
    this.#options.speakingChanged(speaking);
  }
}

function isHeard(devices: Devices): boolean {
  return devices.getSnapshot().microphone.enabled;
}
