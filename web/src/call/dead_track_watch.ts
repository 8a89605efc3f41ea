import type { MediaConnection, MediaKind } from "../media/media_path";
import { readReport } from "../media/statistics/read_report";

const LOOK_INTERVAL_MS = 2000;
/** A track that is on brings something at least every second. */
const DEAD_AFTER_MS = 10_000;

/** Who is said to send what. */
export interface ExpectedTracks {
  id: string;
  sends: Readonly<Record<MediaKind, boolean>>;
}

export interface DeadTrackOptions {
  connections: () => readonly MediaConnection[];
  expected: () => readonly ExpectedTracks[];
  /** Called once for each track of each person. */
  found: (id: string, kind: MediaKind) => void;
}

interface Flow {
  bytes: number;
  since: number;
}

/**
 * Finds tracks that we receive and that bring nothing, so that those who run the server hear of it. The media path mends
 * what it can by itself; this only tells.
 */
export class DeadTrackWatch {
  readonly #options: DeadTrackOptions;
  readonly #flows = new Map<string, Flow>();
  readonly #told = new Set<string>();
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(options: DeadTrackOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.#look(), LOOK_INTERVAL_MS);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    const expected = new Map(this.#options.expected().map(({ id, sends }) => [id, sends]));
    const seen = new Set<string>();
    for (const connection of this.#options.connections()) {
      const report = await connection.getStats().catch(() => undefined);
      const reading = report && readReport(connection, report);
      // Without a connection it is not the track that is dead.
      if (!reading?.connection.established) continue;
      for (const { key, id, kind, direction, bytes } of reading.streams) {
        // A browser sends no frames of a screen on which nothing moves; once it has come, silence means nothing.
        const quiet = kind === "screen" && bytes > 0;
        if (direction !== "in" || quiet || expected.get(id)?.[kind] !== true) continue;
        seen.add(key);
        if (this.#isDead(key, bytes)) this.#tell(id, kind);
      }
    }
    for (const key of this.#flows.keys()) if (!seen.has(key)) this.#flows.delete(key);
  }

  #isDead(key: string, bytes: number): boolean {
    const flow = this.#flows.get(key);
    if (flow?.bytes === bytes) return Date.now() - flow.since >= DEAD_AFTER_MS;
    this.#flows.set(key, { bytes, since: Date.now() });
    return false;
  }

  #tell(id: string, kind: MediaKind): void {
    const name = `${id} ${kind}`;
    if (this.#told.has(name)) return;
    this.#told.add(name);
    this.#options.found(id, kind);
  }
}
