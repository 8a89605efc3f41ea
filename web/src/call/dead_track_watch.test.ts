import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { MediaConnection, MediaKind } from "../media/media_path";
import { DeadTrackWatch } from "./dead_track_watch";

interface Stream {
  id: string;
  kind: MediaKind;
  bytes: number;
  direction?: "inbound-rtp" | "outbound-rtp";
}

let streams: Stream[] = [];
let established = true;
let sends: Record<MediaKind, boolean> = { audio: true, camera: true, screen: true };
const found = vi.fn();
let watch: DeadTrackWatch;

/** What a browser tells of `streams`; an m-section's name is the stream's place among them. */
function report(): RTCStatsReport {
  const entries: Record<string, unknown>[] = streams.map(({ bytes, direction = "inbound-rtp" }, index) => ({
    id: `s${index}`,
    type: direction,
    mid: String(index),
    timestamp: Date.now(),
    bytesReceived: bytes,
  }));
  if (established) {
    entries.push({ id: "t", type: "transport", selectedCandidatePairId: "p" });
    entries.push({ id: "p", type: "candidate-pair", state: "succeeded" });
  }
  return new Map(entries.map((entry) => [entry.id, entry])) as unknown as RTCStatsReport;
}

const connection: MediaConnection = {
  path: "sfu",
  getStats: () => Promise.resolve(report()),
  describe: (mid) => streams[Number(mid)],
};

async function pass(seconds: number, eachSecond: () => void = () => undefined): Promise<void> {
  for (let second = 0; second < seconds; second += 1) {
    eachSecond();
    await vi.advanceTimersByTimeAsync(1000);
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  streams = [{ id: "bulat", kind: "audio", bytes: 100 }];
  established = true;
  sends = { audio: true, camera: true, screen: true };
  found.mockClear();
  watch = new DeadTrackWatch({
    connections: () => [connection],
    expected: () => [{ id: "bulat", sends }],
    found,
  });
});

afterEach(() => {
  watch.close();
  vi.useRealTimers();
});

it("tells once of a track that stopped ten seconds ago", async () => {
  await pass(8);
  expect(found).not.toHaveBeenCalled();
  await pass(8);
  expect(found).toHaveBeenCalledExactlyOnceWith("bulat", "audio");
  await pass(60);
  expect(found).toHaveBeenCalledOnce();
});

it("does not tell again of a track that came and stopped once more", async () => {
  await pass(14);
  streams = [{ id: "bulat", kind: "audio", bytes: 101 }];
  await pass(30);
  expect(found).toHaveBeenCalledOnce();
});

it("is content with what flows, however little", async () => {
  let second = 0;
  await pass(60, () => {
    second += 1;
    streams = [{ id: "bulat", kind: "audio", bytes: Math.floor(second / 8) }];
  });
  expect(found).not.toHaveBeenCalled();
});

it.each<[string, () => void]>([
  ["what nobody says they send", () => (sends = { ...sends, audio: false })],
  ["what goes out", () => (streams = [{ id: "bulat", kind: "audio", bytes: 0, direction: "outbound-rtp" }])],
  ["who is not there", () => (streams = [{ id: "salavat", kind: "audio", bytes: 0 }])],
  ["a lost connection", () => (established = false)],
  ["a screen on which nothing moves", () => (streams = [{ id: "bulat", kind: "screen", bytes: 100 }])],
])("is not about %s", async (_, arrange) => {
  arrange();
  await pass(60);
  expect(found).not.toHaveBeenCalled();
});

it("waits anew after a time in which nothing was expected", async () => {
  await pass(8);
  sends = { ...sends, audio: false };
  await pass(4);
  sends = { ...sends, audio: true };
  await pass(8);
  expect(found).not.toHaveBeenCalled();
  await pass(8);
  expect(found).toHaveBeenCalledOnce();
});

it("tells of each kind", async () => {
  streams = [
    { id: "bulat", kind: "audio", bytes: 0 },
    { id: "bulat", kind: "camera", bytes: 0 },
    { id: "bulat", kind: "screen", bytes: 0 },
  ];
  await pass(16);
  expect(found.mock.calls).toEqual([
    ["bulat", "audio"],
    ["bulat", "camera"],
    ["bulat", "screen"],
  ]);
});

it("stops when it is closed", async () => {
  watch.close();
  await pass(60);
  expect(found).not.toHaveBeenCalled();
});
