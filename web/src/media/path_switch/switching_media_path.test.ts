import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { MediaPath, MediaStats, PathName, RemoteMedia, Subscription } from "../media_path";
import { createFakeMedia } from "../../call/testing";
import { SwitchingMediaPath, type PathOptions } from "./switching_media_path";

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const sub = (id: string): Subscription => ({
  id,
  sends: { audio: true, camera: true, screen: false },
  tracks: {},
});

function streamOf(name: string) {
  const track = { enabled: true };
  return { name, track, getAudioTracks: () => [track] } as unknown as MediaStream & {
    track: { enabled: boolean };
  };
}

/** One way of media; `delivers` makes the statistics of everybody grow. */
function createPath(name: string) {
  const media = createFakeMedia();
  const audio = streamOf(`${name} audio`);
  const camera = streamOf(`${name} camera`);
  const path = {
    ...media,
    audio,
    camera,
    delivers: false,
    link: "connected" as RemoteMedia["link"],
    ids: () => media.subscribe.mock.lastCall?.[0].map(({ id }) => id),
    announce: () => media.changes.emit(undefined),
  };
  let looks = 0;
  media.remote.mockImplementation((id) =>
    path.ids()?.includes(id)
      ? path.link === "connected"
        ? { link: path.link, audio, camera }
        : { link: path.link, linkSince: 7 }
      : undefined,
  );
  media.stats.mockImplementation(() => {
    looks += path.delivers ? 1 : 0;
    return Promise.resolve<MediaStats>({
      bytesReceived: { audio: 0, camera: 0, screen: 0 },
      packetsLost: 0,
      framesDecoded: { camera: looks, screen: 0 },
      voice: { packets: looks * 5, samples: 0, concealed: 0 },
    });
  });
  return path;
}

function setUp() {
  const made: Record<PathName, ReturnType<typeof createPath>[]> = { p2p: [], sfu: [] };
  const make = (name: PathName): MediaPath => {
    const path = createPath(name);
    path.delivers = name === "p2p";
    if (name === "sfu") path.link = "connecting";
    made[name].push(path);
    return path;
  };
  const createSfu = vi.fn<(options: PathOptions) => MediaPath>(() => make("sfu"));
  const loadSfu = vi.fn(() => Promise.resolve(createSfu));
  const path = new SwitchingMediaPath({ createP2p: () => make("p2p"), loadSfu });
  const changed = vi.fn();
  path.onChange(changed);
  return {
    path,
    changed,
    loadSfu,
    createSfu,
    p2p: () => made.p2p.at(-1) as ReturnType<typeof createPath>,
    sfu: () => made.sfu.at(-1) as ReturnType<typeof createPath>,
    made,
    shown: (id = "a") => {
      const { audio, camera } = (path.remote(id) ?? {}) as {
        audio?: { name: string };
        camera?: { name: string };
      };
      return [audio?.name, camera?.name];
    },
  };
}

/** In a call between browsers with `a`, and the code of the SFU's path is here. */
async function direct() {
  const room = setUp();
  room.path.setPath("p2p", "m");
  room.path.subscribe([sub("a")]);
  await pass(0);
  return room;
}

/** On the way to the SFU, which is connected and does not deliver yet. */
async function moving() {
  const room = await direct();
  room.path.setPath("sfu", "m");
  room.sfu().link = "connected";
  room.sfu().announce();
  await pass(300);
  return room;
}

