import type { PeerSignal } from "./signal";

/** The two ends of a link as one side knows them. */
export interface LinkEnds {
  /** The name of our present connection. */
  own: string;
  /** The name of the other's connection that ours belongs to, once heard. */
  peer?: string;
  /** Names of the other's connections that ours belonged to before. */
  retired: ReadonlySet<string>;
}

/**
 * - `current`: meant for our present connection by the connection it belongs to.
 * - `bind`: the first word to our present connection, which belongs to that sender from now on.
 * - `renew`: the other side has a new connection, and ours belongs to its old one: make a new one for it.
 * - `stale`: from or for a connection that is no more.
 */
export type SignalFate = "current" | "bind" | "renew" | "stale";

/** A connection meets exactly one connection of the other side in its life; this decides which signals belong to it. */
export function fateOf(signal: PeerSignal, ends: LinkEnds): SignalFate {
  if (ends.retired.has(signal.session)) return "stale";
  if (signal.peerSession !== undefined && signal.peerSession !== ends.own) return "stale";
  if (signal.session === ends.peer) return "current";
  // Either it names our connection, or it is the first word of a connection that has not heard of ours.
  const addressed = signal.peerSession !== undefined;
  if (ends.peer === undefined) return addressed || opensConnection(signal) ? "bind" : "stale";
  return !addressed && opensConnection(signal) ? "renew" : "stale";
}

/** Signals of one sender arrive in order, so a connection's first word is its hello or its offer. */
function opensConnection(signal: PeerSignal): boolean {
  return signal.kind === "hello" || (signal.kind === "description" && signal.description.type === "offer");
}
