import { Emitter } from "../../util/emitter";
import {
  mediaKinds,
  type MediaConnection,
  type MediaKind,
  type MediaPath,
  type MediaStats,
  type MovableMediaPath,
  type PathName,
  type PublishedTracks,
  type RemoteMedia,
  type Subscription,
  type Tiles,
} from "../media_path";
import { combine, setAudible } from "./combine";
import { Delivery } from "./delivery";
import { Handover, other, type HandoverView } from "./handover";

const LOOK_INTERVAL_MS = 100;
/** An element needs a moment until it plays the new stream; as long both voices may be heard. */
const VOICE_OVERLAP_MS = 200;
const LOAD_RETRY_MS = 2000;

export interface PathOptions {
  meeting: string | undefined;
}

export interface SwitchingOptions {
  createP2p: () => MediaPath;
  /** Brings the code of the SFU's path; rejects when it cannot be loaded. */
  loadSfu: () => Promise<(options: PathOptions) => MediaPath>;
}

interface Person {
  subscription: Subscription;
  handover: Handover;
  delivery: Delivery;
  /** When the voice was taken from the target, so that the old one can be silenced a little later. */
  voiceMovedAt: number | undefined;
}

/**
 * Owns the path that media runs by, and for a while two of them when the room moves from one to the other: the new one is
 * made before the old one is broken, for every person and kind of media by itself.
 */
export class SwitchingMediaPath implements MovableMediaPath {
  readonly #options: SwitchingOptions;
  readonly #changes = new Emitter<undefined>();
  readonly #paths = new Map<PathName, MediaPath>();
  readonly #people = new Map<string, Person>();
  readonly #tracks: Record<MediaKind, MediaStreamTrack | null> = { audio: null, camera: null, screen: null };
  /** Who is still reached by the path that is left; nobody new comes to it. */
  readonly #stayed = new Set<string>();
  #createSfu: ((options: PathOptions) => MediaPath) | undefined;
  #loading = false;
  #target: PathName | undefined;
  #meeting: string | undefined;
  /** The one that the SFU's path was made for; it cannot be told of another. */
  #sfuMeeting: string | undefined;
  #since = 0;
  #tiles: Tiles = new Map();
  #signalingReady = false;
  #lookTimer: ReturnType<typeof setInterval> | undefined;
  #loadTimer: ReturnType<typeof setTimeout> | undefined;
  #looking = false;
  #announcing = false;
  #closed = false;

  constructor(options: SwitchingOptions) {
    this.#options = options;
  }

