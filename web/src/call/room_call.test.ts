// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ClientConfig } from "../api/client";
import type { SignalChannel } from "../media/media_path";
import type { ClientMessage, RoomMedia, User } from "../protocol/messages";
import type { RoomSocket, RoomSocketListener } from "../signaling/room_socket";
import { RoomCall } from "./room_call";
import { createFakeMedia, FakeDevices } from "./testing";
import type { CallEvent } from "./types";

const calls: RoomCall[] = [];

function setUp() {
  const devices = new FakeDevices();
  const media = createFakeMedia();
  const sent: ClientMessage[] = [];
  const socket = {
    isOpen: false,
    send: (message: ClientMessage) => {
      if (socket.isOpen) sent.push(message);
      return socket.isOpen;
    },
    close: vi.fn(),
    probe: vi.fn(),
  };
  // Both are set while the call is made.
  let listener!: RoomSocketListener;
  let channel!: SignalChannel;
  let attemptFailed!: (peer: string) => void;
  let id = "";
  const call = new RoomCall({
    room: "r",
    config: { hasAi: true } as ClientConfig,
    devices,
    self: { name: "Me" },
    createMedia: (options) => {
      ({ channel, attemptFailed } = options);
      return media;
    },
    createSocket: (options) => {
      ({ listener, id } = options);
      return socket as unknown as RoomSocket;
    },
  });
  calls.push(call);
  const events: CallEvent[] = [];
  call.onEvent((event) => events.push(event));

  const person = (personId: string, joined = true): User => ({
    id: personId,
    name: personId.toUpperCase(),
    raisedHand: false,
    speaking: false,
    joined,
    tracks: { audioEnabled: true, audioUnavailable: false, videoEnabled: true, screenShareEnabled: false },
  });
  return {
    call,
    devices,
    media,
    socket,
    sent,
    events,
    id,
    channel,
    attemptFailed,
    listener,
    updates: () => sent.flatMap((message) => (message.type === "userUpdate" ? [message.user] : [])),
    people: () =>
      call.getSnapshot().participants.map((participant) => (participant.isSelf ? "me" : participant.id)),
    linked: () => media.subscribe.mock.calls.at(-1)?.[0].map((subscription) => subscription.id),
    open: () => {
      socket.isOpen = true;
      listener.statusChanged("open");
    },
    lose: () => {
      socket.isOpen = false;
      listener.statusChanged("reconnecting");
    },
    /** `joined`: whether the server has us in the call. */
    state: (joined: boolean, ...ids: string[]) =>
      listener.received({
        type: "roomState",
        state: { meetingId: "m", users: [person(id, joined), ...ids.map((one) => person(one))] },
      }),
    /** In the call with `a` and the AI, to whom `talker` is talking. */
    aiState: (talker?: string) => {
      const ai = { ...person("ai"), tracks: { ...person("ai").tracks, videoEnabled: false, audio: "x/v" } };
      listener.received({
        type: "roomState",
        state: {
          meetingId: "m",
          ai: { enabled: true, connectionPending: false, controllingUser: talker, remainingSeconds: 61 },
          users: [person(id), person("a"), ai],
        },
      });
    },
    /** In the call with one other person, whose tracks are in the SFU. */
    mediaState: (media: RoomMedia) => {
      const other = person("a");
      other.tracks = { ...other.tracks, audio: "s/1", video: "s/2", screenshare: "s/3" };
      listener.received({ type: "roomState", state: { meetingId: "m", media, users: [person(id), other] } });
    },
  };
}

