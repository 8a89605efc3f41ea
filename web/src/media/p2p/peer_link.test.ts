import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { PeerLink } from "./peer_link";
import { parseSignal, type PeerSignal } from "./signal";
import { FakePeerConnection, stubMediaGlobals } from "./testing/fake_peer_connection";

const noTracks = { audio: null, camera: null, screen: null };
const nothing = { audio: false, camera: false, screen: false };

/** One end of a link, with everything it sends kept until it is delivered. */
class End {
  readonly link: PeerLink;
  readonly outbox: string[] = [];
  readonly changed = vi.fn();
  readonly attemptFailed = vi.fn();
  readonly connections: FakePeerConnection[] = [];
  iceServers: () => Promise<RTCIceServer[]> = () => Promise.resolve([{ urls: "stun:a" }]);

  constructor(offering: boolean, signalingReady = true) {
    this.link = new PeerLink({
      offering,
      signalingReady,
      createPeerConnection: () => {
        const connection = new FakePeerConnection();
        this.connections.push(connection);
        return connection.asConnection;
      },
      iceServers: () => this.iceServers(),
      tracks: noTracks,
      limitsOf: () => undefined,
      sends: nothing,
      send: (signal) => this.outbox.push(signal),
      changed: this.changed,
      attemptFailed: this.attemptFailed,
    });
  }

  get connection(): FakePeerConnection {
    const connection = this.connections.at(-1);
    if (connection === undefined) throw new Error("no connection");
    return connection;
  }

