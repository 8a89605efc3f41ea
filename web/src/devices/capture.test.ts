import { describe, expect, it, vi } from "vitest";
import { Capture, type CaptureOptions } from "./capture";

class FakeTrack {
  onended: (() => void) | null = null;
  onmute: (() => void) | null = null;
  onunmute: (() => void) | null = null;
  muted = false;
  stopped = false;
  readonly deviceId: string;

  constructor(deviceId: string) {
    this.deviceId = deviceId;
  }

  getSettings() {
    return { deviceId: this.deviceId };
  }

  stop(): void {
    this.stopped = true;
  }

  get asTrack(): MediaStreamTrack {
    return this as unknown as MediaStreamTrack;
  }
}

const usb = { id: "usb", label: "USB" };
const builtIn = { id: "builtIn", label: "Built-in" };

function setUp(more: Partial<CaptureOptions> = {}) {
  let preference: string | null = null;
  const tracks: FakeTrack[] = [];
  const failing = new Map<string, string>();
  const open = vi.fn((id: string | undefined) => {
    const error = failing.get(id ?? "any");
    if (error !== undefined) return Promise.reject(new DOMException("", error));
    const track = new FakeTrack(id ?? "any");
    tracks.push(track);
    return Promise.resolve(track.asTrack);
  });
  const capture = new Capture({
    open,
    keepsWhenOff: false,
    readPreference: () => preference,
    writePreference: (label) => {
      preference = label;
    },
    changed: () => undefined,
    ...more,
  });
  return { capture, tracks, failing, open, opened: () => open.mock.calls.map(([id]) => id) };
}

const settled = () => new Promise((resolve) => setTimeout(resolve));

describe("Capture", () => {
  it("captures nothing before it is started", async () => {
    const { capture, open } = setUp();
    capture.setEnabled(true);
    await settled();
    expect(open).not.toHaveBeenCalled();
    expect(capture.state).toMatchObject({ enabled: true, state: "off" });
  });

  it("starts with the browser's choice while the devices have no names, and tells how far it is", async () => {
    const { capture, opened } = setUp();
    capture.start();
    expect(capture.state.state).toBe("starting");
    await settled();
    expect(opened()).toEqual([undefined]);
    expect(capture.state).toEqual({ enabled: true, state: "live", problem: undefined, deviceId: "any" });
  });

  it.each([
    [
      "the next device when one is in use",
      { usb: "NotReadableError" },
      ["usb", "builtIn"],
      "live",
      undefined,
    ],
    [
      "all devices, and tells of the first",
      { usb: "NotReadableError", builtIn: "NotFoundError" },
      ["usb", "builtIn"],
      "failed",
      "inUse",
    ],
    ["no other when the user said no", { usb: "NotAllowedError" }, ["usb"], "failed", "permissionDenied"],
  ])("tries %s", async (_, failures, tried, state, problem) => {
    const { capture, failing, opened } = setUp();
    for (const [id, error] of Object.entries(failures)) failing.set(id, error);
    capture.devicesChanged([usb, builtIn]);
    capture.start();
    await settled();
    expect(opened()).toEqual(tried);
    expect(capture.state).toMatchObject({ state, problem });
  });

  it("fails at once where capturing is impossible", async () => {
    const { capture, open } = setUp({ impossible: "insecureContext" });
    capture.start();
    await settled();
    expect(open).not.toHaveBeenCalled();
    expect(capture.state).toMatchObject({ state: "failed", problem: "insecureContext" });
  });

  it.each([
    ["a camera is released", false, true],
    ["a microphone goes on listening", true, false],
  ])("when it is turned off, %s", async (_, keepsWhenOff, stopped) => {
    const { capture, tracks } = setUp({ keepsWhenOff });
    capture.start();
    await settled();
    capture.setEnabled(false);
    expect(tracks[0]?.stopped).toBe(stopped);
    expect(capture.state).toMatchObject({ enabled: false, state: "off" });
    capture.stop();
    expect(tracks[0]?.stopped).toBe(true);
  });

  it("lets go of a device that opens after it was turned off", async () => {
    const { capture, tracks } = setUp();
    capture.start();
    capture.setEnabled(false);
    await settled();
    expect(tracks[0]?.stopped).toBe(true);
    expect(capture.track).toBeUndefined();
  });

  it("opens once, however often it is turned on and off meanwhile, and keeps the last wish", async () => {
    const { capture, tracks } = setUp();
    capture.start();
    capture.setEnabled(false);
    capture.setEnabled(true);
    await settled();
    expect(tracks.map(({ stopped }) => stopped)).toEqual([true, false]);
    expect(capture.state.state).toBe("live");
  });

  it("goes on with another device when its own is unplugged, and comes back when that returns", async () => {
    const { capture, tracks, opened } = setUp();
    capture.devicesChanged([usb, builtIn]);
    capture.choose("usb");
    capture.start();
    await settled();
    tracks[0]?.onended?.();
    await settled();
    capture.devicesChanged([builtIn]);
    expect(capture.state).toMatchObject({ state: "live", deviceId: "builtIn" });
    capture.devicesChanged([usb, builtIn]);
    await settled();
    expect(capture.state).toMatchObject({ state: "live", deviceId: "usb" });
    expect(opened()).toEqual(["usb", "builtIn", "usb"]);
    expect(tracks.map(({ stopped }) => stopped)).toEqual([true, true, false]);
  });

  it("tries again when a device is plugged in, when asked to, and when the page is shown", async () => {
    const { capture, failing, open } = setUp();
    failing.set("any", "NotFoundError");
    failing.set("usb", "NotReadableError");
    capture.start();
    await settled();
    capture.devicesChanged([usb]);
    await settled();
    expect(capture.state).toMatchObject({ state: "failed", problem: "inUse" });
    capture.retry();
    await settled();
    expect(open).toHaveBeenCalledTimes(3);
    failing.clear();
    capture.pageShown();
    await settled();
    expect(capture.state.state).toBe("live");
  });

  it("does not ask again by itself after a no, but does when turned on by hand", async () => {
    const { capture, failing, open } = setUp();
    failing.set("any", "NotAllowedError");
    capture.start();
    await settled();
    capture.pageShown();
    await settled();
    expect(open).toHaveBeenCalledTimes(1);
    capture.setEnabled(false);
    capture.setEnabled(true);
    await settled();
    expect(open).toHaveBeenCalledTimes(2);
  });

  it("changes over to a chosen device and lets the old one go first", async () => {
    const { capture, tracks } = setUp();
    capture.devicesChanged([usb, builtIn]);
    capture.start();
    await settled();
    capture.choose("builtIn");
    expect(tracks[0]?.stopped).toBe(true);
    await settled();
    expect(capture.state).toMatchObject({ state: "live", deviceId: "builtIn" });
  });

  it("is not live while the source is interrupted", async () => {
    const { capture, tracks } = setUp();
    capture.start();
    await settled();
    const [track] = tracks;
    if (track === undefined) throw new Error("no track");
    track.muted = true;
    track.onmute?.();
    expect(capture.state.state).toBe("starting");
    track.muted = false;
    track.onunmute?.();
    expect(capture.state.state).toBe("live");
  });

  it("takes a track that came with the permission, instead of the one it was opening", async () => {
    const { capture, tracks } = setUp();
    const given = new FakeTrack("given");
    capture.start();
    capture.adopt(given.asTrack);
    await settled();
    expect(capture.track).toBe(given.asTrack);
    expect(tracks[0]?.stopped).toBe(true);
  });
});