const p2pOnly = ["p2p audio", "p2p camera"];
const sfuOnly = ["sfu audio", "sfu camera"];

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe("SwitchingMediaPath", () => {
  it("opens the path that the room wants, and no other", async () => {
    const { path, made, shown, createSfu } = await direct();
    expect(shown()).toEqual(p2pOnly);
    expect([made.p2p.length, made.sfu.length]).toEqual([1, 0]);
    const other = setUp();
    other.path.setPath("sfu", "m");
    other.path.subscribe([sub("a")]);
    await pass(0);
    expect([other.made.p2p.length, other.made.sfu.length]).toEqual([0, 1]);
    expect(other.createSfu).toHaveBeenCalledWith({ meeting: "m" });
    expect(createSfu).not.toHaveBeenCalled();
    path.close();
    other.path.close();
  });

  it("gives a new path all that the old one knows", async () => {
    const { path, sfu } = await direct();
    const track = {} as MediaStreamTrack;
    const tiles = new Map([["a", { camera: 700 }]]);
    path.publish("camera", track);
    path.setSignalingReady(true);
    path.show(tiles);
    path.setPath("sfu", "m");
    expect(sfu().publish).toHaveBeenCalledWith("camera", track);
    expect(sfu().setSignalingReady).toHaveBeenLastCalledWith(true);
    expect(sfu().show).toHaveBeenLastCalledWith(tiles);
    expect(sfu().ids()).toEqual(["a"]);
    path.close();
  });

  it("stays with the old path until the new one delivers, then leaves it after a while", async () => {
    const { path, shown, sfu, p2p } = await moving();
    expect(shown()).toEqual(p2pOnly);
    sfu().delivers = true;
    await pass(400);
    expect(shown()).toEqual(sfuOnly);
    expect(p2p().close).not.toHaveBeenCalled();
    await pass(3100);
    expect(p2p().close).toHaveBeenCalledTimes(1);
    expect(shown()).toEqual(sfuOnly);
    path.close();
  });

  it("leaves nobody before our own tracks are in the SFU", async () => {
    const { path, sfu, p2p } = await moving();
    path.publish("audio", {} as MediaStreamTrack);
    path.publish("camera", {} as MediaStreamTrack);
    sfu().published.mockReturnValue({ session: "s", tracks: { audio: "s/1" } });
    sfu().delivers = true;
    await pass(60_000);
    expect(p2p().close).not.toHaveBeenCalled();
    sfu().published.mockReturnValue({ session: "s", tracks: { audio: "s/1", camera: "s/2" } });
    sfu().announce();
    await pass(2900);
    expect(p2p().close).not.toHaveBeenCalled();
    await pass(200);
    expect(p2p().close).toHaveBeenCalledTimes(1);
    path.close();
  });

  it("measures nobody by the path of before when the target changes during a look", async () => {
    const { path, sfu, shown } = await moving();
    let answer!: (stats: MediaStats) => void;
    sfu().stats.mockImplementationOnce(() => new Promise((resolve) => (answer = resolve)));
    await pass(100);
    const before = sfu().stats.mock.calls.length;
    path.setPath("p2p", "m");
    // By the path that is not the target any more, for the same person, who has been put in the list again.
    answer({
      bytesReceived: { audio: 0, camera: 0, screen: 0 },
      packetsLost: 0,
      framesDecoded: { camera: 9, screen: 0 },
      voice: { packets: 99, samples: 0, concealed: 0 },
    });
    await pass(0);
    expect(sfu().stats.mock.calls).toHaveLength(before);
    expect(shown()).toEqual(p2pOnly);
    path.close();
  });

  it("lets one voice be heard at a time, but for a moment of overlap", async () => {
    const { path, sfu, p2p } = await moving();
    const audible = () => [p2p().audio.track.enabled, sfu().audio.track.enabled];
    expect(audible()).toEqual([true, false]);
    sfu().delivers = true;
    await pass(300);
    expect(audible()).toEqual([true, true]);
    await pass(300);
    expect(audible()).toEqual([false, true]);
    path.close();
  });

  it("stays with a path that works for as long as the new one does not", async () => {
    const { path, shown, p2p } = await direct();
    path.setPath("sfu", "m");
    await pass(60_000);
    expect(shown()).toEqual(p2pOnly);
    expect(path.remote("a")?.link).toBe("connected");
    expect(p2p().close).not.toHaveBeenCalled();
    p2p().link = "failed";
    p2p().announce();
    expect(path.remote("a")?.link).toBe("connecting");
    path.close();
  });

  it("waits ten seconds and a little for a picture that does not come", async () => {
    const { path, p2p } = await moving();
    await pass(12_500);
    expect(p2p().close).not.toHaveBeenCalled();
    await pass(500);
    expect(p2p().close).toHaveBeenCalledTimes(1);
    path.close();
  });

  it("reaches whoever comes in the middle by the new path alone", async () => {
    const { path, sfu, p2p, shown } = await moving();
    path.subscribe([sub("a"), sub("b")]);
    expect(p2p().ids()).toEqual(["a"]);
    expect(sfu().ids()).toEqual(["a", "b"]);
    expect(shown("b")).toEqual(sfuOnly);
    path.subscribe([sub("b")]);
    expect(p2p().close).toHaveBeenCalled();
    path.close();
  });

  it("turns back in the middle without a break", async () => {
    const { path, sfu, p2p, shown, made } = await moving();
    path.setPath("p2p", "m");
    await pass(100);
    expect(shown()).toEqual(p2pOnly);
    await pass(3500);
    expect(sfu().close).toHaveBeenCalledTimes(1);
    expect(p2p().close).not.toHaveBeenCalled();
    expect(made.p2p).toHaveLength(1);
    expect(p2p().audio.track.enabled).toBe(true);
    path.close();
  });

  it("goes there and back", async () => {
    const { path, sfu, shown, made } = await moving();
    sfu().delivers = true;
    await pass(4000);
    path.setPath("p2p", "m");
    expect(made.p2p).toHaveLength(2);
    expect(shown()).toEqual(sfuOnly);
    await pass(400);
    expect(shown()).toEqual(p2pOnly);
    await pass(3500);
    expect(sfu().close).toHaveBeenCalledTimes(1);
    path.close();
  });

  it("moves at once when nobody is there", async () => {
    const { path, p2p, made } = setUp();
    path.setPath("p2p", "m");
    await pass(0);
    path.setPath("sfu", "m");
    expect(p2p().close).toHaveBeenCalledTimes(1);
    expect(made.sfu).toHaveLength(1);
    path.close();
  });

  it("loads the SFU's code beforehand, and tries again when that fails", async () => {
    const { path, loadSfu, made, p2p } = setUp();
    loadSfu.mockRejectedValueOnce(new TypeError("offline"));
    path.setPath("p2p", "m");
    path.subscribe([sub("a"), sub("b")]);
    await pass(0);
    path.setPath("sfu", "m");
    expect(made.sfu).toHaveLength(0);
    path.subscribe([sub("a")]);
    expect(p2p().ids()).toEqual(["a"]);
    await pass(2000);
    expect(loadSfu).toHaveBeenCalledTimes(2);
    expect(made.sfu).toHaveLength(1);
    path.close();
  });

  it("tells our tracks in the SFU for as long as it is open", async () => {
    const { path, sfu } = await moving();
    sfu().published.mockReturnValue({ session: "s", tracks: { audio: "s/1" } });
    expect(path.published()).toEqual({ session: "s", tracks: { audio: "s/1" } });
    path.setPath("p2p", "m");
    expect(path.published().session).toBe("s");
    await pass(4000);
    expect(path.published()).toEqual({ tracks: {} });
    path.close();
  });

  it("makes the SFU's path anew for another meeting", async () => {
    const { path, sfu, p2p, made, createSfu, shown } = await moving();
    sfu().delivers = true;
    await pass(4000);
    const track = {} as MediaStreamTrack;
    path.publish("audio", track);
    path.setPath("sfu", "m");
    expect(made.sfu).toHaveLength(1);
    path.setPath("sfu", "n");
    expect(made.sfu).toHaveLength(2);
    expect(made.sfu[0]?.close).toHaveBeenCalledTimes(1);
    expect(createSfu).toHaveBeenLastCalledWith({ meeting: "n" });
    expect(sfu().ids()).toEqual(["a"]);
    expect(sfu().publish).toHaveBeenCalledWith("audio", track);
    sfu().link = "connected";
    sfu().announce();
    expect(shown()).toEqual(sfuOnly);
    expect(p2p().close).toHaveBeenCalledTimes(1);
    path.close();
  });

  it("makes the SFU's path anew for another meeting while it moves there", async () => {
    const { path, sfu, p2p, made, shown } = await moving();
    path.setPath("sfu", "n");
    sfu().link = "connected";
    sfu().announce();
    expect(made.sfu).toHaveLength(2);
    expect(shown()).toEqual(p2pOnly);
    sfu().delivers = true;
    await pass(4000);
    expect(shown()).toEqual(sfuOnly);
    expect(p2p().close).toHaveBeenCalledTimes(1);
    path.close();
  });

  it("gives up a path of another meeting that it is leaving", async () => {
    const { path, sfu, shown, made } = await moving();
    sfu().delivers = true;
    await pass(4000);
    path.setPath("p2p", "m");
    path.setPath("p2p", "n");
    expect(sfu().close).toHaveBeenCalledTimes(1);
    expect(shown()).toEqual(p2pOnly);
    await pass(4000);
    expect(made.sfu).toHaveLength(1);
    path.close();
  });

  it("comes back to the SFU in another meeting", async () => {
    const { path, sfu, made } = await moving();
    sfu().delivers = true;
    await pass(4000);
    path.setPath("p2p", "m");
    path.setPath("sfu", "n");
    expect(made.sfu.map(({ close }) => close.mock.calls.length)).toEqual([1, 0]);
    path.close();
  });

  it("closes everything and says nothing more", async () => {
    const { path, sfu, p2p, changed } = await moving();
    path.close();
    changed.mockClear();
    sfu().announce();
    await pass(60_000);
    expect([p2p().close.mock.calls.length, sfu().close.mock.calls.length]).toEqual([1, 1]);
    expect(changed).not.toHaveBeenCalled();
  });
});
