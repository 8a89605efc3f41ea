import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { PushedTrack } from "./pushed_track";
import { FakePartyTracks } from "./testing/fake_party_tracks";

const trackOf = (height: number) => ({ height }) as unknown as MediaStreamTrack;
const camera = trackOf(720);

function setUp() {
  const client = new FakePartyTracks();
  const changed = vi.fn();
  const connection = { prepare: vi.fn(() => true), renewUnconnected: vi.fn() };
  const pushed = new PushedTrack({
    client,
    connection,
    changed,
    encodingsOf: (track) => [{ maxBitrate: (track as unknown as { height: number }).height }],
  });
  client.transceiver$.subscribe((transceiver) => pushed.adopt(transceiver));
  client.session$.subscribe(() => pushed.sessionChanged());
  return { client, connection, pushed, changed, push: () => client.pushes.at(-1) };
}

/** Sent and arrived in the first session. */
function running() {
  const room = setUp();
  room.client.begin("s1");
  room.pushed.setTrack(camera);
  room.push()?.arrive("s1");
  return room;
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe("PushedTrack", () => {
  it("pushes nothing before there is something to send", () => {
    const { client, pushed } = setUp();
    client.begin("s1");
    pushed.setTrack(null);
    expect(client.pushes).toEqual([]);
    expect(pushed.address).toBeUndefined();
  });

  it("has an address once what it sends has arrived", () => {
    const { pushed, client, push, changed } = setUp();
    pushed.setTrack(camera);
    client.begin("s1");
    expect(pushed.address).toBeUndefined();
    push()?.arrive("s1");
    expect(pushed.address).toBe("s1/track1");
    expect(pushed.mid).toBe("1");
    expect(changed).toHaveBeenCalledTimes(1);
  });

  it("turns off and on by replacing, without another push", () => {
    const { pushed, client, push } = running();
    pushed.setTrack(null);
    expect(push()?.sender?.track).toBeNull();
    expect(push()?.track$.value).toBeNull();
    const other = trackOf(360);
    pushed.setTrack(other);
    expect(push()?.sender?.track).toBe(other);
    expect(push()?.encodings$.value).toEqual([{ maxBitrate: 360 }]);
    expect(client.pushes).toHaveLength(1);
    expect(pushed.address).toBe("s1/track1");
  });

  it("sends nothing of a track that was turned off before it arrived", () => {
    const { pushed, client, push } = setUp();
    client.begin("s1");
    pushed.setTrack(camera);
    pushed.setTrack(null);
    expect(push()?.sender?.track).toBeNull();
    pushed.setTrack(camera);
    expect(push()?.sender?.track).toBe(camera);
  });

  it("has no address until it has arrived in a new session", () => {
    const { pushed, client, push } = running();
    client.begin("s2");
    expect(pushed.address).toBeUndefined();
    push()?.arrive("s2");
    expect(pushed.address).toBe("s2/track1");
    expect(client.pushes).toHaveLength(1);
  });

  it("is pushed in a new session only when there is something to send", () => {
    const { pushed, client, push } = running();
    pushed.setTrack(null);
    client.begin("s2");
    expect(push()?.closed).toBe(true);
    expect(pushed.address).toBeUndefined();
    pushed.setTrack(camera);
    push()?.arrive("s2");
    expect(client.pushes).toHaveLength(2);
    expect(pushed.address).toBe("s2/track2");
  });

  it("waits for the new session when the present one may be forgotten", () => {
    const { pushed, client, connection } = setUp();
    client.begin("s1");
    connection.prepare.mockReturnValueOnce(false);
    pushed.setTrack(camera);
    expect(client.pushes).toEqual([]);
    client.begin("s2");
    expect(client.pushes).toHaveLength(1);
  });

  it("doubts the session for as long as what it sends does not arrive", () => {
    const { pushed, client, connection, push } = setUp();
    client.begin("s1");
    pushed.setTrack(camera);
    vi.advanceTimersByTime(9999);
    expect(connection.renewUnconnected).not.toHaveBeenCalled();
    vi.advanceTimersByTime(10_001);
    expect(connection.renewUnconnected).toHaveBeenCalledTimes(2);
    pushed.setTrack(null);
    vi.advanceTimersByTime(60_000);
    pushed.setTrack(camera);
    push()?.arrive("s1");
    vi.advanceTimersByTime(60_000);
    expect(connection.renewUnconnected).toHaveBeenCalledTimes(2);
    client.begin("s2");
    vi.advanceTimersByTime(10_000);
    expect(connection.renewUnconnected).toHaveBeenCalledTimes(3);
    pushed.close();
    vi.advanceTimersByTime(60_000);
    expect(connection.renewUnconnected).toHaveBeenCalledTimes(3);
  });

  it("ends for good", () => {
    const { pushed, push } = running();
    pushed.close();
    expect(push()?.closed).toBe(true);
    expect(pushed.address).toBeUndefined();
  });
});
