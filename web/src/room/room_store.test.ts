import { describe, expect, it } from "vitest";
import type { RoomState, User } from "../protocol/messages";
import { RoomStore, type RoomChange } from "./room_store";

function user(id: string, more: Partial<User> = {}): User {
  return {
    id,
    name: id.toUpperCase(),
    raisedHand: false,
    speaking: false,
    joined: true,
    tracks: { audioEnabled: true, audioUnavailable: false, videoEnabled: true, screenShareEnabled: false },
    ...more,
  };
}

/** `a` is in the call, `a?` in the lobby, `a!` has a hand up. */
function state(...ids: string[]): RoomState {
  return {
    meetingId: "m",
    users: ids.map((id) =>
      user(id.replace(/[?!]$/, ""), { joined: !id.endsWith("?"), raisedHand: id.endsWith("!") }),
    ),
  };
}

type Step = { state: string } | { left: string } | { lost: true };

const told = (changes: RoomChange[]) => changes.map(({ type, user: { id } }) => `${type} ${id}`);

function run(steps: Step[]): { news: string[]; store: RoomStore } {
  const store = new RoomStore("me");
  const news: string[] = [];
  for (const step of steps) {
    if ("state" in step)
      news.push(...told(store.applyState(state(...step.state.split(" ").filter(Boolean)))));
    else if ("left" in step) news.push(...told(store.applyLeft(step.left)));
    else store.socketLost();
  }
  return { news, store };
}

describe("RoomStore", () => {
  it.each<[string, Step[], string[]]>([
    ["who was there before us has not joined", [{ state: "a b me?" }, { state: "a b me" }], []],
    ["nothing is told in the lobby", [{ state: "me?" }, { state: "a me?" }, { state: "me?" }], []],
    ["somebody comes", [{ state: "me" }, { state: "a me" }], ["joined a"]],
    [
      "somebody comes to the lobby first",
      [{ state: "me" }, { state: "a? me" }, { state: "a me" }],
      ["joined a"],
    ],
    ["somebody goes to the lobby", [{ state: "a me" }, { state: "a? me" }], ["left a"]],
    ["a departure is told once", [{ state: "a me" }, { left: "a" }, { state: "me" }], ["left a"]],
    ["a departure without a notification", [{ state: "a me" }, { state: "me" }], ["left a"]],
    ["the departure of a stranger", [{ state: "me" }, { left: "a" }], []],
    ["the departure of a lobby visitor", [{ state: "a? me" }, { left: "a" }], []],
    ["a hand goes up", [{ state: "a me" }, { state: "a! me" }, { state: "a! me" }], ["handRaised a"]],
    ["somebody comes with a hand up", [{ state: "me" }, { state: "a! me" }], ["joined a"]],
    ["our own hand", [{ state: "a me" }, { state: "a me!" }], []],
    ["the AI is no person", [{ state: "me" }, { state: "ai me" }], []],
    [
      "a reload: the new id comes, the old one goes later",
      [{ state: "a me" }, { state: "a b me" }, { left: "a" }, { state: "b me" }],
      ["joined b", "left a"],
    ],
    ["a reconnect with the same people", [{ state: "a b me" }, { lost: true }, { state: "a b me" }], []],
    [
      "a reconnect after which we are new to the server",
      [{ state: "a me" }, { lost: true }, { state: "a me?" }, { state: "a me" }],
      [],
    ],
    [
      "what happened during an outage",
      [{ state: "a b me" }, { lost: true }, { state: "b c me" }],
      ["left a", "joined c"],
    ],
    [
      "somebody left and came back",
      [{ state: "a me" }, { left: "a" }, { state: "me" }, { state: "a me" }],
      ["left a", "joined a"],
    ],
  ])("%s", (_, steps, news) => {
    expect(run(steps).news).toEqual(news);
  });

  it("keeps the order of appearance, not that of the server", () => {
    const { store } = run([
      { state: "m me" },
      { state: "a m me" },
      { state: "a m me z" },
      { left: "m" },
      { state: "a m me z" },
    ]);
    expect(store.view.others.map(({ id }) => id)).toEqual(["a", "z", "m"]);
  });

  it("shows the newest of each person, without the self, the lobby and the AI", () => {
    const { store } = run([{ state: "a ai b? me" }, { state: "a! ai b? me" }]);
    expect(store.view.others).toEqual([user("a", { raisedHand: true })]);
    expect(store.view.self).toEqual(user("me"));
    expect(store.view.meetingId).toBe("m");
  });

  it("keeps the people and the meeting during an outage, but not our own record", () => {
    const { store } = run([{ state: "a me" }, { lost: true }]);
    expect(store.view).toMatchObject({ meetingId: "m", self: undefined, others: [user("a")] });
  });

  it("knows where media runs: between browsers, unless the server says otherwise", () => {
    const { store } = run([{ state: "me" }]);
    expect(store.view.media).toEqual({ path: "p2p", capacity: 4, generation: 0 });
    store.applyState({ ...state("me"), media: { path: "sfu", capacity: 50, generation: 7 } });
    store.socketLost();
    expect(store.view.media).toEqual({ path: "sfu", capacity: 50, generation: 7 });
    store.applyState(state("me"));
    expect(store.view.media).toEqual({ path: "p2p", capacity: 4, generation: 0 });
  });
});
