import { expect, it } from "vitest";
import type { TileHeights } from "../media_path";
import { ShownTiles } from "./shown_tiles";

const tiles = (...entries: [string, TileHeights][]) => new Map(entries);

it("wants what is on the stage", () => {
  const shown = new ShownTiles();
  shown.update(tiles(["a", { camera: 700 }], ["b", { camera: 100, screen: 900 }]), 0);
  expect(shown.wants("a", "camera")).toBe(true);
  expect(shown.wants("a", "screen")).toBe(false);
  expect(shown.wants("b", "screen")).toBe(true);
  expect(shown.wants("c", "camera")).toBe(false);
  expect(shown.deadline).toBeUndefined();
});

it("forgets a tile two seconds after it was seen last", () => {
  const shown = new ShownTiles();
  shown.update(tiles(["a", { camera: 700 }]), 0);
  shown.update(tiles(), 1000);
  shown.update(tiles(), 2000);
  expect(shown.deadline).toBe(3000);
  shown.forget(2999);
  expect(shown.wants("a", "camera")).toBe(true);
  shown.forget(3000);
  expect(shown.wants("a", "camera")).toBe(false);
  expect(shown.deadline).toBeUndefined();
});

it("keeps a tile that comes back in time", () => {
  const shown = new ShownTiles();
  shown.update(tiles(["a", { camera: 700 }]), 0);
  shown.update(tiles(), 1000);
  shown.update(tiles(["a", { camera: 700 }]), 2000);
  shown.forget(10_000);
  expect(shown.wants("a", "camera")).toBe(true);
});

it.each([
  ["a large tile", [500], ""],
  ["a small tile", [300], "b"],
  ["between the limits, from the beginning", [400], "b"],
  ["between the limits, from above", [500, 400], ""],
  ["between the limits, from below", [300, 400], "b"],
  ["over both limits", [300, 420], ""],
  ["under both limits", [500, 379], "b"],
])("prefers a size: %s", (_, heights, rid) => {
  const shown = new ShownTiles();
  for (const height of heights) shown.update(tiles(["a", { camera: height }]), 0);
  expect(shown.rid("a")).toBe(rid);
});
