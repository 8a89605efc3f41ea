import type { LinkState } from "../../call/types";
import { shallowEqual } from "../../util/equal";
import {
  mediaKinds,
  type MediaKind,
  type MediaStats,
  type RemoteMedia,
  type Subscription,
} from "../media_path";
import { ArrivalWatch } from "../p2p/arrival_watch";
import { collectStats } from "../p2p/pair_stats";
import { PulledKind, type PulledKindOptions } from "./pulled_kind";
import type { PreferredRid } from "./shown_tiles";

/** So many looks in a row without a byte of a voice that is on: it comes 50 times a second, silence included. */
const SILENT_LOOKS = 2;

export interface Wishes {
  camera: boolean;
  screen: boolean;
  rid: PreferredRid;
}

export interface RemotePersonOptions extends Pick<PulledKindOptions, "client" | "connection" | "receiverOf"> {
  subscription: Subscription;
  wishes: Wishes;
  /** How the connection to the SFU is. */
  link: LinkState;
  changed: () => void;
}

/** What we pull of one other person. */
export class RemotePerson {
  readonly #options: RemotePersonOptions;
  readonly #kinds: Readonly<Record<MediaKind, PulledKind>>;
  readonly #arrivals = new ArrivalWatch();
  #subscription: Subscription;
  #wishes: Wishes;
  #connection: LinkState;
  #everArrived = false;
  #voiceBytes = 0;
  #silentLooks = 0;
  #remote: RemoteMedia = { link: "connecting", linkSince: Date.now() };
  #closed = false;

  constructor(options: RemotePersonOptions) {
    this.#options = options;
    this.#subscription = options.subscription;
    this.#wishes = options.wishes;
    this.#connection = options.link;
    const pulled = (kind: MediaKind) =>
      new PulledKind({
        kind,
        client: options.client,
        connection: options.connection,
        receiverOf: options.receiverOf,
        changed: () => this.#publish(),
      });
    this.#kinds = { audio: pulled("audio"), camera: pulled("camera"), screen: pulled("screen") };
    this.#pull();
    this.#publish();
  }

  get remote(): RemoteMedia {
    return this.#remote;
  }

  update(subscription: Subscription, wishes: Wishes): void {
    this.#subscription = subscription;
    this.#wishes = wishes;
    this.#pull();
    this.#publish();
  }

  setConnection(link: LinkState): void {
    if (link !== this.#connection) {
      // What comes over another connection, or after an outage, is waited for anew.
      this.#arrivals.pause(Date.now());
      this.#silentLooks = 0;
    }
    this.#connection = link;
    this.#publish();
  }

  sessionChanged(): void {
    for (const kind of mediaKinds) this.#kinds[kind].sessionChanged();
  }

  level(): number {
    const sources = this.#kinds.audio.receiver?.getSynchronizationSources() ?? [];
    return Math.max(0, ...sources.map((source) => source.audioLevel ?? 0));
  }

  stats(): Promise<MediaStats> {
    return collectStats((kind) => this.#kinds[kind].receiver);
  }

  kindOf(receiver: RTCRtpReceiver): MediaKind | undefined {
    return mediaKinds.find((kind) => this.#kinds[kind].owns(receiver));
  }

  /** One look at what arrives, every few seconds; asks again for what does not. */
  async look(now: number): Promise<void> {
    if (this.#connection !== "connected") {
      this.#arrivals.pause(now);
      return;
    }
    const stats = await this.stats().catch(() => null);
    if (stats === null || this.#closed) return;
    const { sends } = this.#subscription;
    for (const kind of mediaKinds) {
      // Before there is a track, the pull itself is patient.
      const expected = sends[kind] && this.#kinds[kind].receiver !== undefined;
      if (this.#arrivals.look(kind, expected, stats.bytesReceived[kind], now) > 0)
        this.#kinds[kind].restart();
    }
    const voice = stats.bytesReceived.audio;
    const silent = sends.audio && this.#kinds.audio.receiver !== undefined && voice === this.#voiceBytes;
    this.#silentLooks = silent ? this.#silentLooks + 1 : 0;
    this.#voiceBytes = voice;
    this.#publish();
  }

  close(): void {
    this.#closed = true;
    for (const kind of mediaKinds) this.#kinds[kind].close();
  }

  /** A voice is always wanted: whoever turns a microphone on is heard from the first word. */
  #pull(): void {
    const { tracks } = this.#subscription;
    const { camera, screen, rid } = this.#wishes;
    this.#want("audio", tracks.audio, true);
    this.#want("camera", tracks.camera, camera, rid);
    this.#want("screen", tracks.screen, screen);
  }

  #want(kind: MediaKind, address: string | undefined, wanted: boolean, rid: PreferredRid = ""): void {
    // While the other makes a new session its tracks have no names; the picture stays until they have.
    if (wanted && address === undefined) return;
    this.#kinds[kind].want(wanted ? address : undefined, rid);
  }

  #publish(): void {
    if (this.#closed) return;
    this.#everArrived ||= mediaKinds.some((kind) => this.#kinds[kind].hasMedia);
    const link = this.#describeLink();
    const linkSince = link === "connected" ? undefined : (this.#remote.linkSince ?? Date.now());
    const remote: RemoteMedia = { link, linkSince };
    for (const kind of mediaKinds) remote[kind] = this.#kinds[kind].stream;
    if (shallowEqual(remote, this.#remote)) return;
    this.#remote = remote;
    this.#options.changed();
  }

  #describeLink(): LinkState {
    if (this.#connection !== "connected") return this.#connection;
    const { sends } = this.#subscription;
    const expected =
      sends.audio || (sends.camera && this.#wishes.camera) || (sends.screen && this.#wishes.screen);
    if (!this.#everArrived) return expected ? "connecting" : "connected";
    return this.#silentLooks >= SILENT_LOOKS ? "interrupted" : "connected";
  }
}
