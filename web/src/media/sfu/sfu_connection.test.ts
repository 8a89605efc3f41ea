import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SfuConnection } from "./sfu_connection";
import { FakePartyTracks, type FakeConnection } from "./testing/fake_party_tracks";

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

function setUp() {
  const client = new FakePartyTracks();
  const sessionChanged = vi.fn();
  const connection = new SfuConnection({ client, signalingReady: true, sessionChanged, changed: vi.fn() });
  connection.open();
  return { client, connection, sessionChanged };
}

/** With something to carry, so that it is worth a connection. */
function connected() {
  const room = setUp();
  const peer = room.client.begin("s1");
  peer.transceivers.push({ mid: "0" });
  peer.become("connected");
  return { ...room, peer };
}

const isRenewed = (peer: FakeConnection) => peer.connectionState === "closed";

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe("SfuConnection", () => {
  it("is connected when there is nothing to connect for, but not without a session", () => {
    const { connection, client } = setUp();
    expect(connection.link).toBe("connecting");
    const peer = client.begin("s1");
    expect(connection.link).toBe("connected");
    peer.transceivers.push({ mid: "0" });
    expect(connection.link).toBe("connecting");
    peer.become("connected");
    expect(connection.link).toBe("connected");
  });

  it("is interrupted until the new session has a connection, and counts as failed after 30 s", async () => {
    const { connection, client, peer, sessionChanged } = connected();
    peer.become("failed");
    expect(connection.link).toBe("interrupted");
    const next = client.begin("s2");
    next.transceivers.push({ mid: "0" });
    expect(sessionChanged).toHaveBeenCalledTimes(2);
    expect(connection.link).toBe("interrupted");
    await pass(30_000);
    expect(connection.link).toBe("failed");
    next.become("connected");
    expect(connection.link).toBe("connected");
  });

  it("counts as failed when there is no session at all", async () => {
    const { connection } = setUp();
    await pass(29_999);
    expect(connection.link).toBe("connecting");
    await pass(1);
    expect(connection.link).toBe("failed");
  });

  it("lets the library decide about a disturbance while the server is there", async () => {
    const { peer } = connected();
    peer.become("disconnected");
    await pass(5000);
    expect(isRenewed(peer)).toBe(false);
  });

  it("hurries the library when the network is another one", () => {
    const { connection, peer } = connected();
    const told: string[] = [];
    connection.renewIfBroken();
    expect(isRenewed(peer)).toBe(false);
    peer.become("disconnected");
    peer.addEventListener("connectionstatechange", () => told.push(peer.connectionState));
    connection.renewIfBroken();
    expect(told).toEqual(["closed"]);
  });

  it("takes a silent connection for dead after the room's socket was away", async () => {
    const { connection, peer } = connected();
    connection.setSignalingReady(false);
    connection.setSignalingReady(true);
    await pass(2999);
    expect(isRenewed(peer)).toBe(false);
    await pass(1);
    expect(isRenewed(peer)).toBe(true);
  });

  it("keeps a connection that lives after the room's socket was away", async () => {
    const { connection, peer } = connected();
    connection.setSignalingReady(false);
    connection.setSignalingReady(true);
    await pass(1000);
    peer.bytesReceived += 100;
    await pass(30_000);
    expect(isRenewed(peer)).toBe(false);
  });

  it("has a new session made before the first use of one that may be forgotten", async () => {
    const { connection, client } = setUp();
    expect(connection.prepare()).toBe(true);
    const peer = client.begin("s1");
    await pass(19_999);
    expect(connection.prepare()).toBe(true);
    await pass(1);
    expect(connection.prepare()).toBe(false);
    expect(isRenewed(peer)).toBe(true);
    expect(connection.prepare()).toBe(false);
    client.begin("s2");
    expect(connection.prepare()).toBe(true);
  });

  it("keeps an old session that is used", async () => {
    const { connection, client, peer } = connected();
    await pass(60_000);
    expect(connection.prepare()).toBe(true);
    connection.renewUnconnected();
    expect(isRenewed(peer)).toBe(false);
    const next = client.begin("s2");
    next.transceivers.push({ mid: "0" });
    await pass(60_000);
    expect(connection.prepare()).toBe(true);
    expect(isRenewed(next)).toBe(false);
  });

  it("renews a session in which nothing succeeds and that has no connection", async () => {
    const { connection, client } = setUp();
    connection.renewUnconnected();
    const peer = client.begin("s1");
    peer.transceivers.push({ mid: "0" });
    await pass(10_000);
    connection.renewUnconnected();
    expect(isRenewed(peer)).toBe(false);
    await pass(10_000);
    connection.renewUnconnected();
    expect(isRenewed(peer)).toBe(true);
  });

  it.each([
    ["before the socket is back", true, true],
    ["soon after the socket is back", false, true],
    ["long after the socket is back", false, false],
  ])("disturbed %s", async (_, before, renewed) => {
    const { connection, peer } = connected();
    connection.setSignalingReady(false);
    if (before) peer.become("disconnected");
    expect(isRenewed(peer)).toBe(false);
    connection.setSignalingReady(true);
    await pass(100);
    peer.bytesReceived += 100;
    await pass(renewed ? 5000 : 25_000);
    if (!before) peer.become("disconnected");
    expect(isRenewed(peer)).toBe(renewed);
  });
});
