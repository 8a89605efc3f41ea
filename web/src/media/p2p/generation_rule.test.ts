import { expect, it } from "vitest";
import { fateOf } from "./generation_rule";
import type { PeerSignal, SignalBody } from "./signal";

const bodies = {
  hello: { kind: "hello" },
  offer: { kind: "description", description: { type: "offer", sdp: "" } },
  answer: { kind: "description", description: { type: "answer", sdp: "" } },
  candidate: { kind: "candidate", candidate: {} },
  restart: { kind: "restart" },
} as const satisfies Record<string, SignalBody>;

/** Our connection is "own"; it belongs to `peer`, and earlier ones belonged to "old". */
it.each<[string, string | undefined, keyof typeof bodies, string, string | undefined, string]>([
  ["the first offer", undefined, "offer", "a", undefined, "bind"],
  ["the first hello", undefined, "hello", "a", undefined, "bind"],
  ["an offer to our hello", undefined, "offer", "a", "own", "bind"],
  ["an answer to our offer", undefined, "answer", "a", "own", "bind"],
  ["a candidate before any offer", undefined, "candidate", "a", undefined, "stale"],
  ["an answer to nobody", undefined, "answer", "a", undefined, "stale"],
  ["a candidate after its offer", "a", "candidate", "a", undefined, "current"],
  ["a candidate for us", "a", "candidate", "a", "own", "current"],
  ["a restart for us", "a", "restart", "a", "own", "current"],
  ["a repeated hello", "a", "hello", "a", undefined, "current"],
  ["a new offer of the same connection", "a", "offer", "a", "own", "current"],
  ["a candidate for our connection before this one", "a", "candidate", "a", "before", "stale"],
  ["an answer for our connection before this one", undefined, "answer", "a", "before", "stale"],
  ["an offer for our connection before this one", undefined, "offer", "a", "before", "stale"],
  ["the offer of another connection", "a", "offer", "b", undefined, "renew"],
  ["the hello of another connection", "a", "hello", "b", undefined, "renew"],
  ["a candidate of another connection", "a", "candidate", "b", undefined, "stale"],
  ["an answer of another connection to us", "a", "answer", "b", "own", "stale"],
  ["an offer of another connection to us", "a", "offer", "b", "own", "stale"],
  ["a late offer of an old connection", "a", "offer", "old", undefined, "stale"],
  ["a late hello of an old connection", undefined, "hello", "old", undefined, "stale"],
  ["a late candidate of an old connection", undefined, "candidate", "old", "own", "stale"],
])("%s", (_, peer, body, session, peerSession, fate) => {
  const signal: PeerSignal = { session, peerSession, ...bodies[body] };
  expect(fateOf(signal, { own: "own", peer, retired: new Set(["old"]) })).toBe(fate);
});
