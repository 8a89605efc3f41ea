import type { Subscription as Ends } from "rxjs";
import type { ClientConfig } from "../../api/client";
import { Emitter } from "../../util/emitter";
import {
  mediaKinds,
  type MediaConnection,
  type MediaKind,
  type MediaPath,
  type MediaStats,
  type PublishedTracks,
  type RemoteMedia,
  type Subscription,
  type Tiles,
} from "../media_path";
import type { PartyTracksClient } from "./party_tracks_client";
import { PushedTrack } from "./pushed_track";
import { RemotePerson, type Wishes } from "./remote_person";
import { SfuConnection, type SfuSession } from "./sfu_connection";
import { SMALL_RID, sfuEncodings } from "./sfu_encodings";
import { ShownTiles } from "./shown_tiles";

const WATCH_INTERVAL_MS = 2000;
/**
 * The library keeps every transceiver that it ever had, and so every connection: hours of a bad line would fill the memory,
 * and a browser has 500 connections to give.
 */
const MAX_SESSIONS = 20;
const MAX_TRANSCEIVERS = 1000;

export interface SfuOptions {
  selfId: string;
  config: ClientConfig;
  client: PartyTracksClient;
  /** The visitor's line is dear: the large picture is neither sent nor asked for. */
  saveData: boolean;
  /** The library has piled up so much that it is time for another one. */
  worn: () => void;
  /** Tells ids of sessions with which the browser and the SFU do not agree any more, until the function returned is called. */
  onBroken: (listener: (session: string) => void) => () => void;
}

/** Media by way of a server that passes on what each sends: one connection, however many people there are. */
export class SfuMediaPath implements MediaPath {
  readonly #options: SfuOptions;
  readonly #changes = new Emitter<undefined>();
  readonly #people = new Map<string, RemotePerson>();
  readonly #pushed: Readonly<Record<MediaKind, PushedTrack>>;
  readonly #talk: PushedTrack;
  readonly #tiles = new ShownTiles();
  readonly #transceivers: Ends;
  readonly #endBroken: () => void;
  readonly #connection: SfuConnection;
  readonly #watchTimer: ReturnType<typeof setInterval>;
  #others: readonly Subscription[] = [];
  #tilesTimer: ReturnType<typeof setTimeout> | undefined;
  #announcing = false;
  #sessions = 0;
  #transceiverCount = 0;

