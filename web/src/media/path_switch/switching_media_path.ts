import { Emitter } from "../../util/emitter";
import {
  mediaKinds,
  type MediaConnection,
  type MediaKind,
  type MediaPath,
  type MediaStats,
  type MovableMediaPath,
  type PathTarget,
  type PublishedTracks,
  type RemoteMedia,
  type Subscription,
  type Tiles,
  type TrackAddresses,
} from "../media_path";
import { combine, combinePublished, setAudible } from "./combine";
import type { Side } from "./handover";
import { Person } from "./person";
import { SendingWatch } from "./sending_watch";
import { hasEnded, leadsTo, sendsAll, type Way } from "./way";

const LOOK_INTERVAL_MS = 100;
const LOAD_RETRY_MS = 2000;

const nothingPublished: PublishedTracks = { tracks: {} };

export interface PathOptions {
  meeting: string | undefined;
  /** The path has been in use for so long that another one should take its place. */
  worn: () => void;
}

export interface SwitchingOptions {
  /** `meeting` is asked when it is needed: it may change as long as nobody else is there. */
  createP2p: (meeting: () => string | undefined) => MediaPath;
  /** Brings the code of the SFU's path; rejects when it cannot be loaded. */
  loadSfu: () => Promise<(options: PathOptions) => MediaPath>;
}

/**
 * Owns the path that media runs by, and for a while two of them when the room moves from one to the other, or to another
 * SFU: the new one is made before the old one is broken, for every person and kind of media by itself.
 */
export class SwitchingMediaPath implements MovableMediaPath {
  readonly #options: SwitchingOptions;
  readonly #changes = new Emitter<undefined>();
  readonly #people = new Map<string, Person>();
  readonly #tracks: Record<MediaKind, MediaStreamTrack | null> = { audio: null, camera: null, screen: null };
  #talk: MediaStreamTrack | null = null;
  /** Who is still reached by the way that is left; nobody new comes to it. */
  readonly #stayed = new Set<string>();
  readonly #sending = new SendingWatch(() => this.#rebuild());
  #createSfu: ((options: PathOptions) => MediaPath) | undefined;
  #loading = false;
  #target: PathTarget | undefined;
  #next: Way | undefined;
  #old: Way | undefined;
  /** Where everybody's media was in the SFU that is left; what their records say now is in another one. */
  #frozen: ReadonlyMap<string, TrackAddresses> | undefined;
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

