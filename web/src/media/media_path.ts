import type { LinkState } from "../call/types";

/** What one person can send: a voice, a camera and a screen. */
export type MediaKind = "audio" | "camera" | "screen";

export const mediaKinds = ["audio", "camera", "screen"] as const satisfies readonly MediaKind[];

/** Where media can lie: straight between the browsers, or by way of a server. */
export type PathName = "p2p" | "sfu";

/** Names of tracks in an SFU, each "session/track"; one is absent while that kind is not there. */
export type TrackAddresses = Readonly<Partial<Record<MediaKind, string>>>;

/** One other person, and what they say they send right now. */
export interface Subscription {
  id: string;
  sends: Readonly<Record<MediaKind, boolean>>;
  tracks: TrackAddresses;
}

/** What we have in an SFU, for the others to find; empty on a path without one. */
export interface PublishedTracks {
  session?: string;
  tracks: TrackAddresses;
  /** What the AI is to hear. */
  talk?: string;
}

/** How tall the pictures of one person are on this screen, in its own pixels; absent: not in sight. */
export interface TileHeights {
  camera?: number;
  screen?: number;
}

/** By person; whoever is not in it is not in sight. */
export type Tiles = ReadonlyMap<string, TileHeights>;

/** What reaches us from one other person. A stream keeps its identity while its track is the same. */
export interface RemoteMedia {
  link: LinkState;
  /** When `link` left "connected", as `Date.now()`; absent while connected. */
  linkSince?: number;
  audio?: MediaStream;
  /** Absent until the first packet, so that nobody shows a black picture. */
  camera?: MediaStream;
  screen?: MediaStream;
}

/** Totals of what arrived from one other person since the link's present connection was made. */
export interface MediaStats {
  bytesReceived: Readonly<Record<MediaKind, number>>;
  packetsLost: number;
  framesDecoded: Readonly<Record<"camera" | "screen", number>>;
  voice: Readonly<VoiceStats>;
}

export interface VoiceStats {
  packets: number;
  /** Samples that were taken out of the jitter buffer; stands still while nothing is played. */
  samples: number;
  /** Those of them that were made up because a packet was missing. */
  concealed: number;
}

/** One connection of a path, for those who look at statistics. */
export interface MediaConnection {
  path: PathName;
  /** On a path between browsers: who is at the other end. */
  peer?: string;
  getStats(): Promise<RTCStatsReport>;
  /**
   * Whose track an m-section carries; the own id for what goes out. Between browsers a section carries one track each way,
   * and `direction` says which is meant; "inbound" when it is not given.
   */
  describe(mid: string, direction?: "inbound" | "outbound"): { id: string; kind: MediaKind } | undefined;
}

/**
 * The way of media between us and the others: directly between browsers, or by way of a server. The call says who is there
 * and what we send; everything else (connections, their failures, their healing) happens inside.
 */
export interface MediaPath {
  /** Sends the track from now on, or nothing on null. Never interrupts the other kinds. */
  publish(kind: MediaKind, track: MediaStreamTrack | null): void;
  /** A voice for the AI alone, which only an SFU reaches; null while it is to hear nothing. */
  talk(track: MediaStreamTrack | null): void;
  /** The whole list of others; links to people who are not in it any more are closed. */
  subscribe(others: readonly Subscription[]): void;
  remote(id: string): RemoteMedia | undefined;
  /** What to tell the others of our tracks. */
  published(): PublishedTracks;
  /** What is on the stage, and how large: a path may spare what nobody looks at. Voices are not concerned. */
  show(tiles: Tiles): void;
  /** Called after `remote` of anybody or `published` has changed. */
  onChange(listener: () => void): () => void;
  /** The loudness of a voice as linear amplitude from 0 to 1; cheap enough to ask 20 times a second. */
  level(id: string): number;
  /** Null when there is no link to this person. */
  stats(id: string): Promise<MediaStats | null>;
  connections(): readonly MediaConnection[];
  /** Whether messages to the others go through: the room's socket is open and the server has us in the call. */
  setSignalingReady(ready: boolean): void;
  /** The machine's network came back or is another one; looks after the links at once. */
  networkChanged(): void;
  close(): void;
}

/** Where the room wants media to run. */
export interface PathTarget {
  path: PathName;
  /** Names the call in the logs of a server that carries it. */
  meeting: string | undefined;
  /** Which SFU it is, should the path lead to one: another number is another one. */
  generation: number;
}

/** A media path that can lie here or there, and moves without an interruption when told to. */
export interface MovableMediaPath extends MediaPath {
  setPath(target: PathTarget): void;
  /** Since when, as `Date.now()`, the others have been missing something of ours; undefined while all is well. */
  unsentSince(): number | undefined;
}

/** How a media path talks to the same part of another client: in order, never to anybody else, perhaps lost. */
export interface SignalChannel {
  send(to: string, signal: string): void;
  onSignal(listener: (from: string, signal: string) => void): () => void;
}
