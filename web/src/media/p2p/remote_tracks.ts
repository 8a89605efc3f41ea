import { mediaKinds, type MediaKind } from "../media_path";

/**
 * The streams of one connection's receivers. A stream is made once for its track, so a <video> that shows it keeps showing
 * it; and it is offered only when its track has data.
 */
export class RemoteTracks {
  readonly #streams = new Map<MediaKind, MediaStream>();
  readonly #changed: () => void;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  set(kind: MediaKind, track: MediaStreamTrack): void {
    if (this.#streams.get(kind)?.getTracks()[0] === track) return;
    this.#streams.set(kind, new MediaStream([track]));
    track.onmute = this.#changed;
    track.onunmute = this.#changed;
    this.#changed();
  }

  /** A voice may be attached before it is heard; a picture without data is a black box. */
  get(kind: MediaKind): MediaStream | undefined {
    const stream = this.#streams.get(kind);
    return kind === "audio" || stream?.getTracks()[0]?.muted === false ? stream : undefined;
  }

  clear(): void {
    for (const kind of mediaKinds) {
      const track = this.#streams.get(kind)?.getTracks()[0];
      if (track === undefined) continue;
      track.onmute = null;
      track.onunmute = null;
    }
    this.#streams.clear();
  }
}
