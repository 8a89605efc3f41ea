import { describe, expect, it } from "vitest";
import { parseServerMessage } from "./parse";

const parse = (message: unknown) => parseServerMessage(JSON.stringify(message));

function usersOf(users: unknown) {
  const message = parse({ type: "roomState", state: { meetingId: "m", users } });
  return message?.type === "roomState" ? message.state.users : null;
}

describe("parseServerMessage", () => {
  it.each([
    ["nothing", undefined],
    ["binary data", new ArrayBuffer(2)],
    ["text that is not JSON", "{"],
    ["null", "null"],
    ["an array", "[]"],
    ["a number", "1"],
    ["no type", '{"error":"x"}'],
    ["a type that is no string", '{"type":7}'],
    ["a type of a newer server", '{"type":"confetti"}'],
    ["a type that is a property of every object", '{"type":"toString"}'],
    ["a state without a state", '{"type":"roomState"}'],
    ["a state that is an array", '{"type":"roomState","state":[]}'],
    ["a departure without an id", '{"type":"userLeftNotification"}'],
    ["a departure with a number", '{"type":"userLeftNotification","id":4}'],
    ["a signal without a sender", '{"type":"p2pSignal","signal":"s"}'],
    ["a signal that is an object", '{"type":"p2pSignal","from":"a","signal":{}}'],
  ])("does not understand %s", (_, data) => {
    expect(parseServerMessage(data)).toBeNull();
  });

  it.each([
    [{ type: "userLeftNotification", id: "a" }],
    [{ type: "muteMic" }],
    [{ type: "p2pSignal", from: "a", signal: "s" }],
    [{ type: "error", code: "rate_limited" }],
  ])("reads %o, whatever else is in it", (message) => {
    expect(parse({ ...message, newer: { things: [1] } })).toEqual(message);
  });

  it("gives an error without a code one", () => {
    expect(parse({ type: "error", error: "Something" })).toEqual({ type: "error", code: "unknown" });
  });

  it("reads a state, with everything that is missing as no", () => {
    expect(
      parse({
        type: "roomState",
        state: {
          ai: { enabled: false },
          users: [{ id: "a", name: "Айгуль", joined: true, tracks: { audioEnabled: true } }],
        },
      }),
    ).toEqual({
      type: "roomState",
      state: {
        meetingId: undefined,
        ai: { enabled: false, connectionPending: false },
        users: [
          {
            id: "a",
            name: "Айгуль",
            transceiverSessionId: undefined,
            joined: true,
            raisedHand: false,
            speaking: false,
            tracks: {
              audio: undefined,
              audioEnabled: true,
              audioUnavailable: false,
              video: undefined,
              videoEnabled: false,
              screenshare: undefined,
              screenShareEnabled: false,
            },
          },
        ],
      },
    });
  });

  it.each([
    ["null", null],
    ["a string", "a"],
    ["no id", { name: "A" }],
    ["an empty id", { id: "", name: "A" }],
    ["a number for a name", { id: "a", name: 1 }],
  ])("drops a user that is %s and keeps the others", (_, bad) => {
    expect(usersOf([bad, { id: "b", name: "B", tracks: "none" }])?.map(({ id }) => id)).toEqual(["b"]);
  });

  it("takes the first of two users with one id, and no users for a bad list", () => {
    expect(
      usersOf([
        { id: "a", name: "1" },
        { id: "a", name: "2" },
      ])?.map(({ name }) => name),
    ).toEqual(["1"]);
    expect(usersOf({ length: 1 })).toEqual([]);
  });

  it("takes only true for yes", () => {
    const [user] =
      usersOf([{ id: "a", name: "A", joined: "true", raisedHand: 1, tracks: { videoEnabled: "yes" } }]) ?? [];
    expect(user).toMatchObject({ joined: false, raisedHand: false, tracks: { videoEnabled: false } });
  });

  it.each([
    [
      { path: "sfu", capacity: 50, more: 1 },
      { path: "sfu", capacity: 50, generation: 0 },
    ],
    [
      { path: "p2p", capacity: 4 },
      { path: "p2p", capacity: 4, generation: 0 },
    ],
    [
      { path: "sfu", capacity: 50, generation: 1_790_000_000_123 },
      { path: "sfu", capacity: 50, generation: 1_790_000_000_123 },
    ],
    [
      { path: "sfu", capacity: 50, generation: "7" },
      { path: "sfu", capacity: 50, generation: 0 },
    ],
    [undefined, undefined],
    ["sfu", undefined],
    [{ path: "carrier pigeon", capacity: 1 }, undefined],
    [{ path: "sfu" }, undefined],
    [{ path: "sfu", capacity: 0 }, undefined],
    [{ path: "sfu", capacity: 2.5 }, undefined],
    [{ path: "sfu", capacity: "50" }, undefined],
  ])("reads where media runs: %o", (media, expected) => {
    const message = parse({ type: "roomState", state: { media, users: [] } });
    expect(message?.type === "roomState" ? message.state.media : null).toEqual(expected);
  });

  it("reads what there is to know of the AI", () => {
    const ai = {
      enabled: true,
      connectionPending: false,
      controllingUser: "a",
      error: "A sentence for old clients.",
      errorCode: "media",
      remainingSeconds: 90,
    };
    const message = parse({ type: "roomState", state: { ai, users: [] } });
    expect(message?.type === "roomState" ? message.state.ai : null).toEqual({
      enabled: true,
      connectionPending: false,
      controllingUser: "a",
      errorCode: "media",
      remainingSeconds: 90,
    });
  });
});
