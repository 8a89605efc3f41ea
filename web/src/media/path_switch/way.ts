import { mediaKinds, type MediaKind, type MediaPath, type PathTarget } from "../media_path";

/** A path that is open, and where it leads. */
export interface Way {
  readonly target: PathTarget;
  readonly path: MediaPath;
  /** It has been in use for so long that another one should take its place. */
  worn: boolean;
}

/** Whether it would do for this target, too: an SFU's path knows one meeting in one SFU. */
export function leadsTo({ target }: Way, { path, meeting, generation }: PathTarget): boolean {
  if (target.path !== path) return false;
  return path === "p2p" || (target.meeting === meeting && target.generation === generation);
}

/** An SFU takes nothing for a meeting that has ended. */
export function hasEnded(way: Way | undefined, meeting: string | undefined): boolean {
  return way?.target.path === "sfu" && way.target.meeting !== meeting;
}

/** Whether all of ours has come to where the others take it from. Only an SFU tells that. */
export function sendsAll(
  way: Way | undefined,
  tracks: Readonly<Record<MediaKind, MediaStreamTrack | null>>,
): boolean {
  if (way?.target.path !== "sfu") return true;
  const published = way.path.published();
  return mediaKinds.every((kind) => tracks[kind] === null || published.tracks[kind] !== undefined);
}
