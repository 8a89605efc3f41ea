import { mediaKinds, type MediaKind, type PublishedTracks, type RemoteMedia } from "../media_path";
import type { Side } from "./handover";

/** One view of a person who is reached by two paths. The link is as good as the better one. */
export function combine(
  old: RemoteMedia | undefined,
  next: RemoteMedia | undefined,
  sourceOf: (kind: MediaKind) => Side,
): RemoteMedia | undefined {
  if (old === undefined || next === undefined) return old ?? next;
  const better = next.link !== "connected" && old.link === "connected" ? old : next;
  const combined: RemoteMedia = { link: better.link, linkSince: better.linkSince };
  for (const kind of mediaKinds) combined[kind] = (sourceOf(kind) === "next" ? next : old)[kind];
  return combined;
}

/** What we have in two SFUs: the others look for us in both, and the next one counts. */
export function combinePublished(old: PublishedTracks, next: PublishedTracks): PublishedTracks {
  const tracks: Partial<Record<MediaKind, string>> = {};
  for (const kind of mediaKinds) tracks[kind] = next.tracks[kind] ?? old.tracks[kind];
  return { session: next.session ?? old.session, tracks, talk: next.talk ?? old.talk };
}

/**
 * A browser mixes the voices of all its connections, whether an element plays them or not; so a voice that is to wait has
 * to be silenced at its track.
 */
export function setAudible(stream: MediaStream | undefined, audible: boolean): void {
  for (const track of stream?.getAudioTracks() ?? []) if (track.enabled !== audible) track.enabled = audible;
}
