import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { IceServerSource, type IceServerList } from "./ice_server_source";

const known = [{ urls: "stun:known" }];
const listOf = (name: string, ttl = 100): IceServerList => ({ iceServers: [{ urls: name }], ttl });

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

it("asks once for all connections of half a life, and then again", async () => {
  const ask = vi.fn<() => Promise<IceServerList>>();
  ask.mockResolvedValueOnce(listOf("turn:a")).mockResolvedValueOnce(listOf("turn:b"));
  const source = new IceServerSource(known, ask);
  expect(await source.get()).toEqual([{ urls: "turn:a" }]);
  vi.advanceTimersByTime(49_999);
  expect(await source.get()).toEqual([{ urls: "turn:a" }]);
  expect(ask).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(1);
  expect(await source.get()).toEqual([{ urls: "turn:b" }]);
  expect(ask).toHaveBeenCalledTimes(2);
});

it("lets connections that are made meanwhile wait for the same answer", async () => {
  let resolve: (list: IceServerList) => void = () => undefined;
  const promise = new Promise<IceServerList>((given) => (resolve = given));
  const ask = vi.fn(() => promise);
  const source = new IceServerSource(known, ask);
  const both = Promise.all([source.get(), source.get()]);
  resolve(listOf("turn:a"));
  expect(await both).toEqual([[{ urls: "turn:a" }], [{ urls: "turn:a" }]]);
  expect(ask).toHaveBeenCalledTimes(1);
});

it("goes on with what is known when there is no answer, and asks for the next connection", async () => {
  const ask = vi.fn<() => Promise<IceServerList>>();
  ask.mockRejectedValueOnce(new Error("down"));
  ask.mockResolvedValueOnce(listOf("turn:a"));
  ask.mockRejectedValueOnce(new Error("down"));
  const source = new IceServerSource(known, ask);
  expect(await source.get()).toEqual(known);
  expect(await source.get()).toEqual([{ urls: "turn:a" }]);
  vi.advanceTimersByTime(50_000);
  expect(await source.get()).toEqual([{ urls: "turn:a" }]);
  expect(ask).toHaveBeenCalledTimes(3);
});