/** In the call with `ids`, all told and settled. */
function inCall(...ids: string[]) {
  const room = setUp();
  room.open();
  room.call.join();
  room.state(true, ...ids);
  return room;
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  for (const call of calls.splice(0)) call.leave();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("RoomCall", () => {
  it("watches from the lobby without taking part", () => {
    const { state, open, people, sent, media, devices, call } = setUp();
    open();
    state(false, "a");
    expect(people()).toEqual(["a"]);
    expect(sent).toEqual([{ type: "mediaSupport", p2p: true }]);
    expect(media.subscribe).not.toHaveBeenCalled();
    expect(devices.start).toHaveBeenCalled();
    expect(call.getSnapshot()).toMatchObject({ status: "open", joined: false, meetingId: "m", capacity: 4 });
  });

  it("joins with the whole record of itself, and links once the server has it in the call", () => {
    const { call, open, state, updates, people, linked, media, id } = setUp();
    open();
    state(false, "a");
    call.join();
    expect(people()).toEqual(["me", "a"]);
    expect(updates()).toMatchObject([
      { id, joined: true, tracks: { audioEnabled: true, videoEnabled: true } },
    ]);
    expect(media.subscribe).not.toHaveBeenCalled();
    state(true, "a");
    expect(linked()).toEqual(["a"]);
    expect(media.setSignalingReady).toHaveBeenLastCalledWith(true);
  });

  it("joins with everything off while the browser's question is not answered", () => {
    const { call, devices, open, updates } = setUp();
    open();
    devices.set({ ...devices.getSnapshot(), permission: "prompt" });
    call.join();
    expect(devices.getSnapshot()).toMatchObject({
      microphone: { enabled: false },
      camera: { enabled: false },
    });
    expect(updates()).toMatchObject([{ tracks: { audioEnabled: false, videoEnabled: false } }]);
  });

  it("lets go of the devices when it is refused", () => {
    const { devices, listener } = inCall("a");
    listener.statusChanged("refused", "replaced");
    expect(devices.stop).toHaveBeenCalledTimes(1);
  });

  it("joins when the socket opens only afterwards", () => {
    const { call, open, updates } = setUp();
    call.join();
    expect(updates()).toEqual([]);
    open();
    expect(updates()).toMatchObject([{ joined: true }]);
  });

  it("keeps links and people over a reconnect, sends everything again, and tells nothing twice", () => {
    const room = inCall("a", "b");
    room.lose();
    expect(room.people()).toEqual(["me", "a", "b"]);
    expect(room.linked()).toEqual(["a", "b"]);
    expect(room.media.setSignalingReady).toHaveBeenLastCalledWith(false);
    room.open();
    expect(room.updates()).toHaveLength(2);
    room.state(false, "a", "b");
    room.state(true, "a", "b");
    expect(room.linked()).toEqual(["a", "b"]);
    expect(room.media.setSignalingReady).toHaveBeenLastCalledWith(true);
    expect(room.events).toEqual([{ type: "reconnected" }]);
  });

  it("unlinks whoever leaves, at the first word of it", () => {
    const { listener, linked, people, events } = inCall("a", "b");
    listener.received({ type: "userLeftNotification", id: "a" });
    expect(linked()).toEqual(["b"]);
    expect(people()).toEqual(["me", "b"]);
    expect(events).toEqual([{ type: "left", id: "a", name: "A" }]);
  });

  it("turns its microphone off when told to, and says so", () => {
    const { listener, devices, updates, events } = inCall("a");
    listener.received({ type: "muteMic" });
    expect(devices.getSnapshot().microphone.enabled).toBe(false);
    expect(updates().at(-1)?.tracks.audioEnabled).toBe(false);
    listener.received({ type: "muteMic" });
    expect(events).toEqual([{ type: "mutedByOther" }]);
    expect(updates()).toHaveLength(3);
  });

  it("sends what it does: speaking, hand, camera", () => {
    const { call, devices, updates } = inCall();
    devices.voice.emit(0.5);
    call.setHandRaised(true);
    devices.setCamera(false);
    vi.advanceTimersByTime(100);
    expect(updates().at(-1)).toMatchObject({
      speaking: true,
      raisedHand: true,
      tracks: { videoEnabled: false },
    });
    expect(updates()).toHaveLength(2);
  });

  it("repairs a record that the server lost", () => {
    const { state, updates } = inCall("a");
    vi.advanceTimersByTime(5000);
    state(false, "a");
    expect(updates()).toHaveLength(2);
  });

  it("says what it can do before anything else, on every connection", () => {
    const { open, lose, call, sent } = setUp();
    call.join();
    open();
    lose();
    open();
    const support = { type: "mediaSupport", p2p: true };
    expect(sent).toMatchObject([support, { type: "userUpdate" }, support, { type: "userUpdate" }]);
  });

  it("follows the room to another path, with the names of the tracks there", () => {
    const { mediaState, media, call } = inCall();
    expect(media.setPath).toHaveBeenLastCalledWith({ path: "p2p", meeting: "m", generation: 0 });
    mediaState({ path: "sfu", capacity: 50, generation: 7 });
    expect(media.setPath).toHaveBeenLastCalledWith({ path: "sfu", meeting: "m", generation: 7 });
    expect(media.subscribe.mock.lastCall?.[0]).toMatchObject([
      { id: "a", tracks: { audio: "s/1", camera: "s/2", screen: "s/3" } },
    ]);
    expect(call.getSnapshot().capacity).toBe(50);
  });

  it("shows on the own tile that something does not come to the others", () => {
    const { media, call } = inCall("a");
    const own = () => call.getSnapshot().participants[0];
    expect(own()).toMatchObject({ isSelf: true, link: "connected" });
    media.unsentSince.mockReturnValue(5);
    media.changes.emit(undefined);
    expect(own()).toMatchObject({ isSelf: true, link: "interrupted", linkSince: 5 });
  });

  it("tells the others where its own tracks are", () => {
    const { media, updates } = inCall("a");
    media.published.mockReturnValue({ session: "s", tracks: { audio: "s/1", camera: "s/2" } });
    media.changes.emit(undefined);
    vi.advanceTimersByTime(100);
    expect(updates().at(-1)).toMatchObject({
      transceiverSessionId: "s",
      tracks: { audio: "s/1", video: "s/2", screenshare: undefined },
    });
  });

  it("reports a direct connection that fails, while the room wants one", () => {
    const { attemptFailed, mediaState, sent } = inCall("a");
    attemptFailed("a");
    expect(sent.at(-1)).toEqual({ type: "p2pFailed", peer: "a" });
    mediaState({ path: "sfu", capacity: 50, generation: 0 });
    attemptFailed("a");
    expect(sent.filter(({ type }) => type === "p2pFailed")).toHaveLength(1);
  });

  it("carries signals in both directions", () => {
    const { channel, listener, sent } = inCall("a");
    const heard: string[] = [];
    channel.onSignal((from, signal) => heard.push(`${from}: ${signal}`));
    channel.send("a", "x");
    listener.received({ type: "p2pSignal", from: "a", signal: "y" });
    expect(sent.at(-1)).toEqual({ type: "p2pSignal", to: "a", signal: "x" });
    expect(heard).toEqual(["a: y"]);
  });

  it("tells errors of the server, but not those of signals that crossed with a departure", () => {
    const { listener, events } = inCall("a");
    for (const code of ["unknown_user", "not_joined", "not_saved"])
      listener.received({ type: "error", code });
    expect(events).toEqual([{ type: "serverError", code: "not_saved" }]);
  });

  it("asks whether the socket lives when a link breaks", () => {
    const { media, socket } = inCall("a");
    media.remote.mockReturnValue({ link: "connected" });
    media.changes.emit(undefined);
    expect(socket.probe).not.toHaveBeenCalled();
    media.remote.mockReturnValue({ link: "interrupted", linkSince: 1 });
    media.changes.emit(undefined);
    expect(socket.probe).toHaveBeenCalledTimes(1);
    media.changes.emit(undefined);
    expect(socket.probe).toHaveBeenCalledTimes(1);
  });

  it("ends all media when it is refused for good", () => {
    const { listener, call, media } = inCall("a");
    media.setPath.mockClear();
    media.subscribe.mockClear();
    listener.statusChanged("refused", "replaced");
    expect(media.close).toHaveBeenCalledTimes(1);
    expect([media.setPath.mock.calls, media.subscribe.mock.calls]).toEqual([[], []]);
    expect(call.getSnapshot()).toMatchObject({ status: "refused", refusal: "replaced" });
  });

  it.each([
    ["does not know our name any more", null, "refused"],
    ["knows it", "Me", "connecting"],
  ])("asks after three vain attempts; the server %s", async (_, username, status) => {
    const { listener, call } = setUp();
    const body = JSON.stringify({ username, source: null });
    vi.stubGlobal("fetch", () => Promise.resolve(new Response(body)));
    for (let attempt = 0; attempt < 3; attempt += 1) listener.attemptFailed();
    await vi.advanceTimersByTimeAsync(0);
    expect(call.getSnapshot().status).toBe(status);
  });

  it("hears the AI, of which nobody says that it joined or left", () => {
    const { call, aiState, state, linked, people, events } = inCall("a");
    expect(call.getSnapshot().ai?.state).toBe("away");
    aiState();
    expect(people()).toEqual(["me", "a", "ai"]);
    expect(linked()).toEqual(["a", "ai"]);
    expect(call.getSnapshot().ai).toMatchObject({ state: "here", minutesLeft: 2 });
    state(true, "a");
    expect(linked()).toEqual(["a"]);
    expect(call.getSnapshot().ai?.state).toBe("away");
    expect(events).toEqual([]);
  });

  it("asks for the AI and sends it away", () => {
    const { call, sent } = inCall("a");
    call.inviteAi({ instructions: "Be brief.", voice: undefined });
    call.dismissAi();
    expect(sent.slice(-2)).toEqual([
      { type: "enableAi", instructions: "Be brief.", voice: undefined },
      { type: "disableAi" },
    ]);
  });

  it("talks to the AI while it is here and has no other ear", () => {
    const { call, devices, media, aiState, state, sent, id } = inCall("a");
    const copy = { stop: vi.fn() };
    const microphone = { clone: () => copy } as unknown as MediaStreamTrack;
    devices.set({ ...devices.getSnapshot(), outgoing: { microphone } });
    call.talkToAi(true);
    expect(media.talk).not.toHaveBeenCalled();

    aiState();
    call.talkToAi(true);
    media.published.mockReturnValue({ tracks: {}, talk: "s/t" });
    media.changes.emit(undefined);
    expect(sent.at(-1)).toMatchObject({ type: "requestAiControl", track: { sessionId: "s" } });
    aiState(id);
    expect(media.talk).toHaveBeenLastCalledWith(copy);
    state(true, "a");
    expect(media.talk).toHaveBeenLastCalledWith(null);
    expect(sent.at(-1)).toEqual({ type: "relenquishAiControl" });

    aiState();
    call.talkToAi(true);
    expect(media.talk).toHaveBeenLastCalledWith(copy);
    // Somebody else was quicker.
    aiState("a");
    expect(media.talk).toHaveBeenLastCalledWith(null);
  });

  it("keeps the snapshot while nothing changes", () => {
    const { call, state, media } = inCall("a");
    const before = call.getSnapshot();
    state(true, "a");
    media.changes.emit(undefined);
    expect(call.getSnapshot()).toBe(before);
  });

  it.each<[string, (room: ReturnType<typeof inCall>) => void]>([
    ["by hand", ({ call }) => call.leave()],
    ["because the page goes", () => dispatchEvent(new Event("pagehide"))],
  ])("leaves %s: says so once and lets go of everything", (_, leave) => {
    const room = inCall("a");
    leave(room);
    room.call.leave();
    expect(room.sent.filter(({ type }) => type === "userLeft")).toHaveLength(1);
    for (const end of [room.socket.close, room.media.close, room.devices.stop])
      expect(end).toHaveBeenCalledTimes(1);
    room.devices.voice.emit(0.5);
    room.devices.setCamera(false);
    vi.advanceTimersByTime(1000);
    expect(room.sent.at(-1)).toEqual({ type: "userLeft" });
  });

  it("gives the level of those who are heard", () => {
    const { call, devices, id, media } = inCall("a");
    const levels: number[] = [];
    const mine: number[] = [];
    const end = call.onLevel("a", (level) => levels.push(level));
    call.onLevel(id, (level) => mine.push(level));
    call.onLevel("nobody", (level) => levels.push(level))();
    vi.advanceTimersByTime(100);
    end();
    vi.advanceTimersByTime(1000);
    expect(levels).toEqual([0.75, 0.75]);
    expect(media.level).toHaveBeenCalledTimes(2);
    devices.voice.emit(0.5);
    devices.setMicrophone(false);
    devices.voice.emit(0.5);
    expect(mine).toEqual([0.5, 0]);
  });
});
