import { shallowEqual } from "../../util/equal";
import { randomUuid } from "../../util/random_id";
import {
  mediaKinds,
  type MediaKind,
  type MediaStats,
  type RemoteMedia,
  type Subscription,
} from "../media_path";
import { ArrivalWatch } from "./arrival_watch";
import { fateOf } from "./generation_rule";
import { LinkHealth, type HealthEvent } from "./link_health";
import { PairConnection, type PairConnectionOptions } from "./pair_connection";
import { serializeSignal, type PeerSignal } from "./signal";

const WATCH_INTERVAL_MS = 2000;
/** Signals arrive in order, so only the last few generations can still be heard of. */
const RETIRED_KEPT = 8;
/** When as many new connections have not brought what the other sends, a direct way does not carry it. */
const MAX_VAIN_REBUILDS = 2;

export interface PeerLinkOptions extends Pick<
  PairConnectionOptions,
  "offering" | "createPeerConnection" | "iceServers" | "tracks" | "limitsOf"
> {
  signalingReady: boolean;
  sends: Subscription["sends"];
  send: (signal: string) => void;
  changed: () => void;
  /** A try at a direct connection that carries everything has come to nothing; the next one begins. */
  attemptFailed: () => void;
}

/** The link to one other person for as long as they are in the call: a row of connections, each healing what it can. */
export class PeerLink {
  readonly #options: PeerLinkOptions;
  readonly #tracks: Record<MediaKind, MediaStreamTrack | null>;
  readonly #health: LinkHealth;
  readonly #arrivals = new ArrivalWatch();
  readonly #watchTimer: ReturnType<typeof setInterval>;
  readonly #retired = new Set<string>();
  #sends: Subscription["sends"];
  #signalingReady: boolean;
  #connection: PairConnection;
  #session = randomUuid();
  #peerSession: string | undefined;
  #healthTimer: ReturnType<typeof setTimeout> | undefined;
  #remote: RemoteMedia = { link: "connecting", linkSince: Date.now() };
  #closed = false;

  constructor(options: PeerLinkOptions) {
    this.#options = options;
    this.#tracks = { ...options.tracks };
    this.#sends = options.sends;
    this.#signalingReady = options.signalingReady;
    this.#health = new LinkHealth(Date.now(), options.signalingReady);
    this.#connection = this.#connect();
    this.#connection.open();
    this.#scheduleTick();
    this.#watchTimer = setInterval(() => void this.#watchArrivals(), WATCH_INTERVAL_MS);
  }

  get remote(): RemoteMedia {
    return this.#remote;
  }

  receive(signal: PeerSignal): void {
    const fate = fateOf(signal, { own: this.#session, peer: this.#peerSession, retired: this.#retired });
    switch (fate) {
      case "stale":
        return;
      case "renew":
        this.#replaceConnection();
        this.#bind(signal.session);
        // An offer is answered; a hello asks for one.
        if (signal.kind === "hello") this.#connection.open();
        this.#handle({ type: "renewed" });
        break;
      case "bind":
        this.#bind(signal.session);
        break;
      case "current":
        break;
      default:
        fate satisfies never;
    }
    this.#connection.receive(signal);
  }

  setSends(sends: Subscription["sends"]): void {
    this.#sends = sends;
  }

  setTrack(kind: MediaKind, track: MediaStreamTrack | null): void {
    this.#tracks[kind] = track;
    this.#connection.setTrack(kind, track);
  }

  applyLimits(): void {
    this.#connection.applyLimits();
  }

  setSignalingReady(ready: boolean): void {
    // What the others said they send may be old news, so patience begins when there is news again.
    if (ready && !this.#signalingReady) this.#arrivals.pause(Date.now());
    this.#signalingReady = ready;
    this.#handle({ type: "signaling", ready });
  }

  networkChanged(): void {
    this.#handle({ type: "networkChanged" });
  }

  level(): number {
    return this.#connection.level();
  }

  stats(): Promise<MediaStats> {
    return this.#connection.stats();
  }

  getStats(): Promise<RTCStatsReport> {
    return this.#connection.getStats();
  }

  kindOf(mid: string): MediaKind | undefined {
    return this.#connection.kindOf(mid);
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#watchTimer);
    clearTimeout(this.#healthTimer);
    this.#connection.close();
  }

  #connect(): PairConnection {
    const { offering, createPeerConnection, iceServers, limitsOf } = this.#options;
    const session = this.#session;
    return new PairConnection({
      offering,
      createPeerConnection,
      iceServers,
      limitsOf,
      tracks: this.#tracks,
      send: (body) =>
        this.#options.send(serializeSignal({ session, peerSession: this.#peerSession, ...body })),
      stateChanged: (state) => this.#handle({ type: "connectionState", state }),
      tracksChanged: () => this.#publishRemote(),
      broken: () => this.#handle({ type: "broken" }),
    });
  }

  #replaceConnection(): void {
    this.#connection.close();
    if (this.#peerSession !== undefined) this.#retire(this.#peerSession);
    this.#peerSession = undefined;
    this.#session = randomUuid();
    this.#connection = this.#connect();
  }

  #bind(peerSession: string): void {
    this.#peerSession = peerSession;
  }

  #retire(session: string): void {
    this.#retired.add(session);
    for (const oldest of this.#retired) {
      if (this.#retired.size <= RETIRED_KEPT) break;
      this.#retired.delete(oldest);
    }
  }

  #handle(event: HealthEvent): void {
    if (this.#closed) return;
    const action = this.#health.handle(event, Date.now());
    switch (action) {
      case "none":
        break;
      case "restartIce":
        this.#connection.restartIce();
        break;
      case "rebuild":
        this.#replaceConnection();
        this.#connection.open();
        break;
      default:
        action satisfies never;
    }
    this.#scheduleTick();
    this.#publishRemote();
    // Only time tells that a connection did not come about or could not be mended.
    if (event.type === "tick" && action === "rebuild") this.#options.attemptFailed();
  }

  #scheduleTick(): void {
    clearTimeout(this.#healthTimer);
    const { deadline } = this.#health;
    if (deadline === undefined) return;
    this.#healthTimer = setTimeout(() => this.#handle({ type: "tick" }), Math.max(0, deadline - Date.now()));
  }

  async #watchArrivals(): Promise<void> {
    const connection = this.#connection;
    if (!this.#signalingReady || this.#health.link !== "connected") {
      this.#arrivals.pause(Date.now());
      return;
    }
    // A connection that is closed meanwhile has no statistics, and nobody asks for them any more.
    const stats = await connection.stats().catch(() => null);
    if (stats === null || this.#closed || connection !== this.#connection) return;
    const repairs = mediaKinds.map((kind) =>
      this.#arrivals.look(kind, this.#sends[kind], stats.bytesReceived[kind], Date.now()),
    );
    const most = Math.max(...repairs);
    if (most > 0) this.#handle({ type: "starved" });
    if (most > MAX_VAIN_REBUILDS) this.#options.attemptFailed();
  }

  #publishRemote(): void {
    if (this.#closed) return;
    const { link } = this.#health;
    const linkSince = link === "connected" ? undefined : (this.#remote.linkSince ?? Date.now());
    const remote: RemoteMedia = { link, linkSince };
    for (const kind of mediaKinds) remote[kind] = this.#connection.streamOf(kind);
    if (shallowEqual(remote, this.#remote)) return;
    this.#remote = remote;
    this.#options.changed();
  }
}
