import { isJsonObject, parseJsonObject, stringOf } from "../../util/json";

/**
 * What two clients tell each other about the connection between them. `session` names the sender's RTCPeerConnection and
 * `peerSession` the receiver's, once the sender has heard from it; so a signal for a connection that is no more
 * (a reload, a rebuilt link, a late packet) is never taken for the present one.
 */
export type PeerSignal = { session: string; peerSession?: string } & SignalBody;

export type SignalBody =
  /** "I have a new connection; make me an offer": sent by the side that does not offer. */
  | { kind: "hello" }
  /** "Make me an offer with an ICE restart": sent by the same side. */
  | { kind: "restart" }
  | { kind: "description"; description: SessionDescription }
  | { kind: "candidate"; candidate: RTCIceCandidateInit };

export interface SessionDescription {
  type: "offer" | "answer";
  sdp: string;
}

const VERSION = 1;

export function serializeSignal(signal: PeerSignal): string {
  const { session, peerSession } = signal;
  const head = { v: VERSION, session, peerSession };
  switch (signal.kind) {
    case "hello":
      return JSON.stringify({ ...head, hello: true });
    case "restart":
      return JSON.stringify({ ...head, restart: true });
    case "description":
      return JSON.stringify({ ...head, description: signal.description });
    case "candidate":
      return JSON.stringify({ ...head, candidate: signal.candidate });
    default:
      return signal satisfies never;
  }
}

/** Null for what this version does not understand. */
export function parseSignal(text: string): PeerSignal | null {
  const value = parseJsonObject(text);
  if (value?.v !== VERSION || typeof value.session !== "string" || value.session === "") return null;
  const head = { session: value.session, peerSession: stringOf(value.peerSession) };
  if (value.hello === true) return { ...head, kind: "hello" };
  if (value.restart === true) return { ...head, kind: "restart" };
  if (value.description !== undefined) {
    const description = parseDescription(value.description);
    return description && { ...head, kind: "description", description };
  }
  const candidate = parseCandidate(value.candidate);
  return candidate && { ...head, kind: "candidate", candidate };
}

function parseDescription(value: unknown): SessionDescription | null {
  if (!isJsonObject(value)) return null;
  const { type, sdp } = value;
  return (type === "offer" || type === "answer") && typeof sdp === "string" ? { type, sdp } : null;
}

function parseCandidate(value: unknown): RTCIceCandidateInit | null {
  if (!isJsonObject(value) || typeof value.candidate !== "string") return null;
  return {
    candidate: value.candidate,
    sdpMid: stringOf(value.sdpMid) ?? null,
    sdpMLineIndex: typeof value.sdpMLineIndex === "number" ? value.sdpMLineIndex : null,
    usernameFragment: stringOf(value.usernameFragment) ?? null,
  };
}
