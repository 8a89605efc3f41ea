import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ToastQueue } from "./toast_queue";

describe("ToastQueue", () => {
  let queue: ToastQueue;
  const texts = () => queue.getSnapshot().map((toast) => toast.text);

  beforeEach(() => {
    vi.useFakeTimers();
    queue = new ToastQueue();
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  it("shows a toast for four seconds, and for eight when there is something to press", () => {
    queue.show({ text: "read" });
    queue.show({ text: "press", action: { label: "ok", run: () => undefined } });
    vi.advanceTimersByTime(4_000);
    expect(texts()).toEqual(["press"]);
    vi.advanceTimersByTime(4_000);
    expect(texts()).toEqual([]);
  });

  it("keeps the last three", () => {
    for (const text of ["1", "2", "3", "4"]) queue.show({ text });
    expect(texts()).toEqual(["2", "3", "4"]);
  });

  it("counts only what is visible", () => {
    for (const text of ["1", "2", "3"]) queue.show({ text });
    queue.show({ text: "said", spoken: true });
    expect(texts()).toEqual(["1", "2", "3", "said"]);
    queue.show({ text: "4" });
    expect(texts()).toEqual(["2", "3", "said", "4"]);
  });

  it("replaces a toast of the same topic and ends it", () => {
    queue.show({ text: "lost", topic: "server", sticky: true });
    queue.show({ text: "back", topic: "server", sticky: true });
    vi.advanceTimersByTime(60_000);
    expect(texts()).toEqual(["back"]);
    queue.end("server");
    expect(texts()).toEqual([]);
  });

  it("waits while paused", () => {
    queue.show({ text: "read" });
    queue.pause();
    vi.advanceTimersByTime(60_000);
    expect(texts()).toEqual(["read"]);
    queue.resume();
    vi.advanceTimersByTime(4_000);
    expect(texts()).toEqual([]);
  });

  it("tells of each change once", () => {
    const listener = vi.fn();
    const unsubscribe = queue.subscribe(listener);
    queue.show({ text: "a" });
    unsubscribe();
    queue.show({ text: "b" });
    expect(listener).toHaveBeenCalledTimes(1);
  });
});
