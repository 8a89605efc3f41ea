/** What we send comes to an SFU within a second or two, over the worst line within ten. */
const PATIENCE_MS = 20_000;
const MAX_PATIENCE_MS = 160_000;

/**
 * Waits for what we send to come to the SFU, and has the way there rebuilt when it does not; ever more rarely, because
 * that interrupts what comes by it.
 */
export class SendingWatch {
  readonly #rebuild: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #patience = PATIENCE_MS;
  #overdueSince: number | undefined;

  constructor(rebuild: () => void) {
    this.#rebuild = rebuild;
  }

  /** Since when, as `Date.now()`, the others have been missing something of ours; undefined while all is well. */
  get overdueSince(): number | undefined {
    return this.#overdueSince;
  }

  look(sendsAll: boolean, now: number): void {
    if (sendsAll) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#patience = PATIENCE_MS;
      this.#overdueSince = undefined;
      return;
    }
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#overdueSince ??= now;
      this.#patience = Math.min(this.#patience * 2, MAX_PATIENCE_MS);
      this.#rebuild();
    }, this.#patience);
  }

  close(): void {
    clearTimeout(this.#timer);
  }
}
