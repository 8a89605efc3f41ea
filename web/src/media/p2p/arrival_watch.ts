import type { MediaKind } from "../media_path";

/** How long something may be announced without arriving, and how long to wait after each vain repair. */
const PATIENCE_MS = [8000, 8000, 8000, 30_000, 60_000, 120_000] as const;
const LAST_PATIENCE_MS = 120_000;

interface Arrival {
  bytes: number;
  since: number;
  repairs: number;
}

/**
 * Finds media that runs one way only: somebody says they send, the link is connected, and nothing arrives. After the first
 * three, repairs that do not help come ever more rarely, because each of them interrupts what does arrive.
 */
export class ArrivalWatch {
  readonly #arrivals = new Map<MediaKind, Arrival>();

  /**
   * One look at one kind: whether it should arrive, and the total of `bytes` that did. 0, or when it is time for a repair,
   * its number among those in a row that have not helped.
   */
  look(kind: MediaKind, expected: boolean, bytes: number, now: number): number {
    const arrival = this.#arrivals.get(kind);
    if (!expected) {
      this.#arrivals.delete(kind);
      return 0;
    }
    // A total that went down belongs to a new connection: neither progress nor a reason to begin waiting anew.
    if (arrival === undefined || bytes > arrival.bytes) {
      this.#arrivals.set(kind, { bytes, since: now, repairs: 0 });
      return 0;
    }
    arrival.bytes = bytes;
    // A browser sends no frames of a screen on which nothing moves; once it has arrived, silence means nothing.
    if (kind === "screen" && bytes > 0) return 0;
    if (now - arrival.since < (PATIENCE_MS[arrival.repairs] ?? LAST_PATIENCE_MS)) return 0;
    arrival.repairs += 1;
    arrival.since = now;
    return arrival.repairs;
  }

  /** The link is not connected: that is another trouble, with its own cure. */
  pause(now: number): void {
    for (const arrival of this.#arrivals.values()) arrival.since = now;
  }
}
