import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ClientConfig } from "../../api/client";
import type { Subscription, TileHeights, TrackAddresses } from "../media_path";
import { Emitter } from "../../util/emitter";
import { stubMediaGlobals } from "../p2p/testing/fake_peer_connection";
import { SfuMediaPath } from "./sfu_media_path";
import { FakePartyTracks } from "./testing/fake_party_tracks";

const config = {
  iceServers: [],
  maxWebcamBitrate: 1_000_000,
  maxWebcamFramerate: 24,
  maxWebcamQualityLevel: 1080,
} as unknown as ClientConfig;
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const ownTrack = () => ({ getSettings: () => ({}) }) as unknown as MediaStreamTrack;

const everything: TrackAddresses = { audio: "s/a", camera: "s/c", screen: "s/s" };
const person = (
  id: string,
  tracks = everything,
  sends: Partial<Subscription["sends"]> = {},
): Subscription => ({
  id,
  sends: { audio: true, camera: true, screen: false, ...sends },
  tracks,
});

const paths: SfuMediaPath[] = [];

function setUp(saveData = false) {
  const client = new FakePartyTracks();
  const worn = vi.fn();
  const broken = new Emitter<string>();
  const onBroken = (listener: (session: string) => void) => broken.on(listener);
  const path = new SfuMediaPath({ selfId: "me", config, client, saveData, worn, onBroken });
  paths.push(path);
  const changed = vi.fn();
  path.onChange(changed);
  return {
    client,
    path,
    changed,
    worn,
    broken,
    show: (tiles: Record<string, TileHeights>) => path.show(new Map(Object.entries(tiles))),
    /** The addresses that are pulled. */
    pulled: () => client.open.map(({ address }) => address),
    pull: (address: string) => client.open.findLast((pull) => pull.address === address),
  };
}

/** Connected, with somebody who is on the stage and whose media arrives. */
async function watching() {
  const room = setUp();
  const connection = room.client.begin("own");
  room.show({ x: { camera: 700 } });
  room.path.subscribe([person("x")]);
  const voice = room.pull("s/a")?.deliver();
  const camera = room.pull("s/c")?.deliver();
  connection.become("connected");
  await pass(0);
  return { ...room, connection, voice, camera };
}

beforeEach(() => {
  vi.useFakeTimers();
  stubMediaGlobals();
});