  setPath(target: PathTarget): void {
    if (this.#closed) return;
    const before = this.#target;
    this.#target = target;
    const dropped = this.#dropEnded(target);
    const isOnWay = this.#next === undefined ? before?.path === target.path : leadsTo(this.#next, target);
    if (!isOnWay) this.#move(target);
    else if (!dropped) return;
    this.#reopen();
    // In either case, so that a third person finds it here at once.
    void this.#load();
  }

  publish(kind: MediaKind, track: MediaStreamTrack | null): void {
    this.#tracks[kind] = track;
    for (const { path } of this.#ways()) path.publish(kind, track);
    this.#watchSending();
  }

  talk(track: MediaStreamTrack | null): void {
    this.#talk = track;
    for (const { path } of this.#ways()) path.talk(track);
  }

  subscribe(others: readonly Subscription[]): void {
    if (this.#target === undefined) return;
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
      else this.#people.set(id, new Person(subscription));
    }
    this.#next?.path.subscribe(others);
    this.#subscribeOld();
  }

  remote(id: string): RemoteMedia | undefined {
    const handover = this.#people.get(id)?.handover;
    const [old, next] = this.#views(id);
    return combine(old, next, (kind) => handover?.sourceOf(kind) ?? "next");
  }

  published(): PublishedTracks {
    const publishedBy = (way: Way | undefined) => way?.path.published() ?? nothingPublished;
    return combinePublished(publishedBy(this.#old), publishedBy(this.#next));
  }

  unsentSince(): number | undefined {
    return this.#sending.overdueSince;
  }

  show(tiles: Tiles): void {
    this.#tiles = tiles;
    for (const { path } of this.#ways()) path.show(tiles);
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
    return this.#ways().flatMap(({ path }) => path.connections());
  }

  setSignalingReady(ready: boolean): void {
    this.#signalingReady = ready;
    this.#tellSignaling();
  }

  networkChanged(): void {
    for (const { path } of this.#ways()) path.networkChanged();
  }

  close(): void {
    this.#closed = true;
    this.#stopLooking();
    clearTimeout(this.#loadTimer);
    this.#sending.close();
    this.#changes.clear();
    for (const { path } of this.#ways()) path.close();
    this.#old = this.#next = undefined;
    this.#people.clear();
  }

  #ways(): Way[] {
    return [this.#old, this.#next].filter((way) => way !== undefined);
  }

  /** True when a way was one of a meeting that is over. */
  #dropEnded({ meeting }: PathTarget): boolean {
    const ended = this.#ways().filter((way) => hasEnded(way, meeting));
    if (hasEnded(this.#old, meeting)) this.#leaveOld();
    if (hasEnded(this.#next, meeting)) this.#next = undefined;
    for (const { path } of ended) path.close();
    return ended.length > 0;
  }

  #move(target: PathTarget): void {
    const [old, next] = [this.#old, this.#next];
    if (old !== undefined && leadsTo(old, target)) {
      // Back, in the middle.
      this.#old = next;
      this.#next = old;
      for (const { handover } of this.#people.values()) handover.turnBack();
    } else {
      this.#old = this.#keepOne();
      this.#next = undefined;
      for (const { handover } of this.#people.values()) handover.settle("old");
    }
    this.#stayed.clear();
    for (const id of this.#people.keys()) this.#stayed.add(id);
    const isForeign = target.path === "sfu" && this.#old?.target.path === "sfu";
    if (!isForeign || this.#old?.target.generation === target.generation) this.#frozen = undefined;
    else this.#frozen = new Map([...this.#people].map(([id, { subscription }]) => [id, subscription.tracks]));
  }

  /** There is a third way to go: of two the one by which more comes stays. */
  #keepOne(): Way | undefined {
    const [old, next] = [this.#old, this.#next];
    if (old === undefined || next === undefined) return old ?? next;
    const [dropped, kept] = this.#carried("next") > this.#carried("old") ? [old, next] : [next, old];
    dropped.path.close();
    return kept;
  }

  #carried(side: Side): number {
    let count = 0;
    for (const [id, person] of this.#people) count += person.carriedBy(side, ...this.#views(id));
    return count;
  }

  /** What we send does not come to the SFU by the present connection. */
  #rebuild(): void {
    const next = this.#next;
    if (this.#closed || this.#target === undefined || next === undefined) return;
    if (this.#old === undefined) this.#move(this.#target);
    else {
      // What works stays; to whom only the new path leads, nothing of ours comes anyway.
      this.#next = undefined;
      next.path.close();
    }
    this.#reopen();
  }

  #replaceWorn(): void {
    // While another one is being left, it is that one's turn.
    if (this.#next?.worn !== true || this.#old !== undefined || this.#target === undefined) return;
    this.#move(this.#target);
    this.#reopen();
  }

  #reopen(): void {
    this.#since = Date.now();
    for (const person of this.#people.values()) person.restart();
    this.#open();
  }

  /** The target's code may have to be loaded first; then this is called again. */
  #open(): void {
    if (this.#target === undefined || this.#closed) return;
    this.#next ??= this.#create(this.#target);
    const next = this.#next;
    if (next === undefined) return;
    this.#tellSignaling();
    next.path.subscribe([...this.#people.values()].map(({ subscription }) => subscription));
    if (this.#old !== undefined) this.#lookTimer ??= setInterval(() => void this.#look(), LOOK_INTERVAL_MS);
    else {
      this.#stopLooking();
      this.#stayed.clear();
      for (const [id, { handover }] of this.#people) {
        handover.settle("next");
        setAudible(next.path.remote(id)?.audio, true);
      }
    }
    this.#subscribeOld();
    this.#changed();
  }

  #create(target: PathTarget): Way | undefined {
    const worn = () => {
      way.worn = true;
      if (way === this.#next) this.#replaceWorn();
    };
    const path =
      target.path === "p2p"
        ? this.#options.createP2p(() => this.#target?.meeting)
        : this.#createSfu?.({ meeting: target.meeting, worn });
    if (path === undefined) return undefined;
    const way: Way = { target, path, worn: false };
    for (const kind of mediaKinds) path.publish(kind, this.#tracks[kind]);
    path.talk(this.#talk);
    path.show(this.#tiles);
    path.onChange(() => this.#changed());
    return way;
  }

  async #load(): Promise<void> {
    if (this.#createSfu !== undefined || this.#loading) return;
    this.#loading = true;
    this.#createSfu = await this.#options.loadSfu().catch(() => undefined);
    this.#loading = false;
    if (this.#closed) return;
    // A line that is down; as long as media runs at all, it runs on by the other path.
    if (this.#createSfu === undefined) this.#loadTimer = setTimeout(() => void this.#load(), LOAD_RETRY_MS);
    else this.#open();
  }

  /** One whose SFU is not the room's any more needs no help: what it cannot do by itself, the next one does. */
  #tellSignaling(): void {
    this.#old?.path.setSignalingReady(this.#signalingReady && this.#frozen === undefined);
    this.#next?.path.setSignalingReady(this.#signalingReady);
  }

  /** Only those who are not through with it; when that is nobody, it is closed. */
  #subscribeOld(): void {
    const old = this.#old;
    if (old === undefined) return;
    const stayed = [...this.#people].filter(([id]) => this.#stayed.has(id));
    // The target's code may still be on its way.
    if (stayed.length > 0 || this.#next === undefined) {
      const tracksOf = ({ id, tracks }: Subscription) => this.#frozen?.get(id) ?? tracks;
      old.path.subscribe(
        stayed.map(([, { subscription }]) => ({ ...subscription, tracks: tracksOf(subscription) })),
      );
      return;
    }
    this.#leaveOld();
    old.path.close();
    this.#changed();
    this.#replaceWorn();
  }

  #leaveOld(): void {
    this.#old = undefined;
    this.#frozen = undefined;
    this.#stopLooking();
  }

  #stopLooking(): void {
    clearInterval(this.#lookTimer);
    this.#lookTimer = undefined;
  }

  /** Takes the statistics of the next way for those who are not through, and draws the conclusions. */
  async #look(): Promise<void> {
    const next = this.#next;
    if (next === undefined || this.#looking) return;
    this.#looking = true;
    for (const id of this.#stayed) {
      const delivery = this.#people.get(id)?.delivery;
      if (delivery === undefined || delivery.isComplete) continue;
      const stats = await next.path.stats(id).catch(() => null);
      // Those who follow are to be measured by another path now.
      if (next !== this.#next) break;
      if (stats !== null) delivery.look(stats);
    }
    this.#looking = false;
    if (!this.#closed && next === this.#next) this.#changed();
  }

  #changed(): void {
    if (this.#closed) return;
    this.#watchSending();
    if (this.#lookTimer !== undefined) this.#handOver();
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

  #handOver(): void {
    const through: string[] = [];
    const all = sendsAll(this.#next, this.#tracks);
    for (const id of this.#stayed) {
      const person = this.#people.get(id);
      if (person === undefined) continue;
      const [old, next] = this.#views(id);
      const hasThere = (kind: MediaKind) => this.#hasThere(person.subscription, kind);
      const now = Date.now();
      if (person.look({ now, since: this.#since, hasThere, old, next, sendsAll: all })) through.push(id);
    }
    if (through.length === 0) return;
    for (const id of through) {
      this.#stayed.delete(id);
      this.#people.get(id)?.handover.settle("next");
      setAudible(this.#next?.path.remote(id)?.audio, true);
    }
    this.#subscribeOld();
  }

  #watchSending(): void {
    this.#sending.look(sendsAll(this.#next, this.#tracks), Date.now());
  }

  #hasThere({ id, tracks }: Subscription, kind: MediaKind): boolean {
    if (this.#next?.target.path !== "sfu") return true;
    return tracks[kind] !== undefined && tracks[kind] !== this.#frozen?.get(id)?.[kind];
  }

  #views(id: string): [old: RemoteMedia | undefined, next: RemoteMedia | undefined] {
    const old = this.#stayed.has(id) ? this.#old?.path.remote(id) : undefined;
    return [old, this.#next?.path.remote(id)];
  }

  #voicePath(id: string): MediaPath | undefined {
    const side = this.#people.get(id)?.handover.sourceOf("audio");
    return (side === "old" ? (this.#old ?? this.#next) : this.#next)?.path;
  }
}
