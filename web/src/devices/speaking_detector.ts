/** Above this a voice begins; room noise and breath stay below. */
const START_AMPLITUDE = 0.1;
/** A voice that has begun goes on above this, through its quiet syllables. */
const CONTINUE_AMPLITUDE = 0.02;
/** The pause after which somebody has stopped speaking; shorter pauses belong to speech. */
const END_AFTER_MS = 1000;

/** Tells from the microphone's amplitude whether somebody speaks. */
export class SpeakingDetector {
  #lastHeard: number | undefined;

  /** `amplitude` is linear, from 0 to 1; returns whether there is speech at `now` (ms). */
  hear(amplitude: number, now: number): boolean {
    const threshold = this.#lastHeard === undefined ? START_AMPLITUDE : CONTINUE_AMPLITUDE;
    if (amplitude > threshold) this.#lastHeard = now;
    else if (this.#lastHeard !== undefined && now - this.#lastHeard >= END_AFTER_MS)
      this.#lastHeard = undefined;
    return this.#lastHeard !== undefined;
  }

  reset(): void {
    this.#lastHeard = undefined;
  }
}
