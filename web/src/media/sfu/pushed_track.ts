import { BehaviorSubject, type Subscription as Ends } from "rxjs";
import { shallowEqual } from "../../util/equal";
import { formatAddress, type PartyTracksClient } from "./party_tracks_client";
import type { SessionKeeper } from "./sfu_connection";

/** What is sent arrives within a second or two; this is the time for others that stand before it in the library's queue. */
const PATIENCE_MS = 10_000;

export interface PushedTrackOptions {
  client: PartyTracksClient;
  connection: SessionKeeper;
  encodingsOf: (track: MediaStreamTrack | null) => RTCRtpEncodingParameters[];
  changed: () => void;
}

/**
 * One kind of ours in the SFU. It is pushed when there is something to send for the first time; afterwards to turn it off
 * is to replace its track by nothing, without another negotiation.
 */
export class PushedTrack {
  readonly #options: PushedTrackOptions;
  #track: MediaStreamTrack | null = null;
  #push: Push | undefined;
  #address: string | undefined;
  #overdueTimer: ReturnType<typeof setInterval> | undefined;

  constructor(options: PushedTrackOptions) {
    this.#options = options;
  }

  /** Where the others find it; absent until it really arrives in the SFU. */
  get address(): string | undefined {
    return this.#address;
  }

  get mid(): string | undefined {
    return this.#push?.transceiver?.mid ?? undefined;
  }

  setTrack(track: MediaStreamTrack | null): void {
    if (track === this.#track) return;
    this.#track = track;
    if (this.#push === undefined) {
      if (track !== null) this.#start(track);
      return;
    }
    const { track$, encodings$, transceiver } = this.#push;
    track$.next(track);
    // The library passes a track on only after the first one has arrived, and that would never come if it was replaced
    // by nothing before.
    transceiver?.sender.replaceTrack(track).catch(() => undefined);
    if (track === null) return;
    const encodings = this.#options.encodingsOf(track);
    if (!sameEncodings(encodings, encodings$.value)) encodings$.next(encodings);
  }

  /** A transceiver was made for something that is sent. True when it is this one's. */
  adopt(transceiver: RTCRtpTransceiver): boolean {
    if (this.#push === undefined || this.#track === null || transceiver.sender.track !== this.#track)
      return false;
    this.#push.transceiver = transceiver;
    return true;
  }

  /** Has to be called before the library pushes again: it can do that only with a track. */
  sessionChanged(): void {
    this.#address = undefined;
    if (this.#push !== undefined) {
      this.#push.transceiver = undefined;
      if (this.#track === null) this.#stop();
      else this.#watch();
    } else if (this.#track !== null) this.#start(this.#track);
  }

  close(): void {
    this.#stop();
  }

  #watch(): void {
    clearInterval(this.#overdueTimer);
    this.#overdueTimer = setInterval(() => {
      // Of a track that was turned off in the meantime nothing can arrive.
      if (this.#track !== null) this.#options.connection.renewUnconnected();
    }, PATIENCE_MS);
  }

  #start(track: MediaStreamTrack): void {
    // Else it is begun with the new session.
    if (!this.#options.connection.prepare()) return;
    this.#watch();
    // Typed as never empty in the library, which passes on to the sender whatever there is.
    const track$ = new BehaviorSubject<MediaStreamTrack | null>(track);
    const encodings$ = new BehaviorSubject(this.#options.encodingsOf(track));
    const push: Push = { track$, encodings$, transceiver: undefined, ends: undefined };
    this.#push = push;
    push.ends = this.#options.client
      .push(track$ as BehaviorSubject<MediaStreamTrack>, { sendEncodings$: encodings$ })
      .subscribe({
        next: ({ sessionId, trackName }) => {
          if (this.#push !== push || sessionId === undefined || trackName === undefined) return;
          clearInterval(this.#overdueTimer);
          const address = formatAddress({ sessionId, trackName });
          if (address === this.#address) return;
          this.#address = address;
          this.#options.changed();
        },
        error: () => {
          // A browser that refuses this track may take the next one.
          if (this.#push === push) this.#stop();
        },
      });
  }

  #stop(): void {
    clearInterval(this.#overdueTimer);
    const push = this.#push;
    this.#push = undefined;
    push?.ends?.unsubscribe();
    if (this.#address === undefined) return;
    this.#address = undefined;
    this.#options.changed();
  }
}

interface Push {
  track$: BehaviorSubject<MediaStreamTrack | null>;
  encodings$: BehaviorSubject<RTCRtpEncodingParameters[]>;
  transceiver: RTCRtpTransceiver | undefined;
  ends: Ends | undefined;
}

function sameEncodings(
  a: readonly RTCRtpEncodingParameters[],
  b: readonly RTCRtpEncodingParameters[],
): boolean {
  return a.length === b.length && a.every((one, index) => shallowEqual(one, b[index] ?? {}));
}