  take(): PeerSignal[] {
    return this.outbox.splice(0).map((text) => {
      const signal = parseSignal(text);
      if (signal === null) throw new Error(`no signal: ${text}`);
      return signal;
    });
  }
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const kinds = (signals: PeerSignal[]) =>
  signals.map((s) => (s.kind === "description" ? s.description.sdp : s.kind));

/** Delivers in both directions, in order, until nobody says anything more. */
async function talk(a: End, b: End): Promise<string[]> {
  const said: string[] = [];
  for (;;) {
    await pass(0);
    const fromA = a.take();
    const fromB = b.take();
    if (fromA.length + fromB.length === 0) return said;
    said.push(...kinds([...fromA, ...fromB]));
    for (const signal of fromA) b.link.receive(signal);
    for (const signal of fromB) a.link.receive(signal);
  }
}

async function connected(): Promise<[End, End]> {
  const [a, b] = [new End(true), new End(false)];
  await talk(a, b);
  a.connection.become("connected");
  b.connection.become("connected");
  return [a, b];
}

function become(state: RTCPeerConnectionState, ...ends: End[]): void {
  for (const end of ends) end.connection.become(state);
}

beforeEach(() => {
  vi.useFakeTimers();
  stubMediaGlobals();
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("PeerLink", () => {
  it("connects by one offer and one answer when both begin at the same time", async () => {
    const [a, b] = [new End(true), new End(false)];
    const said = await talk(a, b);
    expect(said.filter((what) => what !== "candidate")).toEqual(["offer 1", "hello", "answer 1"]);
    expect(a.connection.applied).toEqual(["answer 1"]);
    expect(b.connection.applied).toEqual(["offer 1"]);
    expect(a.connection.candidates).toEqual(["of answer 1"]);
    expect(b.connection.candidates).toEqual(["of offer 1"]);
    expect([...a.connections, ...b.connections]).toHaveLength(2);
    for (const { transceivers } of [a.connection, b.connection]) {
      expect(transceivers.map(({ direction }) => direction)).toEqual(["sendrecv", "sendrecv", "sendrecv"]);
    }
  });

  it("prefers VP8 for pictures, on both sides", async () => {
    const [a, b] = await connected();
    for (const { transceivers } of [a.connection, b.connection]) {
      expect(transceivers[0]?.setCodecPreferences).not.toHaveBeenCalled();
      expect(transceivers[1]?.setCodecPreferences).toHaveBeenCalledWith([
        { mimeType: "video/VP8" },
        { mimeType: "video/H264" },
      ]);
    }
  });

  it("is connected only when the connection is", async () => {
    const [a, b] = [new End(true), new End(false)];
    await talk(a, b);
    expect(a.link.remote).toMatchObject({ link: "connecting", linkSince: Date.now() });
    become("connected", a);
    expect(a.link.remote).toMatchObject({ link: "connected", linkSince: undefined });
    expect(a.link.remote.camera).toBeDefined();
  });

  it("replaces tracks without a word", async () => {
    const [a, b] = await connected();
    const track = {} as MediaStreamTrack;
    a.link.setTrack("camera", track);
    await pass(0);
    expect(a.connection.transceivers[1]?.sender.track).toBe(track);
    a.link.setTrack("camera", null);
    await pass(0);
    expect(a.connection.transceivers[1]?.sender.track).toBeNull();
    expect(await talk(a, b)).toEqual([]);
  });

  it("sends what was wanted last, however fast it changes", async () => {
    const [a] = await connected();
    const sender = a.connection.transceivers[0]?.sender;
    const track = {} as MediaStreamTrack;
    a.link.setTrack("audio", track);
    await pass(0);
    a.link.setTrack("audio", null);
    a.link.setTrack("audio", track);
    await pass(0);
    expect(sender?.track).toBe(track);
    a.link.setTrack("audio", track);
    expect(sender?.replaced).toBe(3);
  });

  it.each([
    ["the offering side", [true, false]],
    ["the other side", [false, true]],
    ["both sides", [true, true]],
  ])("restarts ICE once when %s notice that the line broke", async (_, [aNotices, bNotices]) => {
    const [a, b] = await connected();
    if (aNotices) become("failed", a);
    if (bNotices) become("failed", b);
    const said = await talk(a, b);
    expect(said.filter((what) => /offer|answer/.test(what))).toEqual(["offer 2", "answer 2"]);
    expect([a.connections.length, b.connections.length]).toEqual([1, 1]);
  });

  it.each([
    ["the offering side", 0],
    ["the other side", 1],
  ])("makes new connections on both sides when a restart does not help %s", async (_, index) => {
    const ends = await connected();
    const [a, b] = ends;
    const [streamBefore] = [a.link.remote.camera];
    const end = ends[index] ?? a;
    become("failed", end);
    await talk(a, b);
    await pass(8000);
    await talk(a, b);
    expect([a.connections.length, b.connections.length]).toEqual([2, 2]);
    expect([a.connections[0]?.closed, b.connections[0]?.closed]).toEqual([true, true]);
    expect([a.connection.signalingState, b.connection.signalingState]).toEqual(["stable", "stable"]);
    become("connected", a, b);
    expect([a.link.remote.link, b.link.remote.link]).toEqual(["connected", "connected"]);
    expect(a.link.remote.camera).not.toBe(streamBefore);
  });

  it("meets again when both make a new connection at the same time", async () => {
    const [a, b] = await connected();
    become("failed", a, b);
    await pass(8000);
    a.take();
    b.take();
    await pass(0);
    // Whatever was said until now is lost; the next attempts of both cross on their way.
    await pass(8000 * 1.5);
    await talk(a, b);
    expect([a.connection.signalingState, b.connection.signalingState]).toEqual(["stable", "stable"]);
    expect(a.connection.applied).toEqual(["answer 1"]);
    expect(b.connection.applied).toEqual(["offer 1"]);
  });

  it("follows somebody who has a new connection, and ignores what the old one still says", async () => {
    const [a, b] = await connected();
    become("failed", a);
    const late = await (async () => {
      await pass(0);
      return a.take();
    })();
    expect(kinds(late)).toContain("offer 2");
    await pass(8000);
    await talk(a, b);
    const { applied } = b.connection;
    for (const signal of late) b.link.receive(signal);
    await talk(a, b);
    expect(b.connection.applied).toBe(applied);
    expect(b.connection.applied).toEqual(["offer 1"]);
    expect(b.connections).toHaveLength(2);
  });

  it.each([
    ["the side that does not offer", 1],
    ["the offering side", 0],
  ])(
    "finds a newly made link again when %s was taken for gone and the other still has its old connection",
    async (_, index) => {
      const ends = await connected();
      const fresh = new End(index === 0);
      const old = ends[1 - index] ?? fresh;
      ends[index]?.link.close();
      await talk(fresh, old);
      expect([fresh.connection.signalingState, old.connection.signalingState]).toEqual(["stable", "stable"]);
      expect(old.connections).toHaveLength(2);
      expect(fresh.connections).toHaveLength(1);
    },
  );

  it("leaves a connected link alone while the room's server is away, and repairs nothing without it", async () => {
    const [a, b] = await connected();
    for (const end of [a, b]) end.link.setSignalingReady(false);
    await pass(60_000);
    for (const end of [a, b]) end.link.setSignalingReady(true);
    expect(await talk(a, b)).toEqual([]);
    a.link.setSignalingReady(false);
    become("failed", a);
    await pass(60_000);
    expect(await talk(a, b)).toEqual([]);
    a.link.setSignalingReady(true);
    expect((await talk(a, b)).filter((what) => /offer|answer/.test(what))).toEqual(["offer 2", "answer 2"]);
  });

  it("makes a new connection when somebody says they send and nothing arrives", async () => {
    const [a] = await connected();
    a.link.setSends({ audio: true, camera: true, screen: false });
    for (let seconds = 0; seconds < 20; seconds += 2) {
      a.connection.receive(1000);
      await pass(2000);
    }
    expect(a.connections).toHaveLength(1);
    await pass(12_000);
    expect(a.connections).toHaveLength(2);
    expect(a.link.remote.link).toBe("interrupted");
  });

  it("does not miss what does not arrive while the room's server is away, and is patient anew afterwards", async () => {
    const [a] = await connected();
    a.link.setSends({ audio: true, camera: true, screen: false });
    await pass(4000);
    a.link.setSignalingReady(false);
    await pass(60_000);
    a.link.setSignalingReady(true);
    await pass(6000);
    expect(a.connections).toHaveLength(1);
    await pass(4000);
    expect(a.connections).toHaveLength(2);
  });

  it("waits before it tries again after a description that was refused", async () => {
    const [a, b] = [new End(true), new End(false)];
    a.connection.refusesDescriptions = true;
    await talk(a, b);
    expect(a.connections).toHaveLength(1);
    await pass(8000);
    await talk(a, b);
    expect(a.connections).toHaveLength(2);
    expect(a.connection.signalingState).toBe("stable");
  });

  it("keeps its streams and its snapshot as long as nothing changes", async () => {
    const [a] = await connected();
    const before = a.link.remote;
    a.changed.mockClear();
    become("connected", a);
    a.link.networkChanged();
    expect(a.link.remote).toBe(before);
    expect(a.changed).not.toHaveBeenCalled();
    become("disconnected", a);
    expect(a.link.remote).not.toBe(before);
    expect(a.link.remote.camera).toBe(before.camera);
  });

  it("is silent after close", async () => {
    const [a, b] = await connected();
    a.link.close();
    become("failed", a);
    a.link.networkChanged();
    await pass(60_000);
    expect(a.take()).toEqual([]);
    expect(a.connection.closed).toBe(true);
    b.link.close();
  });

  it("tells of every try that came to nothing", async () => {
    const [a, b] = [new End(true), new End(false)];
    await pass(7999);
    expect(a.attemptFailed).not.toHaveBeenCalled();
    await pass(1);
    expect(a.attemptFailed).toHaveBeenCalledTimes(1);
    await pass(12_000);
    expect(a.attemptFailed).toHaveBeenCalledTimes(2);
    a.link.setSignalingReady(false);
    await pass(60_000);
    expect(a.attemptFailed).toHaveBeenCalledTimes(2);
    for (const end of [a, b]) end.link.close();
  });

  it("tells when two new connections have not brought what the other sends either", async () => {
    const [a, b] = await connected();
    a.link.setSends({ audio: true, camera: true, screen: false });
    const rebuilds = () => a.connections.length - 1;
    /** The voice comes, of the camera nothing. */
    const listen = async (ms: number) => {
      for (let passed = 0; passed < ms; passed += 1000) {
        const voice = a.connection.transceivers[0]?.receiver;
        if (voice) voice.bytesReceived += 100;
        await pass(1000);
        await talk(a, b);
        if (a.connection.connectionState !== "connected") become("connected", a, b);
      }
    };
    await listen(10_000);
    expect(rebuilds()).toBe(1);
    await listen(10_000);
    expect(rebuilds()).toBe(2);
    expect(a.attemptFailed).not.toHaveBeenCalled();
    await listen(12_000);
    expect(a.attemptFailed).toHaveBeenCalledTimes(1);
    expect(b.attemptFailed).not.toHaveBeenCalled();
    for (const end of [a, b]) end.link.close();
  });

  it("looks for ways by the ICE servers of the time, and waits for them on either side", async () => {
    const [a, b] = [new End(true), new End(false)];
    let give: (servers: RTCIceServer[]) => void = () => undefined;
    const servers = new Promise<RTCIceServer[]>((resolve) => (give = resolve));
    a.iceServers = b.iceServers = () => servers;
    expect(await talk(a, b)).toEqual(["hello"]);
    give([{ urls: "turn:b", username: "u", credential: "c" }]);
    expect(await talk(a, b)).toEqual(expect.arrayContaining(["offer 1", "answer 1"]));
    for (const { connection } of [a, b])
      expect(connection.gatheredWith).toEqual({
        bundlePolicy: "max-bundle",
        iceServers: [{ urls: "turn:b", username: "u", credential: "c" }],
      });
    for (const end of [a, b]) end.link.close();
  });

  it("goes on without the ICE servers that a browser refuses", async () => {
    const [a, b] = [new End(true), new End(false)];
    for (const { connection } of [a, b]) connection.refusesConfiguration = true;
    expect(await talk(a, b)).toEqual(expect.arrayContaining(["offer 1", "answer 1"]));
    expect(a.connections).toHaveLength(1);
    for (const end of [a, b]) end.link.close();
  });

  it("tells when a link that worked cannot be mended", async () => {
    const [a, b] = await connected();
    become("disconnected", a, b);
    await pass(3000);
    expect(a.attemptFailed).not.toHaveBeenCalled();
    await pass(8000);
    expect(a.attemptFailed).toHaveBeenCalledTimes(1);
    for (const end of [a, b]) end.link.close();
  });
});
