import { expect, it } from "vitest";
import { ArrivalWatch } from "./arrival_watch";
import type { MediaKind } from "../media_path";

/** Looks are [second, bytes], or [second] when nothing is expected; the outcome lists the seconds of repairs. */
it.each<[string, MediaKind, [number, number?][], number[]]>([
  [
    "it arrives",
    "camera",
    [
      [0, 1],
      [5, 2],
      [10, 3],
      [15, 4],
    ],
    [],
  ],
  [
    "it never arrives",
    "camera",
    [
      [0, 0],
      [7, 0],
      [8, 0],
    ],
    [8],
  ],
  [
    "it stops arriving",
    "audio",
    [
      [0, 1],
      [5, 2],
      [12, 2],
      [13, 2],
    ],
    [13],
  ],
  [
    "vain repairs become rare",
    "audio",
    [
      [0, 0],
      [8, 0],
      [15, 0],
      [16, 0],
      [24, 0],
      [53, 0],
      [54, 0],
      [113, 0],
      [114, 0],
      [234, 0],
      [354, 0],
    ],
    [8, 16, 24, 54, 114, 234, 354],
  ],
  [
    "progress makes it watchful again",
    "audio",
    [
      [0, 0],
      [8, 0],
      [10, 5],
      [18, 5],
    ],
    [8, 18],
  ],
  [
    "a new connection counts from nothing",
    "audio",
    [
      [0, 900],
      [8, 900],
      [9, 0],
      [10, 0],
      [16, 0],
    ],
    [8, 16],
  ],
  [
    "and its first bytes are progress",
    "audio",
    [
      [0, 900],
      [8, 900],
      [9, 0],
      [10, 40],
      [17, 40],
      [18, 40],
    ],
    [8, 18],
  ],
  ["nothing is expected", "camera", [[0], [10], [20]], []],
  ["the wait begins with the expectation", "camera", [[0, 7], [5], [20, 7], [27, 7], [28, 7]], [28]],
  [
    "a still screen",
    "screen",
    [
      [0, 0],
      [2, 9],
      [60, 9],
      [600, 9],
    ],
    [],
  ],
  [
    "a screen that never came",
    "screen",
    [
      [0, 0],
      [8, 0],
    ],
    [8],
  ],
])("%s", (_, kind, looks, repairs) => {
  const watch = new ArrivalWatch();
  const seconds = looks
    .filter(([second, bytes]) => watch.look(kind, bytes !== undefined, bytes ?? 0, second * 1000) > 0)
    .map(([second]) => second);
  expect(seconds).toEqual(repairs);
});

it("does not count the time in which the link was away", () => {
  const watch = new ArrivalWatch();
  watch.look("audio", true, 0, 0);
  watch.pause(7000);
  expect(watch.look("audio", true, 0, 9000)).toBe(0);
  expect(watch.look("audio", true, 0, 15_000)).toBe(1);
});

it("counts the repairs in a row, until one helps", () => {
  const watch = new ArrivalWatch();
  const count = (second: number, bytes: number) => watch.look("audio", true, bytes, second * 1000);
  expect([count(0, 0), count(8, 0), count(16, 0), count(24, 0)]).toEqual([0, 1, 2, 3]);
  expect([count(25, 9), count(33, 9)]).toEqual([0, 1]);
});
