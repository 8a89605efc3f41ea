import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type {
  MediaKind,
  MediaPath,
  MediaStats,
  PathName,
  PathTarget,
  RemoteMedia,
  Subscription,
} from "../media_path";
import { createFakeMedia } from "../../call/testing";
import { SwitchingMediaPath, type PathOptions } from "./switching_media_path";

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const to = (path: PathName, meeting = "m", generation = 0): PathTarget => ({ path, meeting, generation });
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
function createPath(name: string, worn: () => void = () => undefined) {
  const media = createFakeMedia();
  const audio = streamOf(`${name} audio`);
  const camera = streamOf(`${name} camera`);
  const path = {
    ...media,
    audio,
    camera,
    worn,
    delivers: false,
    link: "connected" as RemoteMedia["link"],
    ids: () => media.subscribe.mock.lastCall?.[0].map(({ id }) => id),
    subscriptions: () => media.subscribe.mock.lastCall?.[0],
    announce: () => media.changes.emit(undefined),
    publishes: (...kinds: MediaKind[]) => {
      media.published.mockReturnValue({
        session: name,
        tracks: Object.fromEntries(kinds.map((kind) => [kind, `${name}/${kind}`])),
      });
      media.changes.emit(undefined);
    },
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
  const make = (name: PathName, worn?: () => void): MediaPath => {
    const number = made[name].length + 1;
    const path = createPath(name === "p2p" || number === 1 ? name : `${name}${number}`, worn);
    path.delivers = name === "p2p";
    if (name === "sfu") path.link = "connecting";
    made[name].push(path);
    return path;
  };
  const createSfu = vi.fn<(options: PathOptions) => MediaPath>(({ worn }) => make("sfu", worn));
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
  room.path.setPath(to("p2p"));
  room.path.subscribe([sub("a")]);
  await pass(0);
  return room;
}

/** On the way to the SFU, which is connected and does not deliver yet. */
async function moving() {
  const room = await direct();
  room.path.setPath(to("sfu"));
  room.sfu().link = "connected";
  room.sfu().announce();
  await pass(300);
  return room;
}

/** In a call by way of an SFU, to which we send a voice. */
async function bySfu() {
  const room = setUp();
  room.path.setSignalingReady(true);
  room.path.setPath(to("sfu"));
  room.path.publish("audio", {} as MediaStreamTrack);
  room.path.subscribe([{ ...sub("a"), tracks: { audio: "1/a", camera: "1/c" } }]);
  await pass(0);
  room.sfu().link = "connected";
  room.sfu().publishes("audio");
  await pass(0);
  return { ...room, first: room.sfu() };
}

/** The same, when the room has gone over to another SFU, to which nothing has connected yet. */
async function toAnotherSfu() {
  const room = await bySfu();
  room.path.setPath(to("sfu", "m", 2));
  room.path.subscribe([sub("a")]);
  await pass(300);
  return room;
}

const p2pOnly = ["p2p audio", "p2p camera"];
const sfuOnly = ["sfu audio", "sfu camera"];
const sfu2Only = ["sfu2 audio", "sfu2 camera"];

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe("SwitchingMediaPath", () => {
  it("takes what is said to the AI along, and tells where it is in the path that is to stay", async () => {
    const room = await direct();
    const voice = {} as MediaStreamTrack;
    room.path.talk(voice);
    expect(room.p2p().talk).toHaveBeenLastCalledWith(voice);
    room.path.setPath(to("sfu"));
    await pass(0);
    expect(room.sfu().talk).toHaveBeenLastCalledWith(voice);
    room.sfu().published.mockReturnValue({ tracks: {}, talk: "s/t" });
    expect(room.path.published().talk).toBe("s/t");
    room.path.talk(null);
    expect(room.sfu().talk).toHaveBeenLastCalledWith(null);
  });

  it("opens the path that the room wants, and no other", async () => {
    const { path, made, shown, createSfu } = await direct();
    expect(shown()).toEqual(p2pOnly);
    expect([made.p2p.length, made.sfu.length]).toEqual([1, 0]);
    const other = setUp();
    other.path.setPath(to("sfu"));
    other.path.subscribe([sub("a")]);
    await pass(0);
    expect([other.made.p2p.length, other.made.sfu.length]).toEqual([0, 1]);
    expect(other.createSfu).toHaveBeenCalledWith(expect.objectContaining({ meeting: "m" }));
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
    path.setPath(to("sfu"));
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
    await pass(16_000);
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
    path.setPath(to("p2p"));
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
    path.setPath(to("sfu"));
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
    path.subscribe([{ ...sub("a"), tracks: { audio: "1/a", camera: "1/c" } }]);
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
    path.setPath(to("p2p"));
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
    path.setPath(to("p2p"));
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
    path.setPath(to("p2p"));
    await pass(0);
    path.setPath(to("sfu"));
    expect(p2p().close).toHaveBeenCalledTimes(1);
    expect(made.sfu).toHaveLength(1);
    path.close();
  });

  it("loads the SFU's code beforehand, and tries again when that fails", async () => {
    const { path, loadSfu, made, p2p } = setUp();
    loadSfu.mockRejectedValueOnce(new TypeError("offline"));
    path.setPath(to("p2p"));
    path.subscribe([sub("a"), sub("b")]);
    await pass(0);
    path.setPath(to("sfu"));
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
    path.setPath(to("p2p"));
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
    path.setPath(to("sfu"));
    expect(made.sfu).toHaveLength(1);
    path.setPath(to("sfu", "n"));
    expect(made.sfu).toHaveLength(2);
    expect(made.sfu[0]?.close).toHaveBeenCalledTimes(1);
    expect(createSfu).toHaveBeenLastCalledWith(expect.objectContaining({ meeting: "n" }));
    expect(sfu().ids()).toEqual(["a"]);
    expect(sfu().publish).toHaveBeenCalledWith("audio", track);
    sfu().link = "connected";
    sfu().announce();
    expect(shown()).toEqual(sfu2Only);
    expect(p2p().close).toHaveBeenCalledTimes(1);
    path.close();
  });

  it("makes the SFU's path anew for another meeting while it moves there", async () => {
    const { path, sfu, p2p, made, shown } = await moving();
    path.setPath(to("sfu", "n"));
    sfu().link = "connected";
    sfu().announce();
    expect(made.sfu).toHaveLength(2);
    expect(shown()).toEqual(p2pOnly);
    sfu().delivers = true;
    await pass(4000);
    expect(shown()).toEqual(sfu2Only);
    expect(p2p().close).toHaveBeenCalledTimes(1);
    path.close();
  });

  it("gives up a path of another meeting that it is leaving", async () => {
    const { path, sfu, shown, made } = await moving();
    sfu().delivers = true;
    await pass(4000);
    path.setPath(to("p2p"));
    path.setPath(to("p2p", "n"));
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
    path.setPath(to("p2p"));
    path.setPath(to("sfu", "n"));
    expect(made.sfu.map(({ close }) => close.mock.calls.length)).toEqual([1, 0]);
    path.close();
  });

  it("goes over to another SFU as from path to path", async () => {
    const { path, shown, first, sfu, made } = await toAnotherSfu();
    expect(made.sfu).toHaveLength(2);
    expect(shown()).toEqual(sfuOnly);
    // Where the others were is known from before; their records speak of the other SFU now, or of none yet.
    expect(first.subscriptions()).toMatchObject([{ id: "a", tracks: { audio: "1/a", camera: "1/c" } }]);
    expect(sfu().subscriptions()).toMatchObject([{ id: "a", tracks: {} }]);
    expect(path.published()).toMatchObject({ session: "sfu", tracks: { audio: "sfu/audio" } });

    sfu().link = "connected";
    sfu().publishes("audio");
    expect(path.published()).toMatchObject({ session: "sfu2", tracks: { audio: "sfu2/audio" } });
    path.subscribe([{ ...sub("a"), tracks: { audio: "2/a", camera: "2/c" } }]);
    expect(first.subscriptions()).toMatchObject([{ tracks: { audio: "1/a" } }]);
    expect(sfu().subscriptions()).toMatchObject([{ tracks: { audio: "2/a" } }]);
    sfu().delivers = true;
    await pass(400);
    expect(shown()).toEqual(sfu2Only);
    expect(first.close).not.toHaveBeenCalled();
    await pass(3100);
    expect(first.close).toHaveBeenCalledTimes(1);
    expect(shown()).toEqual(sfu2Only);
    path.close();
  });

  it("keeps an SFU that works for as long as somebody has not come to the other one", async () => {
    const { path, shown, first, sfu } = await toAnotherSfu();
    sfu().link = "connected";
    sfu().publishes("audio");
    await pass(60_000);
    expect(shown()).toEqual(sfuOnly);
    expect(first.close).not.toHaveBeenCalled();
    // The same address as before is one in the SFU that is left.
    path.subscribe([{ ...sub("a"), tracks: { audio: "1/a", camera: "1/c" } }]);
    await pass(60_000);
    expect(first.close).not.toHaveBeenCalled();
    path.subscribe([{ ...sub("a"), tracks: { audio: "2/a", camera: "2/c" } }]);
    await pass(200);
    expect(first.close).toHaveBeenCalledTimes(1);
    path.close();
  });

  it("does not hurry a path to mend itself whose SFU is not the room's any more", async () => {
    const { path, first, sfu } = await bySfu();
    path.setSignalingReady(false);
    path.setPath(to("sfu", "m", 2));
    path.setSignalingReady(true);
    expect(first.setSignalingReady).toHaveBeenLastCalledWith(false);
    expect(sfu().setSignalingReady).toHaveBeenLastCalledWith(true);
    path.setPath(to("sfu"));
    expect(first.setSignalingReady).toHaveBeenLastCalledWith(true);
    path.close();
  });

  it("turns back to the SFU before", async () => {
    const { path, shown, first, sfu, made } = await toAnotherSfu();
    path.setPath(to("sfu"));
    path.subscribe([{ ...sub("a"), tracks: { audio: "1/a", camera: "1/c" } }]);
    first.delivers = true;
    await pass(100);
    expect(shown()).toEqual(sfuOnly);
    await pass(4000);
    expect(sfu().close).toHaveBeenCalledTimes(1);
    expect(first.close).not.toHaveBeenCalled();
    expect(made.sfu).toHaveLength(2);
    path.close();
  });

  it("keeps what works when there is a third way to go", async () => {
    const { path, sfu, p2p, shown, made } = await moving();
    path.setPath(to("sfu", "m", 2));
    expect(made.sfu[0]?.close).toHaveBeenCalledTimes(1);
    expect(p2p().close).not.toHaveBeenCalled();
    expect(shown()).toEqual(p2pOnly);
    sfu().link = "connected";
    sfu().delivers = true;
    await pass(400);
    expect(shown()).toEqual(sfu2Only);
    // Everything comes by the second one by now.
    path.setPath(to("sfu", "m", 3));
    expect(p2p().close).toHaveBeenCalledTimes(1);
    expect(made.sfu[1]?.close).not.toHaveBeenCalled();
    expect(shown()).toEqual(sfu2Only);
    path.close();
  });

  it("is not concerned by another SFU while media runs between browsers", async () => {
    const { path, made, shown, createSfu } = await direct();
    path.setPath(to("p2p", "m", 2));
    expect(made.p2p).toHaveLength(1);
    expect(shown()).toEqual(p2pOnly);
    expect(createSfu).not.toHaveBeenCalled();
    path.close();
  });

  it("puts another path in the place of a worn one, without a break", async () => {
    const { path, shown, first, sfu, made } = await bySfu();
    first.worn();
    expect(made.sfu).toHaveLength(2);
    expect(shown()).toEqual(sfuOnly);
    // It is the same SFU: where the others are now counts in both.
    path.subscribe([{ ...sub("a"), tracks: { audio: "3/a", camera: "3/c" } }]);
    expect(first.subscriptions()).toMatchObject([{ tracks: { audio: "3/a" } }]);
    sfu().link = "connected";
    sfu().publishes("audio");
    sfu().delivers = true;
    await pass(4000);
    expect(shown()).toEqual(sfu2Only);
    expect(first.close).toHaveBeenCalledTimes(1);
    path.close();
  });

  it("replaces a path that wears out during a move when the move is done", async () => {
    const { path, sfu, made } = await moving();
    made.sfu[0]?.worn();
    expect(made.sfu).toHaveLength(1);
    sfu().delivers = true;
    await pass(4000);
    expect(made.sfu).toHaveLength(2);
    path.close();
  });

  it("builds the way to the SFU anew when what we send does not come to it, and loses nothing", async () => {
    const { path, sfu, p2p, shown, made } = await moving();
    path.subscribe([{ ...sub("a"), tracks: { audio: "1/a", camera: "1/c" } }]);
    path.publish("audio", {} as MediaStreamTrack);
    const begun = Date.now();
    expect(path.unsentSince()).toBeUndefined();
    sfu().delivers = true;
    await pass(19_900);
    expect(made.sfu).toHaveLength(1);
    await pass(200);
    expect(made.sfu[0]?.close).toHaveBeenCalledTimes(1);
    expect(made.sfu).toHaveLength(2);
    expect(path.unsentSince()).toBe(begun);
    expect(shown()).toEqual(p2pOnly);
    expect(p2p().close).not.toHaveBeenCalled();
    // Ever more rarely.
    await pass(39_800);
    expect(made.sfu).toHaveLength(2);
    await pass(200);
    expect(made.sfu).toHaveLength(3);
    sfu().link = "connected";
    sfu().delivers = true;
    sfu().publishes("audio");
    expect(path.unsentSince()).toBeUndefined();
    await pass(4000);
    expect(p2p().close).toHaveBeenCalledTimes(1);
    await pass(600_000);
    expect(made.sfu).toHaveLength(3);
    path.close();
  });

  it("builds the only way to the SFU anew without breaking it first", async () => {
    const { path, first, sfu, shown, made } = await bySfu();
    path.publish("camera", {} as MediaStreamTrack);
    await pass(20_000);
    expect(made.sfu).toHaveLength(2);
    expect(first.close).not.toHaveBeenCalled();
    expect(shown()).toEqual(sfuOnly);
    expect(path.published().tracks).toMatchObject({ audio: "sfu/audio" });
    sfu().link = "connected";
    sfu().delivers = true;
    sfu().publishes("audio", "camera");
    expect(path.published().tracks).toMatchObject({ audio: "sfu2/audio", camera: "sfu2/camera" });
    await pass(4000);
    expect(first.close).toHaveBeenCalledTimes(1);
    path.close();
  });

  it("waits for nothing that is turned off again", async () => {
    const { path, made } = await bySfu();
    path.publish("camera", {} as MediaStreamTrack);
    await pass(10_000);
    path.publish("camera", null);
    await pass(60_000);
    expect(made.sfu).toHaveLength(1);
    expect(path.unsentSince()).toBeUndefined();
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
