import { BehaviorSubject, of, type Subscription as Ends } from "rxjs";
import type { PartyTracksClient, TrackAddress } from "./party_tracks_client";
import type { SessionKeeper } from "./sfu_connection";
import type { PreferredRid } from "./shown_tiles";

/**
 * The library tries again when the SFU has not got the track yet; but when a request of its own fails it never does.
 * This is the time for all that stands in its queue, and it grows, because another request makes the queue longer.
 */
const PATIENCE_MS = 10_000;
const MAX_PATIENCE_MS = 60_000;

export interface PullOptions {
  client: PartyTracksClient;
  connection: SessionKeeper;
  address: TrackAddress;
  /** Only for what is sent in several sizes. */
  rid: PreferredRid | undefined;
  /** Told a track, and another one each time the connection to the SFU is a new one. */
  arrived: (track: MediaStreamTrack) => void;
}

/** The wish to have one track of somebody, until it is closed. */
export class Pull {
  readonly #options: PullOptions;
  readonly #rid$: BehaviorSubject<string | undefined> | undefined;
  #ends: Ends | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #patience = PATIENCE_MS;
  #closed = false;

  constructor(options: PullOptions) {
    this.#options = options;
    this.#rid$ = options.rid === undefined ? undefined : new BehaviorSubject<string | undefined>(options.rid);
    this.#start();
  }

  setRid(rid: PreferredRid): void {
    if (this.#rid$ !== undefined && this.#rid$.value !== rid) this.#rid$.next(rid);
  }

  /** What was begun the library pulls again by itself; whether it succeeds has to be watched once more. */
  sessionChanged(): void {
    this.#patience = PATIENCE_MS;
    if (this.#ends === undefined) this.#start();
    else this.#watch();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#ends?.unsubscribe();
  }

  #start(): void {
    const { client, connection, address, arrived } = this.#options;
    this.#watch();
    if (!connection.prepare()) return;
    this.#ends = client
      .pull(
        of({ ...address, location: "remote" as const }),
        this.#rid$ && { simulcast: { preferredRid$: this.#rid$ } },
      )
      .subscribe({
        next: (track) => {
          if (this.#closed) return;
          clearTimeout(this.#timer);
          this.#patience = PATIENCE_MS;
          arrived(track);
        },
        // What it cannot go on with, the watch begins anew.
        error: () => undefined,
      });
  }

  #watch(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#patience = Math.min(this.#patience * 2, MAX_PATIENCE_MS);
      this.#ends?.unsubscribe();
      this.#ends = undefined;
      this.#options.connection.renewUnconnected();
      this.#start();
    }, this.#patience);
  }
}
