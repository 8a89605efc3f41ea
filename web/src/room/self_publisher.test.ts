import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { User } from "../protocol/messages";
import { SelfPublisher } from "./self_publisher";

const me: User = {
  id: "me",
  name: "Me",
  raisedHand: false,
  speaking: false,
  joined: true,
  tracks: { audioEnabled: true, audioUnavailable: false, videoEnabled: true, screenShareEnabled: false },
};
const speaking = { ...me, speaking: true };
const muted = { ...me, tracks: { ...me.tracks, audioEnabled: false } };

function setUp() {
  const send = vi.fn<(user: User) => boolean>(() => true);
  return { send, publisher: new SelfPublisher(send), sent: () => send.mock.calls.map(([user]) => user) };
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe("SelfPublisher", () => {
  it("sends the first change at once and the last one after 100 ms", () => {
    const { publisher, sent } = setUp();
    publisher.update(me);
    publisher.update(speaking);
    publisher.update(muted);
    expect(sent()).toEqual([me]);
    vi.advanceTimersByTime(99);
    expect(sent()).toEqual([me]);
    vi.advanceTimersByTime(1);
    expect(sent()).toEqual([me, muted]);
  });

  it("does not send what the server knows, nor what was taken back meanwhile", () => {
    const { publisher, sent } = setUp();
    publisher.update(me);
    publisher.update({ ...me, tracks: { ...me.tracks } });
    publisher.update(speaking);
    publisher.update(me);
    vi.advanceTimersByTime(1000);
    expect(sent()).toEqual([me]);
  });

  it("sends everything again when asked to, and only the truth of that moment", () => {
    const { publisher, send, sent } = setUp();
    publisher.update(me);
    send.mockReturnValue(false);
    vi.advanceTimersByTime(1000);
    publisher.update(speaking);
    publisher.update(muted);
    send.mockClear().mockReturnValue(true);
    publisher.resend();
    expect(sent()).toEqual([muted]);
    publisher.resend();
    expect(sent()).toEqual([muted, muted]);
  });

  it("has nothing to send before the first update, nor after close", () => {
    const { publisher, sent } = setUp();
    publisher.resend();
    publisher.update(me);
    publisher.update(muted);
    publisher.close();
    vi.advanceTimersByTime(1000);
    publisher.resend();
    expect(sent()).toEqual([me]);
  });

  it.each([
    ["the same", me, 5000, 1],
    ["another name, which is the server's to decide", { ...me, name: "Else" }, 5000, 1],
    ["older than the echo", { ...me, joined: false }, 1000, 1],
    ["taken for gone", { ...me, joined: false }, 5000, 2],
    ["an update that was not saved", muted, 5000, 2],
  ])("repairs a record on the server: %s", (_, record, age, messages) => {
    const { publisher, sent } = setUp();
    publisher.update(me);
    vi.advanceTimersByTime(age);
    publisher.reconcile(record);
    expect(sent()).toHaveLength(messages);
  });

  it("sends names of tracks once more when the server lacks them, and not for ever", () => {
    const { publisher, sent } = setUp();
    const pushed = { ...me, transceiverSessionId: "s", tracks: { ...me.tracks, audio: "s/1" } };
    publisher.update(pushed);
    const refuse = (times: number) => {
      for (let time = 0; time < times; time += 1) {
        vi.advanceTimersByTime(5000);
        publisher.reconcile(me);
      }
    };
    refuse(5);
    expect(sent()).toEqual([pushed, pushed]);
    // Other names are another matter, and so are the same ones after they had been taken.
    const again = { ...me, transceiverSessionId: "t", tracks: { ...me.tracks, audio: "t/1" } };
    publisher.update(again);
    vi.advanceTimersByTime(5000);
    publisher.reconcile(again);
    refuse(5);
    publisher.reconcile(again);
    refuse(1);
    expect(sent()).toEqual([pushed, pushed, again, again, again]);
  });

  it("repairs the rest of a record whose names are refused", () => {
    const { publisher, sent } = setUp();
    const pushed = { ...me, tracks: { ...me.tracks, video: "s/1" } };
    publisher.update(pushed);
    for (const record of [me, me, muted, me]) {
      vi.advanceTimersByTime(5000);
      publisher.reconcile(record);
    }
    expect(sent()).toHaveLength(3);
  });
});