  constructor(options: SfuOptions) {
    this.#options = options;
    const { client, config, saveData } = options;
    this.#connection = new SfuConnection({
      client,
      // Whoever is told to use the SFU was told so over the room's socket.
      signalingReady: true,
      sessionChanged: () => this.#sessionChanged(),
      changed: () => this.#connectionChanged(),
    });
    const pushed = (kind: MediaKind) =>
      new PushedTrack({
        client,
        connection: this.#connection,
        encodingsOf: (track) => sfuEncodings(kind, track, config, saveData),
        changed: () => this.#announce(),
      });
    this.#pushed = { audio: pushed("audio"), camera: pushed("camera"), screen: pushed("screen") };
    this.#talk = pushed("audio");
    this.#transceivers = client.transceiver$.subscribe((transceiver) => {
      this.#allPushed().some((one) => one.adopt(transceiver));
      this.#transceiverCount += 1;
      if (this.#transceiverCount === MAX_TRANSCEIVERS) queueMicrotask(this.#options.worn);
    });
    this.#endBroken = options.onBroken((session) => this.#connection.renewSession(session));
    this.#connection.open();
    this.#watchTimer = setInterval(() => {
      for (const person of this.#people.values()) void person.look(Date.now());
    }, WATCH_INTERVAL_MS);
  }

  publish(kind: MediaKind, track: MediaStreamTrack | null): void {
    this.#pushed[kind].setTrack(track);
  }

  talk(track: MediaStreamTrack | null): void {
    this.#talk.setTrack(track);
  }

  subscribe(others: readonly Subscription[]): void {
    this.#others = others;
    const wanted = new Set(others.map(({ id }) => id));
    for (const [id, person] of this.#people) {
      if (wanted.has(id)) continue;
      person.close();
      this.#people.delete(id);
      this.#announce();
    }
    for (const subscription of others) this.#update(subscription);
  }

  remote(id: string): RemoteMedia | undefined {
    return this.#people.get(id)?.remote;
  }

  published(): PublishedTracks {
    const tracks: Partial<Record<MediaKind, string>> = {};
    for (const kind of mediaKinds) tracks[kind] = this.#pushed[kind].address;
    const isThere = mediaKinds.some((kind) => tracks[kind] !== undefined);
    return {
      session: isThere ? this.#connection.session?.sessionId : undefined,
      tracks,
      talk: this.#talk.address,
    };
  }

  show(tiles: Tiles): void {
    this.#tiles.update(tiles, Date.now());
    this.#tilesChanged();
  }

  onChange(listener: () => void): () => void {
    return this.#changes.on(listener);
  }

  level(id: string): number {
    return this.#people.get(id)?.level() ?? 0;
  }

  async stats(id: string): Promise<MediaStats | null> {
    return (await this.#people.get(id)?.stats()) ?? null;
  }

  connections(): readonly MediaConnection[] {
    const { session } = this.#connection;
    if (session === undefined) return [];
    return [
      {
        path: "sfu",
        getStats: () => session.peerConnection.getStats(),
        describe: (mid) => this.#describe(session, mid),
      },
    ];
  }

  setSignalingReady(ready: boolean): void {
    this.#connection.setSignalingReady(ready);
  }

  networkChanged(): void {
    this.#connection.renewIfBroken();
  }

  close(): void {
    clearInterval(this.#watchTimer);
    clearTimeout(this.#tilesTimer);
    this.#changes.clear();
    for (const person of this.#people.values()) person.close();
    this.#people.clear();
    for (const one of this.#allPushed()) one.close();
    this.#transceivers.unsubscribe();
    this.#endBroken();
    this.#connection.close();
  }

  #allPushed(): PushedTrack[] {
    return [...mediaKinds.map((kind) => this.#pushed[kind]), this.#talk];
  }

  #update(subscription: Subscription): void {
    const { id } = subscription;
    const person = this.#people.get(id);
    if (person !== undefined) {
      person.update(subscription, this.#wishesOf(id));
      return;
    }
    this.#people.set(
      id,
      new RemotePerson({
        subscription,
        wishes: this.#wishesOf(id),
        client: this.#options.client,
        connection: this.#connection,
        receiverOf: (track) => this.#receiverOf(track),
        link: this.#connection.link,
        changed: () => this.#announce(),
      }),
    );
    this.#announce();
  }

  #wishesOf(id: string): Wishes {
    return {
      camera: this.#tiles.wants(id, "camera"),
      screen: this.#tiles.wants(id, "screen"),
      rid: this.#options.saveData ? SMALL_RID : this.#tiles.rid(id),
    };
  }

  #tilesChanged(): void {
    for (const subscription of this.#others) this.#update(subscription);
    clearTimeout(this.#tilesTimer);
    const { deadline } = this.#tiles;
    if (deadline === undefined) return;
    this.#tilesTimer = setTimeout(
      () => {
        this.#tiles.forget(Date.now());
        this.#tilesChanged();
      },
      Math.max(0, deadline - Date.now()),
    );
  }

  #sessionChanged(): void {
    this.#sessions += 1;
    // Not from within the library.
    if (this.#sessions === MAX_SESSIONS) queueMicrotask(this.#options.worn);
    for (const one of this.#allPushed()) one.sessionChanged();
    for (const person of this.#people.values()) person.sessionChanged();
  }

  #connectionChanged(): void {
    const { link } = this.#connection;
    for (const person of this.#people.values()) person.setConnection(link);
    this.#announce();
  }

  #receiverOf(track: MediaStreamTrack): RTCRtpReceiver | undefined {
    const receivers = this.#connection.session?.peerConnection.getReceivers() ?? [];
    return receivers.find((receiver) => receiver.track === track);
  }

  #describe({ peerConnection }: SfuSession, mid: string): ReturnType<MediaConnection["describe"]> {
    const own = mediaKinds.find((kind) => this.#pushed[kind].mid === mid);
    if (own !== undefined) return { id: this.#options.selfId, kind: own };
    const receiver = peerConnection
      .getTransceivers()
      .find((transceiver) => transceiver.mid === mid)?.receiver;
    if (receiver === undefined) return undefined;
    for (const [id, person] of this.#people) {
      const kind = person.kindOf(receiver);
      if (kind !== undefined) return { id, kind };
    }
    return undefined;
  }

  /** Later and once, so that no listener comes back in while things are being changed. */
  #announce(): void {
    if (this.#announcing) return;
    this.#announcing = true;
    queueMicrotask(() => {
      this.#announcing = false;
      this.#changes.emit(undefined);
    });
  }
}
