import type { MediaKind } from "../media_path";
import { parseAddress, type PartyTracksClient } from "./party_tracks_client";
import { Pull } from "./pull";
import type { SessionKeeper } from "./sfu_connection";
import type { PreferredRid } from "./shown_tiles";

/** Well under what an eye notices as a stop. */
const PROOF_INTERVAL_MS = 100;

export interface PulledKindOptions {
  kind: MediaKind;
  client: PartyTracksClient;
  connection: SessionKeeper;
  receiverOf: (track: MediaStreamTrack) => RTCRtpReceiver | undefined;
  changed: () => void;
}

interface Arrival {
  track: MediaStreamTrack;
  stream: MediaStream;
  receiver: RTCRtpReceiver | undefined;
}

/**
 * One kind of one person, as it comes from the SFU. When there is another track for it (the other has a new session, or we
 * have), the old picture stays until the new one has a decoded frame.
 */
export class PulledKind {
  readonly #options: PulledKindOptions;
  #address: string | undefined;
  #rid: PreferredRid = "";
  #pull: Pull | undefined;
  #pullNumber = 0;
  /** The pull before, while its picture is still the one that is shown. */
  #lastPull: Pull | undefined;
  #shown: Arrival | undefined;
  /** The connection that brought it is no more: what is shown is the last picture, and no pull keeps it alive. */
  #shownIsOver = false;
  #coming: Arrival | undefined;
  #proofTimer: ReturnType<typeof setInterval> | undefined;

  constructor(options: PulledKindOptions) {
    this.#options = options;
  }

  /** A voice may be attached before it is heard; a picture without data is a black box. */
  get stream(): MediaStream | undefined {
    return this.#options.kind === "audio" || this.#shown?.track.muted === false
      ? this.#shown?.stream
      : undefined;
  }

  get receiver(): RTCRtpReceiver | undefined {
    return this.#shown?.receiver;
  }

  /** Whether anything of the present connection is here already. */
  get hasMedia(): boolean {
    return this.#shown?.track.muted === false;
  }

  owns(receiver: RTCRtpReceiver): boolean {
    return receiver === this.#shown?.receiver || receiver === this.#coming?.receiver;
  }

  /** Undefined: nothing is wanted. */
  want(address: string | undefined, rid: PreferredRid): void {
    this.#rid = rid;
    if (address === this.#address) {
      this.#pull?.setRid(rid);
      return;
    }
    this.#address = address;
    if (address === undefined) this.#stop();
    else this.restart();
  }

  /** Asks for it once more, because what was promised does not come. */
  restart(): void {
    const address = this.#address === undefined ? null : parseAddress(this.#address);
    if (address === null) return;
    this.#drop(this.#coming);
    this.#coming = undefined;
    this.#endProof();
    if (this.#shown === undefined || this.#shownIsOver || this.#lastPull !== undefined) this.#pull?.close();
    else this.#lastPull = this.#pull;
    const { kind, client, connection } = this.#options;
    const number = ++this.#pullNumber;
    this.#pull = new Pull({
      client,
      connection,
      address,
      rid: kind === "camera" ? this.#rid : undefined,
      arrived: (track) => {
        // From the pull before there is nothing new to expect.
        if (number === this.#pullNumber) this.#arrived(track);
      },
    });
  }

  sessionChanged(): void {
    this.#shownIsOver = this.#shown !== undefined;
    this.#lastPull?.close();
    this.#lastPull = undefined;
    this.#pull?.sessionChanged();
  }

  close(): void {
    this.#stop();
  }

  #arrived(track: MediaStreamTrack): void {
    const { kind, receiverOf, changed } = this.#options;
    const arrival: Arrival = { track, stream: new MediaStream([track]), receiver: receiverOf(track) };
    track.onmute = track.onunmute = () => {
      if (arrival === this.#coming) this.#awaitProof(track);
      changed();
    };
    this.#drop(this.#coming);
    // There is no last word of a voice to look at.
    if (this.#shown === undefined || (this.#shownIsOver && kind === "audio")) {
      this.#drop(this.#shown);
      this.#shown = arrival;
      this.#shownIsOver = false;
    } else {
      this.#coming = arrival;
      this.#awaitProof(track);
    }
    changed();
  }

  /** Of what is muted nothing comes, maybe for hours: somebody's microphone is off. */
  #awaitProof({ muted }: MediaStreamTrack): void {
    if (muted) this.#endProof();
    else this.#proofTimer ??= setInterval(() => void this.#prove(), PROOF_INTERVAL_MS);
  }

  async #prove(): Promise<void> {
    const coming = this.#coming;
    const report = await coming?.receiver?.getStats().catch(() => undefined);
    if (coming === undefined || coming !== this.#coming || report === undefined) return;
    let units = 0;
    report.forEach((entry: RTCStats & { packetsReceived?: number; framesDecoded?: number }) => {
      if (entry.type !== "inbound-rtp") return;
      units += (this.#options.kind === "audio" ? entry.packetsReceived : entry.framesDecoded) ?? 0;
    });
    if (units === 0) return;
    this.#drop(this.#shown);
    this.#shown = coming;
    this.#shownIsOver = false;
    this.#coming = undefined;
    this.#endProof();
    this.#lastPull?.close();
    this.#lastPull = undefined;
    this.#options.changed();
  }

  #drop(arrival: Arrival | undefined): void {
    if (arrival === undefined) return;
    arrival.track.onmute = null;
    arrival.track.onunmute = null;
  }

  #endProof(): void {
    clearInterval(this.#proofTimer);
    this.#proofTimer = undefined;
  }

  #stop(): void {
    this.#endProof();
    this.#drop(this.#shown);
    this.#drop(this.#coming);
    this.#shown = undefined;
    this.#shownIsOver = false;
    this.#coming = undefined;
    this.#pull?.close();
    this.#lastPull?.close();
    this.#pull = undefined;
    this.#lastPull = undefined;
    this.#address = undefined;
  }
}
