import type { ClientConfig } from "../../api/client";
import { Emitter } from "../../util/emitter";
import { cameraLimits, screenLimits, type SendLimits } from "../encodings";
import type {
  MediaConnection,
  MediaKind,
  MediaPath,
  MediaStats,
  PublishedTracks,
  RemoteMedia,
  SignalChannel,
  Subscription,
} from "../media_path";
import type { IceServerSource } from "./ice_server_source";
import { makesOffers } from "./negotiation_rule";
import { PeerLink } from "./peer_link";
import { parseSignal } from "./signal";

const nothingPublished: PublishedTracks = { tracks: {} };

export interface P2pOptions {
  selfId: string;
  config: ClientConfig;
  channel: SignalChannel;
  iceServers: IceServerSource;
  /** A try at a direct connection with this person has come to nothing. */
  attemptFailed: (peer: string) => void;
  /** A parameter for tests. */
  createPeerConnection?: (configuration: RTCConfiguration) => RTCPeerConnection;
}

/** Media straight between the browsers, with a link to every other person. */
export class P2pMediaPath implements MediaPath {
  readonly #options: P2pOptions;
  readonly #links = new Map<string, PeerLink>();
  readonly #changes = new Emitter<undefined>();
  readonly #tracks: Record<MediaKind, MediaStreamTrack | null> = { audio: null, camera: null, screen: null };
  readonly #endSignals: () => void;
  #signalingReady = false;
  #announcing = false;

  constructor(options: P2pOptions) {
    this.#options = options;
    // In the lobby, so that nobody waits for it in the call.
    void options.iceServers.get();
    this.#endSignals = options.channel.onSignal((from, text) => {
      const signal = parseSignal(text);
      if (signal !== null) this.#links.get(from)?.receive(signal);
    });
  }

  publish(kind: MediaKind, track: MediaStreamTrack | null): void {
    if (this.#tracks[kind] === track) return;
    this.#tracks[kind] = track;
    for (const link of this.#links.values()) link.setTrack(kind, track);
  }

  // The AI is in an SFU.
  talk(): void {}

  subscribe(others: readonly Subscription[]): void {
    const before = this.#links.size;
    const wanted = new Set(others.map(({ id }) => id));
    const gone = [...this.#links.keys()].filter((id) => !wanted.has(id));
    for (const id of gone) {
      this.#links.get(id)?.close();
      this.#links.delete(id);
    }
    const added = others.filter(({ id }) => !this.#links.has(id));
    for (const { id, sends } of others) this.#links.get(id)?.setSends(sends);
    for (const subscription of added) this.#links.set(subscription.id, this.#createLink(subscription));
    if (this.#links.size !== before) for (const link of this.#links.values()) link.applyLimits();
    if (gone.length + added.length > 0) this.#announce();
  }

  remote(id: string): RemoteMedia | undefined {
    return this.#links.get(id)?.remote;
  }

  published(): PublishedTracks {
    return nothingPublished;
  }

  /** The other side sends one picture for us alone, in a size that suits the number of people. */
  show(): void {
    return;
  }

  onChange(listener: () => void): () => void {
    return this.#changes.on(listener);
  }

  level(id: string): number {
    return this.#links.get(id)?.level() ?? 0;
  }

  async stats(id: string): Promise<MediaStats | null> {
    return (await this.#links.get(id)?.stats()) ?? null;
  }

  connections(): readonly MediaConnection[] {
    return [...this.#links].map(([peer, link]) => ({
      path: "p2p",
      peer,
      getStats: () => link.getStats(),
      describe: (mid, direction) => {
        const kind = link.kindOf(mid);
        return kind && { id: direction === "outbound" ? this.#options.selfId : peer, kind };
      },
    }));
  }

  setSignalingReady(ready: boolean): void {
    if (ready === this.#signalingReady) return;
    this.#signalingReady = ready;
    for (const link of this.#links.values()) link.setSignalingReady(ready);
  }

  networkChanged(): void {
    for (const link of this.#links.values()) link.networkChanged();
  }

  close(): void {
    this.#endSignals();
    for (const link of this.#links.values()) link.close();
    this.#links.clear();
    this.#changes.clear();
  }

  #createLink({ id, sends }: Subscription): PeerLink {
    const { selfId, iceServers, channel } = this.#options;
    const create =
      this.#options.createPeerConnection ?? ((configuration) => new RTCPeerConnection(configuration));
    return new PeerLink({
      offering: makesOffers(selfId, id),
      // An explicit list, even when empty, keeps the browser from asking anybody's STUN server.
      createPeerConnection: () => create({ iceServers: [], bundlePolicy: "max-bundle" }),
      iceServers: () => iceServers.get(),
      tracks: this.#tracks,
      limitsOf: (kind) => this.#limitsOf(kind),
      signalingReady: this.#signalingReady,
      sends,
      send: (signal) => channel.send(id, signal),
      changed: () => this.#announce(),
      attemptFailed: () => this.#options.attemptFailed(id),
    });
  }

  /** Later and once, so that no listener comes back in while the links are being changed. */
  #announce(): void {
    if (this.#announcing) return;
    this.#announcing = true;
    queueMicrotask(() => {
      this.#announcing = false;
      this.#changes.emit(undefined);
    });
  }

  #limitsOf(kind: MediaKind): SendLimits | undefined {
    const people = this.#links.size + 1;
    switch (kind) {
      case "audio":
        return undefined;
      case "camera":
        return cameraLimits(this.#options.config, people, this.#tracks.camera);
      case "screen":
        return screenLimits(people);
      default:
        return kind satisfies never;
    }
  }
}
