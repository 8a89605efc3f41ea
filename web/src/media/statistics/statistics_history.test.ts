import { describe, expect, it } from "vitest";
import type { ConnectionFigures } from "../../call/types";
import { StatisticsHistory } from "./statistics_history";
import type { StreamTotals } from "./stream_totals";

const pairConnection: Omit<ConnectionFigures, "lossPercent"> = {
  path: "p2p",
  peer: "bulat",
  established: true,
  route: "direct",
  protocol: "udp",
  family: "IPv4",
  roundTripMs: 12,
  encryption: {},
};
const sfuConnection = { ...pairConnection, path: "sfu", peer: undefined, route: "sfu" } as const;

function stream(second: number, change: Partial<StreamTotals> = {}): StreamTotals {
  return {
    key: "p2p bulat 1",
    id: "bulat",
    kind: "camera",
    direction: "in",
    at: second * 1000,
    bytes: second * 100_000,
    packets: second * 100,
    lost: 0,
    frozenSeconds: 0,
    frames: second * 25,
    size: { width: 1280, height: 720 },
    framesPerSecond: 25,
    ...change,
  };
}

/** Looks once a second, at what `streamsAt` makes of the second. */
function watch(
  seconds: number,
  streamsAt: (second: number) => StreamTotals[],
  connection: Omit<ConnectionFigures, "lossPercent"> = pairConnection,
) {
  const history = new StatisticsHistory("me");
  let statistics = history.add([], 0);
  for (let second = 1; second <= seconds; second += 1) {
    statistics = history.add([{ connection, streams: streamsAt(second) }], second * 1000);
  }
  const person = (id: string) => statistics.people.find((one) => one.id === id);
  return { statistics, person, now: (id: string) => person(id)?.history.at(-1) };
}

