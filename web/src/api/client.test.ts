import { afterEach, expect, it, vi } from "vitest";
import { ApiError, fetchConfig, fetchIceServers, fetchSession, reportRefresh } from "./client";

function answer(body: string, status = 200): void {
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(body, { status, statusText: "Text" })));
}

afterEach(() => {
  vi.unstubAllGlobals();
});

it.each([
  ['{"username":"Айгуль","source":"cookie"}', { username: "Айгуль", source: "cookie" }],
  ['{"username":"a@b","source":"header"}', { username: "a@b", source: "header" }],
  ['{"username":null,"source":null}', { username: null, source: null }],
  ['{"username":5,"source":"elsewhere"}', { username: null, source: null }],
])("reads the session %s", async (body, session) => {
  answer(body);
  expect(await fetchSession()).toEqual(session);
});

it("reads the configuration", async () => {
  const iceServers = [
    { urls: "stun:stun.example" },
    { urls: ["turn:turn.example"], username: "u", credential: "c" },
  ];
  const config = {
    version: "1",
    iceServers,
    maxWebcamBitrate: 1,
    maxWebcamFramerate: 2,
    maxWebcamQualityLevel: 3,
    hasFeedback: true,
    maxApiHistory: 7,
    traceLink: "https://trace.example",
    hasUserDirectory: true,
    hasAi: true,
  };
  answer(JSON.stringify(config));
  expect(await fetchConfig()).toEqual(config);
});

it("takes the defaults for what the configuration lacks or has wrong", async () => {
  answer(
    '{"iceServers":[{"urls":7},null,"stun:x"],"maxWebcamBitrate":"fast","maxWebcamFramerate":-1,"hasFeedback":"yes"}',
  );
  expect(await fetchConfig()).toEqual({
    version: "",
    iceServers: [],
    maxWebcamBitrate: 2_500_000,
    maxWebcamFramerate: 24,
    maxWebcamQualityLevel: 1080,
    hasFeedback: false,
    maxApiHistory: 100,
    traceLink: "",
    hasUserDirectory: false,
    hasAi: false,
  });
});

it("asks for the ICE servers of a meeting", async () => {
  const asked = vi.fn<typeof fetch>(() =>
    Promise.resolve(
      new Response('{"iceServers":[{"urls":["turn:a"],"username":"u","credential":"c"},7],"ttl":90}'),
    ),
  );
  vi.stubGlobal("fetch", asked);
  expect(await fetchIceServers("a b")).toEqual({
    iceServers: [{ urls: ["turn:a"], username: "u", credential: "c" }],
    ttl: 90,
  });
  expect(asked.mock.lastCall?.[0]).toBe("/api/ice-servers?correlationId=a+b");
  answer("{}");
  expect(await fetchIceServers("")).toEqual({ iceServers: [], ttl: 60 });
});

it.each([
  ['{"error":{"code":"too_many","message":"Later."}}', 429, "too_many", "Later."],
  ["<html>Bad gateway</html>", 502, "http_502", "Text"],
  ['{"error":"x"}', 400, "http_400", "Text"],
  ["[]", 200, "bad_answer", "/api/session is not a JSON object"],
])("tells what went wrong by %s", async (body, status, code, message) => {
  answer(body, status);
  const error = await fetchSession().catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({ status, code, message });
});

it("reports a reload without reading the answer", async () => {
  answer("", 201);
  await expect(reportRefresh()).resolves.toBeUndefined();
});
