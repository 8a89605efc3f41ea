import { mediaKinds, type MediaKind, type PathName, type RemoteMedia } from "../media_path";

/** The others need about as long as we do, and none of them hears or sees us by the old path once it is closed. */
const GRACE_MS = 3000;
/** What has not come by then is not expected any more: somebody's camera went off, or nobody looks at it. */
const LIMIT_MS = 10_000;

/** What is known at one moment of the ways to one person. */
export interface HandoverView {
  now: number;
  target: PathName;
  /** When the target became that. */
  since: number;
  /** What the person says to send. */
  sends: Readonly<Record<MediaKind, boolean>>;
  /** By the path that is left, and by the one that is the target; undefined where the person is not to be found. */
  old: RemoteMedia | undefined;
  next: RemoteMedia | undefined;
  /** Whether the target really delivers. */
  delivers: (kind: MediaKind) => boolean;
  /** Whether what we send has come to the target, so that the others can begin to take it from there. */
  sendsAll: boolean;
}

/**
 * From which path each kind of one person's media is taken, while there are two: from the old one until the new one has
 * proved itself or the old one has nothing more to give. Pure; the way back in the middle is the same rule with another
 * target.
 */
export class Handover {
  readonly #source: Record<MediaKind, PathName>;
  #settledSince: number | undefined;
  #sendsAllSince: number | undefined;

  constructor(source: PathName) {
    this.#source = { audio: source, camera: source, screen: source };
  }

  sourceOf(kind: MediaKind): PathName {
    return this.#source[kind];
  }

  look(view: HandoverView): void {
    let waits = false;
    for (const kind of mediaKinds) {
      const oldWorks = view.old?.link === "connected" && view.old[kind] !== undefined;
      const isThere = view.next?.[kind] !== undefined;
      if (isThere && (view.delivers(kind) || !oldWorks)) this.#source[kind] = view.target;
      else if (!isThere && oldWorks) this.#source[kind] = other(view.target);
      if (view.sends[kind] && oldWorks && this.#source[kind] !== view.target) waits = true;
    }
    if (waits) this.#settledSince = undefined;
    else this.#settledSince ??= view.now;
    if (view.sendsAll) this.#sendsAllSince ??= view.now;
    else this.#sendsAllSince = undefined;
  }

  /** There is another target: everything has to settle anew. */
  retarget(): void {
    this.#settledSince = undefined;
    this.#sendsAllSince = undefined;
  }

  /** There is one path only. */
  settle(target: PathName): void {
    for (const kind of mediaKinds) this.#source[kind] = target;
  }

  /** Whether the old path can be given up for this person. A new one that does not work is no reason to. */
  mayLeave({ now, since, next }: HandoverView): boolean {
    if (next?.link !== "connected") return false;
    // Whatever comes to us: as long as we are not to be had there, the others need the old one.
    if (this.#sendsAllSince === undefined || now - this.#sendsAllSince < GRACE_MS) return false;
    const settled = this.#settledSince !== undefined && now - this.#settledSince >= GRACE_MS;
    return settled || now - since >= LIMIT_MS + GRACE_MS;
  }
}

export function other(path: PathName): PathName {
  return path === "p2p" ? "sfu" : "p2p";
}
