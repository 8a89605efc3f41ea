import { mediaKinds, type MediaKind, type RemoteMedia } from "../media_path";

/** The others need about as long as we do, and none of them hears or sees us by the old path once it is closed. */
const GRACE_MS = 3000;
/** What has not come by then is not expected any more: somebody's camera went off, or nobody looks at it. */
const LIMIT_MS = 10_000;

/** The path that is left, or the one that is moved to. */
export type Side = "old" | "next";

/** What is known at one moment of the ways to one person. */
export interface HandoverView {
  now: number;
  /** When the move began. */
  since: number;
  /** What the person says to send. */
  sends: Readonly<Record<MediaKind, boolean>>;
  /** Whether the person, too, has got that to the next path. */
  hasThere: (kind: MediaKind) => boolean;
  old: RemoteMedia | undefined;
  next: RemoteMedia | undefined;
  /** Whether the next path really delivers. */
  delivers: (kind: MediaKind) => boolean;
  /** Whether what we send has come to the next path, so that the others can begin to take it from there. */
  sendsAll: boolean;
}

/**
 * From which path each kind of one person's media is taken, while there are two: from the old one until the new one has
 * proved itself or the old one has nothing more to give. Pure; the way back in the middle is the same rule with the paths
 * exchanged.
 */
export class Handover {
  #source: Record<MediaKind, Side>;
  #settledSince: number | undefined;
  #sendsAllSince: number | undefined;

  constructor(source: Side) {
    this.#source = { audio: source, camera: source, screen: source };
  }

  sourceOf(kind: MediaKind): Side {
    return this.#source[kind];
  }

  look(view: HandoverView): void {
    let waits = false;
    for (const kind of mediaKinds) {
      const oldWorks = worksOld(view, kind);
      const isThere = view.next?.[kind] !== undefined;
      if (isThere && (view.delivers(kind) || !oldWorks)) this.#source[kind] = "next";
      else if (!isThere && oldWorks) this.#source[kind] = "old";
      if (this.#waitsFor(view, kind)) waits = true;
    }
    if (waits) this.#settledSince = undefined;
    else this.#settledSince ??= view.now;
    if (view.sendsAll) this.#sendsAllSince ??= view.now;
    else this.#sendsAllSince = undefined;
  }

  /** The next path is another one: everything has to settle anew. */
  restart(): void {
    this.#settledSince = undefined;
    this.#sendsAllSince = undefined;
  }

  /** The old path is moved to, and the other way round. */
  turnBack(): void {
    for (const kind of mediaKinds) this.#source[kind] = this.#source[kind] === "old" ? "next" : "old";
    this.restart();
  }

  /** All is taken from one of them. */
  settle(side: Side): void {
    for (const kind of mediaKinds) this.#source[kind] = side;
  }

  /** Whether the old path can be given up for this person. A new one that does not work is no reason to. */
  mayLeave(view: HandoverView): boolean {
    const { now, since, next } = view;
    if (next?.link !== "connected") return false;
    // Whatever comes to us: as long as we are not to be had there, the others need the old one.
    if (this.#sendsAllSince === undefined || now - this.#sendsAllSince < GRACE_MS) return false;
    if (this.#settledSince !== undefined && now - this.#settledSince >= GRACE_MS) return true;
    // What the person has not got there yet is still on its way, however long that takes.
    if (mediaKinds.some((kind) => this.#waitsFor(view, kind) && !view.hasThere(kind))) return false;
    return now - since >= LIMIT_MS + GRACE_MS;
  }

  #waitsFor(view: HandoverView, kind: MediaKind): boolean {
    return view.sends[kind] && worksOld(view, kind) && this.#source[kind] === "old";
  }
}

function worksOld({ old }: HandoverView, kind: MediaKind): boolean {
  return old?.link === "connected" && old[kind] !== undefined;
}