  setPath(path: PathName, meeting: string | undefined): void {
    this.#meeting = meeting;
    if (this.#closed) return;
    const dropped = this.#dropForeignSfu();
    if (path === this.#target) {
      if (dropped) this.#reopenTarget();
      return;
    }
    this.#target = path;
    this.#stayed.clear();
    for (const id of this.#people.keys()) this.#stayed.add(id);
    this.#reopenTarget();
    // In either case, so that a third person finds it here at once.
    void this.#load();
  }

  publish(kind: MediaKind, track: MediaStreamTrack | null): void {
    this.#tracks[kind] = track;
    for (const path of this.#paths.values()) path.publish(kind, track);
  }

  subscribe(others: readonly Subscription[]): void {
    const target = this.#target;
    if (target === undefined) return;
    const wanted = new Set(others.map(({ id }) => id));
    for (const id of this.#people.keys()) {
      if (wanted.has(id)) continue;
      this.#people.delete(id);
      this.#stayed.delete(id);
    }
    for (const subscription of others) {
      const { id } = subscription;
      const person = this.#people.get(id);
      if (person !== undefined) person.subscription = subscription;
      else {
        const handover = new Handover(target);
        this.#people.set(id, { subscription, handover, delivery: new Delivery(), voiceMovedAt: undefined });
      }
    }
    this.#paths.get(target)?.subscribe(others);
    this.#subscribeOld();
  }

  remote(id: string): RemoteMedia | undefined {
    const target = this.#target;
    if (target === undefined) return undefined;
    const handover = this.#people.get(id)?.handover;
    const [old, next] = this.#views(id, target);
    return combine(target, old, next, (kind) => handover?.sourceOf(kind) ?? target);
  }

  published(): PublishedTracks {
    return this.#paths.get("sfu")?.published() ?? { tracks: {} };
  }

  show(tiles: Tiles): void {
    this.#tiles = tiles;
    for (const path of this.#paths.values()) path.show(tiles);
  }

  onChange(listener: () => void): () => void {
    return this.#changes.on(listener);
  }

  level(id: string): number {
    return this.#voicePath(id)?.level(id) ?? 0;
  }

  stats(id: string): Promise<MediaStats | null> {
    return this.#voicePath(id)?.stats(id) ?? Promise.resolve(null);
  }

  connections(): readonly MediaConnection[] {
    return [...this.#paths.values()].flatMap((path) => path.connections());
  }

  setSignalingReady(ready: boolean): void {
    this.#signalingReady = ready;
    for (const path of this.#paths.values()) path.setSignalingReady(ready);
  }

  networkChanged(): void {
    for (const path of this.#paths.values()) path.networkChanged();
  }

  close(): void {
    this.#closed = true;
    this.#stopLooking();
    clearTimeout(this.#loadTimer);
    this.#changes.clear();
    for (const path of this.#paths.values()) path.close();
    this.#paths.clear();
    this.#people.clear();
  }

  /** A target that starts from nothing: everything has to be delivered by it once more. */
  #reopenTarget(): void {
    this.#since = Date.now();
    for (const person of this.#people.values()) {
      person.handover.retarget();
      person.delivery = new Delivery();
      person.voiceMovedAt = undefined;
    }
    this.#openTarget();
  }

  /** The target's code may have to be loaded first; then this is called again. */
  #openTarget(): void {
    const target = this.#target;
    if (target === undefined || this.#closed) return;
    const path = this.#paths.get(target) ?? this.#create(target);
    if (path === undefined) return;
    path.subscribe([...this.#people.values()].map(({ subscription }) => subscription));
    if (this.#paths.has(other(target)))
      this.#lookTimer ??= setInterval(() => void this.#look(), LOOK_INTERVAL_MS);
    else {
      this.#stopLooking();
      this.#stayed.clear();
      for (const [id, { handover }] of this.#people) {
        handover.settle(target);
        setAudible(path.remote(id)?.audio, true);
      }
    }
    this.#subscribeOld();
    this.#changed();
  }

  /** The SFU takes nothing for a meeting that has ended. True when the path was one of another meeting. */
  #dropForeignSfu(): boolean {
    const sfu = this.#paths.get("sfu");
    if (sfu === undefined || this.#sfuMeeting === this.#meeting) return false;
    this.#paths.delete("sfu");
    sfu.close();
    return true;
  }

  #create(name: PathName): MediaPath | undefined {
    const path = name === "p2p" ? this.#options.createP2p() : this.#createSfu?.({ meeting: this.#meeting });
    if (path === undefined) return undefined;
    if (name === "sfu") this.#sfuMeeting = this.#meeting;
    this.#paths.set(name, path);
    for (const kind of mediaKinds) path.publish(kind, this.#tracks[kind]);
    path.setSignalingReady(this.#signalingReady);
    path.show(this.#tiles);
    path.onChange(() => this.#changed());
    return path;
  }

  async #load(): Promise<void> {
    if (this.#createSfu !== undefined || this.#loading) return;
    this.#loading = true;
    this.#createSfu = await this.#options.loadSfu().catch(() => undefined);
    this.#loading = false;
    if (this.#closed) return;
    // A line that is down; as long as media runs at all, it runs on by the other path.
    if (this.#createSfu === undefined) this.#loadTimer = setTimeout(() => void this.#load(), LOAD_RETRY_MS);
    else this.#openTarget();
  }

  /** Only those who are not through with it; when that is nobody, it is closed. */
  #subscribeOld(): void {
    const target = this.#target;
    if (target === undefined) return;
    const old = this.#paths.get(other(target));
    if (old === undefined) return;
    const stayed = [...this.#people].filter(([id]) => this.#stayed.has(id));
    // The target's code may still be on its way.
    if (stayed.length > 0 || !this.#paths.has(target)) {
      old.subscribe(stayed.map(([, { subscription }]) => subscription));
      return;
    }
    this.#paths.delete(other(target));
    old.close();
    this.#stopLooking();
    this.#changed();
  }

  #stopLooking(): void {
    clearInterval(this.#lookTimer);
    this.#lookTimer = undefined;
  }

  /** Takes the statistics of the target for those who are not through, and draws the conclusions. */
  async #look(): Promise<void> {
    const target = this.#target;
    const path = target && this.#paths.get(target);
    if (target === undefined || path === undefined || this.#looking) return;
    this.#looking = true;
    for (const id of this.#stayed) {
      const delivery = this.#people.get(id)?.delivery;
      if (delivery === undefined || delivery.isComplete) continue;
      const stats = await path.stats(id).catch(() => null);
      // Those who follow are to be measured by another path now.
      if (target !== this.#target || path !== this.#paths.get(target)) break;
      if (stats !== null) delivery.look(stats);
    }
    this.#looking = false;
    if (!this.#closed && target === this.#target) this.#changed();
  }

  #changed(): void {
    if (this.#closed) return;
    const target = this.#target;
    if (target !== undefined && this.#lookTimer !== undefined) this.#handOver(target);
    this.#announce();
  }

  /** Later and once, so that no listener comes back in while paths are being changed. */
  #announce(): void {
    if (this.#announcing) return;
    this.#announcing = true;
    queueMicrotask(() => {
      this.#announcing = false;
      this.#changes.emit(undefined);
    });
  }

  #handOver(target: PathName): void {
    const through: string[] = [];
    const sendsAll = this.#sendsAll(target);
    for (const id of this.#stayed) {
      const person = this.#people.get(id);
      if (person === undefined) continue;
      const { subscription, handover, delivery } = person;
      const [old, next] = this.#views(id, target);
      const delivers = (kind: MediaKind) => delivery.has(kind);
      const now = Date.now();
      const view: HandoverView = {
        now,
        target,
        since: this.#since,
        sends: subscription.sends,
        old,
        next,
        delivers,
        sendsAll,
      };
      handover.look(view);
      this.#moveVoice(person, target, view);
      if (handover.mayLeave(view)) through.push(id);
    }
    if (through.length === 0) return;
    for (const id of through) {
      this.#stayed.delete(id);
      const person = this.#people.get(id);
      person?.handover.settle(target);
      setAudible(this.#paths.get(target)?.remote(id)?.audio, true);
    }
    this.#subscribeOld();
  }

  /** Whether all of ours has come to where the others take it from. Only the SFU tells that. */
  #sendsAll(target: PathName): boolean {
    if (target === "p2p") return true;
    const { tracks } = this.published();
    return mediaKinds.every((kind) => this.#tracks[kind] === null || tracks[kind] !== undefined);
  }

  #moveVoice(person: Person, target: PathName, { now, old, next }: HandoverView): void {
    if (person.handover.sourceOf("audio") !== target) {
      person.voiceMovedAt = undefined;
      setAudible(old?.audio, true);
      if (old?.audio !== undefined) setAudible(next?.audio, false);
      return;
    }
    person.voiceMovedAt ??= now;
    setAudible(next?.audio, true);
    if (now - person.voiceMovedAt >= VOICE_OVERLAP_MS) setAudible(old?.audio, false);
  }

  #views(id: string, target: PathName): [RemoteMedia | undefined, RemoteMedia | undefined] {
    const old = this.#stayed.has(id) ? this.#paths.get(other(target))?.remote(id) : undefined;
    return [old, this.#paths.get(target)?.remote(id)];
  }

  #voicePath(id: string): MediaPath | undefined {
    const target = this.#target;
    if (target === undefined) return undefined;
    const source = this.#people.get(id)?.handover.sourceOf("audio") ?? target;
    return this.#paths.get(source) ?? this.#paths.get(target);
  }
}
