// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { MediaConnection } from "../media_path";
import { StatisticsHistory } from "./statistics_history";
import { StatisticsSampler } from "./statistics_sampler";
import { asReport, chromiumPair } from "./testing/reports";

let visibility: DocumentVisibilityState = "visible";

function setVisibility(state: DocumentVisibilityState): void {
  visibility = state;
  document.dispatchEvent(new Event("visibilitychange"));
}

function setUp() {
  const getStats = vi.fn(() => Promise.resolve(asReport(chromiumPair)));
  const connections: MediaConnection[] = [
    { path: "p2p", peer: "bulat", getStats, describe: () => ({ id: "bulat", kind: "camera" }) },
  ];
  const sampler = new StatisticsSampler(() => connections, new StatisticsHistory("me"));
  const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);
  return { getStats, connections, sampler, pass };
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(document, "visibilityState", "get").mockImplementation(() => visibility);
  visibility = "visible";
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("StatisticsSampler", () => {
  it("does nothing while nobody listens", async () => {
    const { getStats, sampler, pass } = setUp();
    await pass(10_000);
    sampler.refresh();
    expect(getStats).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("looks at once and then every second, until the last listener has gone", async () => {
    const { getStats, sampler, pass } = setUp();
    const listener = vi.fn();
    const end = sampler.on(listener, "live");
    await pass(0);
    expect(listener).toHaveBeenCalledOnce();
    await pass(5000);
    expect(listener).toHaveBeenCalledTimes(6);
    end();
    await pass(5000);
    expect(getStats).toHaveBeenCalledTimes(6);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("is calmer for a sign, and tells it too what it finds for a graph", async () => {
    const { sampler, pass } = setUp();
    const sign = vi.fn();
    sampler.on(sign, "calm");
    await pass(6000);
    expect(sign).toHaveBeenCalledTimes(3);
    const end = sampler.on(vi.fn(), "live");
    await pass(2000);
    expect(sign).toHaveBeenCalledTimes(6);
    end();
    await pass(2999);
    expect(sign).toHaveBeenCalledTimes(7);
  });

  it("rests while the page is hidden", async () => {
    const { getStats, sampler, pass } = setUp();
    sampler.on(vi.fn(), "live");
    await pass(0);
    setVisibility("hidden");
    await pass(10_000);
    expect(getStats).toHaveBeenCalledOnce();
    setVisibility("visible");
    await pass(0);
    expect(getStats).toHaveBeenCalledTimes(2);
  });

  it("looks early when something has changed, and not more often than every second", async () => {
    const { getStats, sampler, pass } = setUp();
    sampler.on(vi.fn(), "calm");
    await pass(500);
    sampler.refresh();
    expect(getStats).toHaveBeenCalledOnce();
    await pass(1000);
    sampler.refresh();
    sampler.refresh();
    expect(getStats).toHaveBeenCalledTimes(2);
  });

  it("waits for a slow browser, and does without a connection that has ended", async () => {
    const { getStats, connections, sampler, pass } = setUp();
    const ended = vi.fn(() => Promise.reject(new Error("closed")));
    connections.push({ path: "p2p", peer: "aigul", getStats: ended, describe: () => undefined });
    let answer: (report: RTCStatsReport) => void = () => undefined;
    getStats.mockImplementationOnce(() => new Promise((resolve) => (answer = resolve)));
    const listener = vi.fn();
    sampler.on(listener, "live");
    await pass(3000);
    expect(getStats).toHaveBeenCalledOnce();
    answer(asReport(chromiumPair));
    await pass(0);
    expect(listener).toHaveBeenCalledOnce();
    expect(listener).toHaveBeenLastCalledWith(
      expect.objectContaining({ connections: [expect.objectContaining({ peer: "bulat" })] }),
    );
  });

  it("says nothing after the end of the call", async () => {
    const { sampler, pass } = setUp();
    const listener = vi.fn();
    sampler.on(listener, "live");
    sampler.close();
    await pass(5000);
    expect(listener).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });
});
