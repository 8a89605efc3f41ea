import type { Tiles } from "../media_path";
import { SMALL_RID } from "./sfu_encodings";

/** A tile that scrolls out and in again, or moves from one place to another, is not worth two negotiations. */
const LINGER_MS = 2000;
/**
 * The small picture of a camera is 360 lines tall. The two limits lie apart, so that a window that is dragged over one of
 * them does not make the server change back and forth.
 */
const SMALL_BELOW = 380;
const LARGE_FROM = 420;

/** "" leaves the choice to the SFU. */
export type PreferredRid = typeof SMALL_RID | "";

interface Sight {
  rid: PreferredRid;
  /** Undefined while in sight. */
  lostAt: number | undefined;
}

/** Which pictures are wanted, and in which size, after what is on the stage. Pure: the time is passed in. */
export class ShownTiles {
  readonly #sights = new Map<string, Sight>();

  update(tiles: Tiles, now: number): void {
    const seen = new Set<string>();
    for (const [id, heights] of tiles) {
      for (const kind of ["camera", "screen"] as const) {
        const height = heights[kind];
        if (height === undefined) continue;
        const key = keyOf(id, kind);
        seen.add(key);
        const before = this.#sights.get(key)?.rid ?? (height < LARGE_FROM ? SMALL_RID : "");
        this.#sights.set(key, { rid: preferred(height, before), lostAt: undefined });
      }
    }
    for (const [key, sight] of this.#sights) if (!seen.has(key)) sight.lostAt ??= now;
    this.forget(now);
  }

  wants(id: string, kind: "camera" | "screen"): boolean {
    return this.#sights.has(keyOf(id, kind));
  }

  rid(id: string): PreferredRid {
    return this.#sights.get(keyOf(id, "camera"))?.rid ?? "";
  }

  /** Drops what has been out of sight long enough. */
  forget(now: number): void {
    for (const [key, { lostAt }] of this.#sights)
      if (lostAt !== undefined && now - lostAt >= LINGER_MS) this.#sights.delete(key);
  }

  /** When `forget` has to be called next. */
  get deadline(): number | undefined {
    const lost = [...this.#sights.values()].flatMap(({ lostAt }) => (lostAt === undefined ? [] : [lostAt]));
    return lost.length === 0 ? undefined : Math.min(...lost) + LINGER_MS;
  }
}

function keyOf(id: string, kind: "camera" | "screen"): string {
  return `${kind} ${id}`;
}

function preferred(height: number, before: PreferredRid): PreferredRid {
  if (height < SMALL_BELOW) return SMALL_RID;
  return height >= LARGE_FROM ? "" : before;
}