describe("StatisticsHistory", () => {
  it("has no rates at the first look, because the totals may be of hours", () => {
    const { now, person } = watch(1, (second) => [stream(second + 3600)]);
    expect(now("bulat")).toEqual({
      at: 1000,
      bitrate: undefined,
      lossPercent: undefined,
      roundTripMs: 12,
      framesPerSecond: 25,
      frozen: undefined,
    });
    expect(person("bulat")?.pictures).toEqual([
      { kind: "camera", width: 1280, height: 720, framesPerSecond: 25, layer: undefined },
    ]);
  });

  it("adds up what arrives from one person", () => {
    const { now } = watch(2, (second) => [
      stream(second),
      stream(second, { key: "p2p bulat 2", kind: "audio", bytes: second * 5000, size: undefined }),
    ]);
    expect(now("bulat")?.bitrate).toBe(840_000);
  });

  it("measures by the clock of the statistics and not by that of the looks", () => {
    const { now } = watch(2, (second) => [stream(second, { at: second * 2000 })]);
    expect(now("bulat")?.bitrate).toBe(400_000);
  });

  it("says nothing of a stream whose counters began anew, and goes on from there", () => {
    const reset = (second: number) => [stream(second < 3 ? second + 100 : second - 2)];
    expect(watch(3, reset).now("bulat")?.bitrate).toBeUndefined();
    expect(watch(4, reset).now("bulat")?.bitrate).toBe(800_000);
  });

  it("says nothing when the browser gives the same report again", () => {
    expect(watch(2, () => [stream(1)]).now("bulat")?.bitrate).toBeUndefined();
  });

  it("tells the loss of the last five seconds", () => {
    const lossy = (second: number) => [stream(second, { lost: second < 3 ? 0 : 25 })];
    expect(watch(2, lossy).now("bulat")?.lossPercent).toBe(0);
    // 25 lost of 200 that arrived and these.
    const burst = watch(3, lossy);
    expect(burst.now("bulat")?.lossPercent).toBeCloseTo((25 / 225) * 100);
    expect(burst.statistics.connections[0]?.lossPercent).toBeCloseTo((25 / 225) * 100);
    expect(watch(7, lossy).now("bulat")?.lossPercent).toBeCloseTo((25 / 525) * 100);
    expect(watch(8, lossy).now("bulat")?.lossPercent).toBe(0);
  });

  it("takes back no loss when a late packet makes the total smaller", () => {
    expect(watch(3, (second) => [stream(second, { lost: 10 - second })]).now("bulat")?.lossPercent).toBe(0);
  });

  it("does not judge a line by a few packets", () => {
    const sparse = (second: number) => [stream(second, { packets: second, lost: second })];
    expect(watch(4, sparse).now("bulat")?.lossPercent).toBeUndefined();
  });

  it("tells of what we send by what the others report of it", () => {
    const { now, statistics } = watch(2, (second) => [
      stream(second, { id: "me", direction: "out", lost: second * 10 }),
    ]);
    expect(now("me")).toMatchObject({ bitrate: 800_000, lossPercent: 10, roundTripMs: 12 });
    expect(statistics.connections[0]?.lossPercent).toBeUndefined();
  });

  it("counts frames where the browser does not say how many there are in a second", () => {
    const { person } = watch(2, (second) => [stream(second, { framesPerSecond: undefined })]);
    expect(person("bulat")?.pictures[0]?.framesPerSecond).toBe(25);
  });

  it("has no picture of a stream that rests", () => {
    const resting = (change: Partial<StreamTotals>) => (second: number) => [stream(second, change)];
    expect(watch(2, resting({ framesPerSecond: 0 })).person("bulat")?.pictures).toEqual([]);
    expect(watch(2, resting({ framesPerSecond: undefined, frames: 100 })).person("bulat")?.pictures).toEqual(
      [],
    );
  });

  it("tells how long a picture stood still", () => {
    const { now } = watch(2, (second) => [stream(second, { frozenSeconds: second === 2 ? 0.4 : 0 })]);
    expect(now("bulat")?.frozen).toBeCloseTo(0.4);
  });

  it("knows the layers that we send by their names, the larger one first", () => {
    const own = { id: "me", direction: "out" } as const;
    const { person } = watch(
      2,
      (second) => [
        stream(second, { ...own, key: "sfu  2", rid: "b", size: { width: 640, height: 360 } }),
        stream(second, { ...own, key: "sfu  1", rid: "a" }),
      ],
      sfuConnection,
    );
    expect(person("me")?.pictures.map(({ height, layer }) => [height, layer])).toEqual([
      [720, "high"],
      [360, "low"],
    ]);
  });

  it("tells the layer that we get only once it has seen the other one", () => {
    const layer = (heights: readonly number[], connection: typeof sfuConnection | typeof pairConnection) =>
      watch(
        heights.length,
        (second) => {
          const height = heights[second - 1] ?? 0;
          return [stream(second, { key: `${connection.path} 1`, size: { width: height * 2, height } })];
        },
        connection,
      ).person("bulat")?.pictures[0]?.layer;
    expect(layer([360], sfuConnection)).toBeUndefined();
    expect(layer([360, 720], sfuConnection)).toBe("high");
    expect(layer([360, 720, 360], sfuConnection)).toBe("low");
    // Between browsers a smaller picture is no layer.
    expect(layer([720, 360], pairConnection)).toBeUndefined();
  });

  it("tells our picture once, although it goes to every person by itself", () => {
    const { person, now } = watch(2, (second) => [
      stream(second, { id: "me", direction: "out", key: "p2p bulat o", size: { width: 640, height: 360 } }),
      stream(second, { id: "me", direction: "out", key: "p2p aigul o" }),
    ]);
    expect(person("me")?.pictures.map(({ height }) => height)).toEqual([720]);
    expect(now("me")?.bitrate).toBe(1_600_000);
  });

  it("knows no round trip to a person behind an SFU, only ours to it", () => {
    const { now } = watch(
      2,
      (second) => [stream(second), stream(second, { id: "me", direction: "out", key: "o" })],
      sfuConnection,
    );
    expect(now("bulat")?.roundTripMs).toBeUndefined();
    expect(now("me")?.roundTripMs).toBe(12);
  });

  it("keeps the last minute, in snapshots that do not change", () => {
    const history = new StatisticsHistory("me");
    const look = (second: number) =>
      history.add([{ connection: pairConnection, streams: [stream(second)] }], second * 1000);
    const first = look(1);
    for (let second = 2; second <= 100; second += 1) look(second);
    const last = look(101);
    expect(first.people[0]?.history).toHaveLength(1);
    expect(last.people[0]?.history).toHaveLength(60);
    expect(last.people[0]?.history[0]?.at).toBe(42_000);
    // After a pause the old minute is over.
    expect(look(200).people[0]?.history.map(({ at }) => at)).toEqual([200_000]);
  });

  it("does not tell of people of whom there is nothing", () => {
    expect(watch(2, () => []).statistics.people).toEqual([]);
  });
});
