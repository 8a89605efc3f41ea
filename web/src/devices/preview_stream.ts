/** Shows a track as a stream that is the same object as long as the track is. */
export class PreviewStream {
  #stream: MediaStream | undefined;

  of(track: MediaStreamTrack | undefined): MediaStream | undefined {
    if (this.#stream?.getTracks()[0] !== track) this.#stream = track && new MediaStream([track]);
    return this.#stream;
  }
}
