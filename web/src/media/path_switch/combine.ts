import { mediaKinds, type MediaKind, type PathName, type RemoteMedia } from "../media_path";

/** One view of a person who is reached by two paths. The link is as good as the better one. */
export function combine(
  target: PathName,
  old: RemoteMedia | undefined,
  next: RemoteMedia | undefined,
  sourceOf: (kind: MediaKind) => PathName,
): RemoteMedia | undefined {
  if (old === undefined || next === undefined) return old ?? next;
  const better = next.link !== "connected" && old.link === "connected" ? old : next;
  const combined: RemoteMedia = { link: better.link, linkSince: better.linkSince };
  for (const kind of mediaKinds) combined[kind] = (sourceOf(kind) === target ? next : old)[kind];
  return combined;
}

/**
 * A browser mixes the voices of all its connections, whether an element plays them or not; so a voice that is to wait has
 * to be silenced at its track.
 */
export function setAudible(stream: MediaStream | undefined, audible: boolean): void {
  for (const track of stream?.getAudioTracks() ?? []) if (track.enabled !== audible) track.enabled = audible;
}
