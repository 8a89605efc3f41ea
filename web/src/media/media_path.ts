import type { LinkState } from "../call/types";

/** What one person can send: a voice, a camera and a screen. */
export type MediaKind = "audio" | "camera" | "screen";

export const mediaKinds = ["audio", "camera", "screen"] as const satisfies readonly MediaKind[];

/** One other person, and what they say they send right now. */
export interface Subscription {
  id: string;
  sends: Readonly<Record<MediaKind, boolean>>;
}

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
}

/**
 * The way of media between us and the others: directly between browsers, or by way of a server. The call says who is there
 * and what we send; everything else (connections, their failures, their healing) happens inside.
 */
export interface MediaPath {
  /** How many people it can hold, the self included. */
  readonly capacity: number;
  /** Sends the track from now on, or nothing on null. Never interrupts the other kinds. */
  publish(kind: MediaKind, track: MediaStreamTrack | null): void;
  /** The whole list of others; links to people who are not in it any more are closed. */
  subscribe(others: readonly Subscription[]): void;
  remote(id: string): RemoteMedia | undefined;
  /** Called after `remote` of anybody has changed. */
  onChange(listener: () => void): () => void;
  /** The loudness of a voice as linear amplitude from 0 to 1; cheap enough to ask 20 times a second. */
  level(id: string): number;
  /** Null when there is no link to this person. */
  stats(id: string): Promise<MediaStats | null>;
  /** Whether messages to the others go through: the room's socket is open and the server has us in the call. */
  setSignalingReady(ready: boolean): void;
  /** The machine's network came back or is another one; looks after the links at once. */
  networkChanged(): void;
  close(): void;
}

/** How a media path talks to the same part of another client: in order, never to anybody else, perhaps lost. */
export interface SignalChannel {
  send(to: string, signal: string): void;
  onSignal(listener: (from: string, signal: string) => void): () => void;
}
