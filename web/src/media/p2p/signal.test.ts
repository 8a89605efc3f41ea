import { expect, it } from "vitest";
import { parseSignal, serializeSignal, type PeerSignal } from "./signal";

const candidate = {
  candidate: "candidate:1 1 udp 1 192.0.2.1 9 typ host",
  sdpMid: "0",
  sdpMLineIndex: 0,
  usernameFragment: "u",
};

it.each<PeerSignal>([
  { session: "a", peerSession: undefined, kind: "hello" },
  { session: "a", peerSession: "b", kind: "restart" },
  { session: "a", peerSession: "b", kind: "description", description: { type: "offer", sdp: "v=0" } },
  { session: "a", peerSession: "b", kind: "description", description: { type: "answer", sdp: "v=0" } },
  { session: "a", peerSession: "b", kind: "candidate", candidate },
])("reads what it wrote: $kind", (signal) => {
  expect(parseSignal(serializeSignal(signal))).toEqual(signal);
});

it.each([
  ["no JSON", "hello"],
  ["an array", "[]"],
  ["another version", '{"v":2,"session":"a","hello":true}'],
  ["no version", '{"session":"a","hello":true}'],
  ["no session", '{"v":1,"hello":true}'],
  ["an empty session", '{"v":1,"session":"","hello":true}'],
  ["nothing to say", '{"v":1,"session":"a"}'],
  ["a rollback", '{"v":1,"session":"a","description":{"type":"rollback","sdp":""}}'],
  ["a description without SDP", '{"v":1,"session":"a","description":{"type":"offer"}}'],
  ["a description that is null", '{"v":1,"session":"a","description":null}'],
  ["a candidate that is a string", '{"v":1,"session":"a","candidate":"candidate:1"}'],
  ["a candidate that is null", '{"v":1,"session":"a","candidate":null}'],
])("does not understand %s", (_, text) => {
  expect(parseSignal(text)).toBeNull();
});

it("reads a candidate without the parts that browsers leave out", () => {
  expect(parseSignal('{"v":1,"session":"a","candidate":{"candidate":"c","sdpMid":4}}')).toMatchObject({
    candidate: { candidate: "c", sdpMid: null, sdpMLineIndex: null, usernameFragment: null },
  });
});
