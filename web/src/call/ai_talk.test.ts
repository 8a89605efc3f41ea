import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ClientMessage } from "../protocol/messages";
import { AiTalk } from "./ai_talk";
import { createFakeMedia, FakeDevices } from "./testing";

function fakeTrack() {
  const stop = vi.fn();
  const copy = { stop } as unknown as MediaStreamTrack;
  return { track: { clone: () => copy } as unknown as MediaStreamTrack, copy, stop };
}

let devices: FakeDevices;
let media: ReturnType<typeof createFakeMedia>;
let sent: ClientMessage[];
let talk: AiTalk;
const microphone = fakeTrack();

function listen(track: MediaStreamTrack | undefined) {
  devices.set({ ...devices.getSnapshot(), outgoing: { microphone: track } });
  talk.refresh();
}

function publish(address: string | undefined) {
  media.published.mockReturnValue({ tracks: {}, talk: address });
  talk.refresh();
}

const asksFor = (sessionId: string): ClientMessage => ({
  type: "requestAiControl",
  track: { location: "remote", sessionId, trackName: "t" },
});

beforeEach(() => {
  vi.useFakeTimers();
  devices = new FakeDevices();
  media = createFakeMedia();
  sent = [];
  talk = new AiTalk({ devices, media, send: (message) => sent.push(message) });
  devices.set({ ...devices.getSnapshot(), outgoing: { microphone: microphone.track } });
});

afterEach(() => {
  vi.useRealTimers();
  vi.clearAllMocks();
});

describe("AiTalk", () => {
  it("gives nothing away while nobody talks", () => {
    publish("s/t");
    expect(media.talk).not.toHaveBeenCalled();
    expect(sent).toEqual([]);
  });

  it("sends a copy of the voice, and asks once it has arrived in the SFU", () => {
    talk.set(true);
    expect(media.talk).toHaveBeenLastCalledWith(microphone.copy);
    expect(sent).toEqual([]);
    publish("s/t");
    publish("s/t");
    expect(sent).toEqual([asksFor("s")]);
  });

  it("lets the last syllable through, then falls silent and lets go", () => {
    talk.set(true);
    publish("s/t");
    talk.set(false);
    expect(media.talk).toHaveBeenLastCalledWith(microphone.copy);
    vi.advanceTimersByTime(200);
    expect(media.talk).toHaveBeenLastCalledWith(null);
    expect(microphone.stop).toHaveBeenCalledOnce();
    expect(sent.at(-1)).toEqual({ type: "relenquishAiControl" });
  });

  it("goes on when the button is pressed again at once", () => {
    talk.set(true);
    publish("s/t");
    talk.set(false);
    talk.set(true);
    vi.advanceTimersByTime(1000);
    expect(media.talk).toHaveBeenCalledOnce();
    expect(sent).toEqual([asksFor("s")]);
  });

  it("turns a microphone on that was off, and off again", () => {
    devices.setMicrophone(false);
    devices.set({ ...devices.getSnapshot(), outgoing: {} });
    talk.set(true);
    expect(devices.getSnapshot().microphone.enabled).toBe(true);
    expect(media.talk).not.toHaveBeenCalled();
    listen(microphone.track);
    expect(media.talk).toHaveBeenLastCalledWith(microphone.copy);
    talk.end();
    expect(devices.getSnapshot().microphone.enabled).toBe(false);
  });

  it("leaves a microphone on that was on", () => {
    talk.set(true);
    talk.end();
    expect(devices.getSnapshot().microphone.enabled).toBe(true);
  });

  it("follows to another microphone, and asks anew when the track is elsewhere or the server is new", () => {
    talk.set(true);
    publish("s/t");
    const other = fakeTrack();
    listen(other.track);
    expect(microphone.stop).toHaveBeenCalledOnce();
    expect(media.talk).toHaveBeenLastCalledWith(other.copy);
    publish("s2/t");
    talk.askAgain();
    expect(sent).toEqual([asksFor("s"), asksFor("s2"), asksFor("s2")]);
  });
});