afterEach(() => {
  for (const path of paths.splice(0)) path.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("SfuMediaPath", () => {
  it("pulls every voice, and of pictures only what is on the stage", () => {
    const { path, pulled, show } = setUp();
    path.subscribe([person("x"), person("y", { audio: "t/a", camera: "t/c" })]);
    expect(pulled()).toEqual(["s/a", "t/a"]);
    show({ x: { camera: 700 }, y: {} });
    expect(pulled()).toEqual(["s/a", "t/a", "s/c"]);
    show({ x: { camera: 700, screen: 900 } });
    expect(pulled()).toEqual(["s/a", "t/a", "s/c", "s/s"]);
  });

  it("pulls nothing of those who have nothing in the SFU, or write nonsense", () => {
    const { path, pulled, show } = setUp();
    show({ x: { camera: 700 } });
    path.subscribe([person("x", { audio: "nonsense" })]);
    expect(pulled()).toEqual([]);
  });

  it("lets go of a picture two seconds after it left the stage", async () => {
    const { show, pulled } = await watching();
    show({});
    await pass(1999);
    expect(pulled()).toEqual(["s/a", "s/c"]);
    await pass(1);
    expect(pulled()).toEqual(["s/a"]);
  });

  it("asks for the size of the tile", async () => {
    const { show, pull } = await watching();
    show({ x: { camera: 200 } });
    show({ x: { camera: 210 } });
    show({ x: { camera: 900 } });
    expect(pull("s/c")?.rids).toEqual(["", "b", ""]);
    expect(pull("s/a")?.rids).toEqual([]);
  });

  it("neither sends nor asks for the large size over a line that is dear", () => {
    const { path, show, pull, client } = setUp(true);
    client.begin("own");
    path.publish("camera", ownTrack());
    show({ x: { camera: 900 } });
    path.subscribe([person("x")]);
    expect(pull("s/c")?.rids).toEqual(["b"]);
    expect(client.pushes[0]?.encodings$.value[0]).toMatchObject({ rid: "a", active: false });
  });

  it("offers a voice at once, and a picture when its first packet has come", () => {
    const { path, show, pull, client } = setUp();
    client.begin("own");
    show({ x: { camera: 700 } });
    path.subscribe([person("x")]);
    pull("s/a")?.answer();
    const camera = pull("s/c")?.answer();
    expect(path.remote("x")?.audio).toBeDefined();
    expect(path.remote("x")?.camera).toBeUndefined();
    camera?.unmute();
    expect(path.remote("x")?.camera?.getTracks()).toEqual([camera]);
  });

  it("is connecting until something of a person has come", async () => {
    const { path, client, pull } = setUp();
    path.subscribe([person("x"), person("quiet", {}, { audio: false, camera: false })]);
    expect(path.remote("quiet")?.link).toBe("connecting");
    const connection = client.begin("own");
    connection.transceivers.push({ mid: "0" });
    connection.become("connected");
    expect(path.remote("x")?.link).toBe("connecting");
    expect(path.remote("quiet")?.link).toBe("connected");
    pull("s/a")?.deliver();
    expect(path.remote("x")).toMatchObject({ link: "connected", linkSince: undefined });
    await pass(0);
  });

  it("is interrupted for all while the one connection is", async () => {
    const { path, connection, changed } = await watching();
    expect(path.remote("x")?.link).toBe("connected");
    connection.become("disconnected");
    expect(path.remote("x")).toMatchObject({ link: "interrupted", linkSince: Date.now() });
    changed.mockClear();
    connection.become("connected");
    await pass(0);
    expect(path.remote("x")?.link).toBe("connected");
    expect(changed).toHaveBeenCalledTimes(1);
  });

  it("is interrupted when a voice that is on falls silent altogether", async () => {
    const { path, pull } = await watching();
    const receiver = pull("s/a")?.receiver;
    await pass(6000);
    expect(path.remote("x")?.link).toBe("interrupted");
    if (receiver) receiver.bytesReceived += 100;
    await pass(2000);
    expect(path.remote("x")?.link).toBe("connected");
  });

  it("keeps the old picture until the new track has a decoded frame", async () => {
    const { path, pull, pulled, camera } = await watching();
    path.subscribe([person("x", { ...everything, camera: undefined })]);
    path.subscribe([person("x", { ...everything, camera: "s2/c" })]);
    expect(pulled()).toEqual(["s/a", "s/c", "s2/c"]);
    const next = pull("s2/c")?.answer();
    next?.unmute();
    await pass(500);
    expect(path.remote("x")?.camera?.getTracks()).toEqual([camera]);
    Object.assign(pull("s2/c")?.receiver ?? {}, { framesDecoded: 1 });
    await pass(100);
    expect(path.remote("x")?.camera?.getTracks()).toEqual([next]);
    expect(pulled()).toEqual(["s/a", "s2/c"]);
  });

  it("keeps the old picture when its own session is a new one", async () => {
    const { path, client, pull, camera } = await watching();
    client.begin("own2");
    const pulling = pull("s/c");
    const next = pulling?.answer();
    await pass(200);
    expect(path.remote("x")?.camera?.getTracks()).toEqual([camera]);
    Object.assign(pulling?.receiver ?? {}, { framesDecoded: 1 });
    next?.unmute();
    await pass(100);
    expect(path.remote("x")?.camera?.getTracks()).toEqual([next]);
  });

  it("looks for the proof of a new track only once it is not muted", async () => {
    const { path, client, pull, voice } = await watching();
    path.subscribe([person("x", { ...everything, audio: "s2/a" })]);
    const pulling = pull("s2/a");
    const next = pulling?.answer();
    const { receiver } = pulling ?? {};
    const getStats = receiver && vi.spyOn(receiver, "getStats");
    await pass(1900);
    expect(getStats).not.toHaveBeenCalled();
    next?.unmute();
    await pass(300);
    expect(getStats).toHaveBeenCalledTimes(3);
    expect(path.remote("x")?.audio?.getTracks()).toEqual([voice]);
    Object.assign(receiver ?? {}, { packetsReceived: 1 });
    await pass(100);
    expect(path.remote("x")?.audio?.getTracks()).toEqual([next]);
    expect(client.open).toHaveLength(2);
  });

  it("pushes and pulls in a new session when nobody came for long", async () => {
    const { path, client, pulled } = setUp();
    const connection = client.begin("own");
    await pass(60_000);
    path.publish("audio", ownTrack());
    path.subscribe([person("x")]);
    expect(connection.connectionState).toBe("closed");
    expect([client.pushes.length, client.pulls.length]).toEqual([0, 0]);
    client.begin("own2");
    expect(client.pushes).toHaveLength(1);
    expect(pulled()).toEqual(["s/a"]);
    await pass(0);
  });

  it("doubts a session without a connection when a pull is not answered", async () => {
    const { path, client, pulled } = setUp();
    const connection = client.begin("own");
    connection.transceivers.push({ mid: "0" });
    connection.become("connecting");
    path.subscribe([person("x")]);
    await pass(29_999);
    expect(connection.connectionState).toBe("connecting");
    await pass(1);
    expect(connection.connectionState).toBe("closed");
    expect(pulled()).toEqual([]);
    client.begin("own2");
    expect(pulled()).toEqual(["s/a"]);
  });

  it("asks again when a pull is never answered", async () => {
    const { path, client, pulled } = setUp();
    client.begin("own").become("connected");
    path.subscribe([person("x")]);
    await pass(9999);
    expect(client.pulls).toHaveLength(1);
    await pass(1);
    expect(client.pulls).toHaveLength(2);
    expect(pulled()).toEqual(["s/a"]);
    await pass(19_999);
    expect(client.pulls).toHaveLength(2);
    await pass(1);
    expect(client.pulls).toHaveLength(3);
  });

  it("asks again for what was promised and does not come", async () => {
    const { client, path, show, pull } = setUp();
    const connection = client.begin("own");
    show({ x: { camera: 700 } });
    path.subscribe([person("x")]);
    pull("s/a")?.answer();
    pull("s/c")?.deliver();
    connection.become("connected");
    await pass(9000);
    expect(client.pulls.filter(({ address }) => address === "s/a")).toHaveLength(1);
    await pass(2000);
    expect(client.pulls.filter(({ address }) => address === "s/a")).toHaveLength(2);
  });

  it("tells the others where its tracks are", async () => {
    const { client, path, changed } = setUp();
    client.begin("own");
    expect(path.published()).toEqual({ session: undefined, tracks: {} });
    path.publish("audio", ownTrack());
    client.pushes[0]?.arrive("own");
    await pass(0);
    expect(path.published()).toEqual({ session: "own", tracks: { audio: "own/track1" } });
    expect(changed).toHaveBeenCalled();
  });

  it("sends what is said to the AI in a track of its own, of which the others are not told", async () => {
    const { client, path, changed } = setUp();
    client.begin("own");
    const voice = ownTrack();
    path.talk(voice);
    client.pushes[0]?.arrive("own");
    await pass(0);
    expect(client.pushes[0]?.track$.value).toBe(voice);
    expect(path.published()).toEqual({ session: undefined, tracks: {}, talk: "own/track1" });
    expect(changed).toHaveBeenCalled();
    path.talk(null);
    expect(client.pushes[0]?.track$.value).toBeNull();
    expect(path.published().talk).toBe("own/track1");
  });

  it("knows whose track an m-section carries", async () => {
    const { client, path } = await watching();
    path.publish("screen", ownTrack());
    const [connection] = path.connections();
    const mids = client.connection.transceivers.map(({ mid }) => mid);
    expect(mids.map((mid) => connection?.describe(mid))).toEqual([
      { id: "x", kind: "audio" },
      { id: "x", kind: "camera" },
      { id: "me", kind: "screen" },
    ]);
    expect(connection?.describe("none")).toBeUndefined();
  });

  it("gives statistics and levels by person", async () => {
    const { path } = await watching();
    expect(path.level("x")).toBe(0.25);
    expect(path.level("y")).toBe(0);
    expect(await path.stats("x")).toMatchObject({ framesDecoded: { camera: 1 }, voice: { packets: 10 } });
    expect(await path.stats("y")).toBeNull();
  });

  it("lets go of whoever leaves, and of everything at the end", async () => {
    const { path, client, pulled } = await watching();
    path.publish("audio", ownTrack());
    path.subscribe([]);
    expect(pulled()).toEqual([]);
    expect(path.remote("x")).toBeUndefined();
    path.close();
    expect(client.pushes.every(({ closed }) => closed)).toBe(true);
    await pass(120_000);
    expect(client.pulls).toHaveLength(2);
  });

  it("makes a new session when the browser and the SFU do not agree about the present one", async () => {
    const { client, connection, broken, path } = await watching();
    const changes = vi.fn();
    connection.addEventListener("connectionstatechange", changes);
    broken.emit("another");
    expect(connection.connectionState).toBe("connected");
    broken.emit("own");
    expect(connection.connectionState).toBe("closed");
    expect(changes).toHaveBeenCalledTimes(1);
    broken.emit("own");
    expect(changes).toHaveBeenCalledTimes(1);
    const next = client.begin("next");
    path.close();
    broken.emit("next");
    expect(next.connectionState).toBe("new");
  });

  it("asks for another path in its place, once, when it has had many connections", async () => {
    const { client, worn } = setUp();
    for (let i = 0; i < 19; i += 1) client.begin(`s${i}`);
    await pass(0);
    expect(worn).not.toHaveBeenCalled();
    for (let i = 19; i < 60; i += 1) client.begin(`s${i}`);
    expect(worn).not.toHaveBeenCalled();
    await pass(0);
    expect(worn).toHaveBeenCalledTimes(1);
  });

  it("asks for another path in its place, once, when it has had many transceivers", async () => {
    const { client, worn } = setUp();
    client.begin("own");
    const pull = () => client.transceiver$.next({ sender: { track: null } } as RTCRtpTransceiver);
    for (let i = 0; i < 999; i += 1) pull();
    await pass(0);
    expect(worn).not.toHaveBeenCalled();
    for (let i = 0; i < 99; i += 1) pull();
    await pass(0);
    expect(worn).toHaveBeenCalledTimes(1);
  });
});
