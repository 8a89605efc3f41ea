/** Of all entries together: what a report of a problem may have. */
const MAX_LENGTH = 300_000;

/** Calls to the SFU and their answers, the newest last, for a report of a problem. */
export class ApiHistory {
  #entries: readonly { at: number; entry: unknown }[] = [];

  /** Returns the function that keeps one more, and never more than `limit` of them. */
  keeper(limit: number): (entry: unknown) => void {
    return (entry) => {
      this.#entries = [...this.#entries, { at: Date.now(), entry }].slice(-limit);
    };
  }

  /** As many of the newest as a report can take. */
  newest(): readonly unknown[] {
    let length = 0;
    const tooOld = this.#entries.findLastIndex((entry) => {
      length += JSON.stringify(entry).length;
      return length > MAX_LENGTH;
    });
    return this.#entries.slice(tooOld + 1);
  }
}

/** Of this page: what led to a problem may lie before the latest session. */
export const apiHistory = new ApiHistory();
