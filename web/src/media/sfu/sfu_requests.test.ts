import { PartyTracks } from "partytracks/client";
import { BehaviorSubject, of } from "rxjs";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeConnection } from "./testing/fake_party_tracks";
import { SFU_PREFIX, SfuRequests } from "./sfu_requests";

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status });
const tracks = (...names: string[]) =>
  names.map((trackName) => ({ location: "remote", sessionId: "s", trackName }));
const offline = () => Promise.reject(new TypeError("Failed to fetch"));

function setUp() {
  const asked = vi.fn<(path: string, body: unknown) => Promise<Response>>();
  const requests = new SfuRequests((input, init) => {
    const body = typeof init?.body === "string" ? (JSON.parse(init.body) as unknown) : undefined;
    return asked(input as string, body);
  });
  const broken = vi.fn();
  requests.onBroken(broken);
  const call = async (name: string, body: unknown, method = "PUT") => {
    const path = `${SFU_PREFIX}/sessions/own/${name}?correlationId=m`;
    const response = await requests.fetch(path, { method, body: JSON.stringify(body) });
    return (await response.json()) as unknown;
  };
  return { asked, requests, broken, call };
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("SfuRequests", () => {
  it.each([
    ["a session", `${SFU_PREFIX}/sessions/new?correlationId=m`, undefined],
    ["another address", "/api/session", "{}"],
    ["a push", `${SFU_PREFIX}/sessions/own/tracks/new?x=`, '{"sessionDescription":{},"tracks":[]}'],
    ["a body that it cannot read", `${SFU_PREFIX}/sessions/own/tracks/new?x=`, "[]"],
  ])("leaves %s alone, its failure included", async (_, path, body) => {
    const { asked, requests } = setUp();
    const answer = json({ any: 1 });
    asked.mockResolvedValueOnce(answer);
    expect(await requests.fetch(path, { method: "POST", body })).toBe(answer);
    asked.mockImplementationOnce(offline);
    await expect(requests.fetch(path, { method: "POST", body })).rejects.toThrow("Failed to fetch");
  });

  it("passes on a pull and its answer", async () => {
    const { asked, call } = setUp();
    const answer = { tracks: [{ mid: "1" }], sessionDescription: { type: "offer" } };
    asked.mockResolvedValue(json(answer));
    expect(await call("tracks/new", { tracks: tracks("a") }, "POST")).toEqual(answer);
    expect(asked).toHaveBeenCalledExactlyOnceWith(`${SFU_PREFIX}/sessions/own/tracks/new?correlationId=m`, {
      tracks: tracks("a"),
    });
  });

  it.each([
    ["is not answered", offline, "unreachable"],
    ["is answered by something else", () => Promise.resolve(new Response("<html>")), "unreachable"],
    ["fails as a whole", () => Promise.resolve(json({ errorCode: "session_error" }, 410)), "session_error"],
  ])("lets a pull fail track by track when it %s", async (_, answer, errorCode) => {
    const { asked, call } = setUp();
    asked.mockImplementation(answer);
    expect(await call("tracks/new", { tracks: tracks("a", "b") }, "POST")).toEqual({
      requiresImmediateRenegotiation: false,
      tracks: [
        { sessionId: "s", trackName: "a", mid: "", errorCode },
        { sessionId: "s", trackName: "b", mid: "", errorCode },
      ],
    });
  });

  it("gives an answer that does not get through some more tries", async () => {
    const { asked, call, broken } = setUp();
    asked.mockImplementationOnce(offline).mockImplementationOnce(offline).mockResolvedValueOnce(json({}));
    const answered = vi.fn();
    void call("renegotiate", {}).then(answered);
    await pass(1400);
    expect(answered).not.toHaveBeenCalled();
    await pass(100);
    expect(answered).toHaveBeenCalledWith({});
    expect(asked).toHaveBeenCalledTimes(3);
    expect(broken).not.toHaveBeenCalled();
  });

  it.each([
    ["never gets through", offline, 4],
    ["is refused", () => Promise.resolve(json({ errorCode: "invalid_session_description" }, 406)), 1],
  ])("tells that a session is broken when its answer %s", async (_, answer, tries) => {
    const { asked, call, broken } = setUp();
    asked.mockImplementation(answer);
    const answered = vi.fn();
    void call("renegotiate", {}).then(answered);
    await pass(4000);
    expect(answered).toHaveBeenCalledWith({});
    expect(asked).toHaveBeenCalledTimes(tries);
    expect(broken).toHaveBeenCalledExactlyOnceWith("own");
  });

  it("takes an offer back that closes something, when it is not answered", async () => {
    const { asked, call } = setUp();
    const answer = { sessionDescription: { type: "answer", sdp: "v=0" } };
    asked.mockResolvedValueOnce(json(answer));
    expect(await call("tracks/close", {})).toEqual(answer);
    const rollback = { sessionDescription: { type: "rollback", sdp: "" } };
    asked.mockImplementationOnce(offline);
    expect(await call("tracks/close", {})).toEqual(rollback);
    asked.mockResolvedValueOnce(json({ errorCode: "session_error" }, 410));
    expect(await call("tracks/close", {})).toEqual(rollback);
  });

  it("tells the wishes of one turn together, at most 64 in a request", async () => {
    const { asked, call } = setUp();
    asked.mockImplementation(() => Promise.resolve(json({ tracks: [] })));
    const names = Array.from({ length: 70 }, (_, index) => `t${index}`);
    const answers = names.map((name) => call("tracks/update", { tracks: tracks(name) }));
    expect(await Promise.all(answers)).toHaveLength(70);
    await pass(0);
    expect(asked.mock.calls.map(([, body]) => body)).toEqual([
      { tracks: tracks(...names.slice(0, 64)) },
      { tracks: tracks(...names.slice(64)) },
    ]);
    asked.mockClear();
    asked.mockImplementation(offline);
    expect(await call("tracks/update", { tracks: tracks("a") })).toEqual({});
    await pass(0);
    expect(asked).toHaveBeenCalledTimes(1);
  });
});

describe("the library by way of SfuRequests", () => {
  /** A rejection that nobody handles fails the run of the tests. */
  it("goes on by itself after requests that fail", async () => {
    const { asked, requests } = setUp();
    const connection = new FakeConnection();
    vi.stubGlobal("fetch", requests.fetch);
    vi.stubGlobal("RTCPeerConnection", function () {
      return connection;
    });
    let online = true;
    const pulls = vi.fn();
    asked.mockImplementation((path) => {
      if (!online) return offline();
      if (path.includes("/sessions/new")) return Promise.resolve(json({ sessionId: "own" }, 201));
      pulls();
      const [track] = tracks("t");
      return Promise.resolve(json({ tracks: [{ ...track, mid: "", errorCode: "not_found_track_error" }] }));
    });
    const client = new PartyTracks({ prefix: SFU_PREFIX, iceServers: [], maxApiHistory: 1 });
    const session = client.session$.subscribe();
    await pass(0);
    online = false;
    const [address] = tracks("t") as [{ location: "remote"; sessionId: string; trackName: string }];
    const pull = client
      .pull(of(address), { simulcast: { preferredRid$: new BehaviorSubject<string | undefined>("b") } })
      .subscribe();
    await pass(1000);
    expect(pulls).not.toHaveBeenCalled();
    online = true;
    await pass(2000);
    expect(pulls).toHaveBeenCalled();
    pull.unsubscribe();
    session.unsubscribe();
  });
});
