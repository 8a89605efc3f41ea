import { describe, expect, it } from "vitest";
import {
  cameraShape,
  coveredArea,
  fitGrid,
  fitStage,
  plainShape,
  screenShape,
  type Rect,
  type Shape,
  type Size,
} from "./best_fit";

const phone: Size = { width: 344, height: 624 };
const phoneAcross: Size = { width: 624, height: 344 };
const laptop: Size = { width: 1350, height: 752 };
const wide: Size = { width: 2544, height: 1064 };
const sizes: [string, Size][] = [
  ["a phone", phone],
  ["a phone held across", phoneAcross],
  ["a laptop", laptop],
  ["a wide screen", wide],
];
const gap = 8;
const slack = 0.01;

function repeat(shape: Shape, count: number): Shape[] {
  return Array.from({ length: count }, () => shape);
}

function expectInside(rects: readonly Rect[], area: Size): void {
  for (const rect of rects) {
    expect(rect.x).toBeGreaterThanOrEqual(-slack);
    expect(rect.y).toBeGreaterThanOrEqual(-slack);
    expect(rect.x + rect.width).toBeLessThanOrEqual(area.width + slack);
    expect(rect.y + rect.height).toBeLessThanOrEqual(area.height + slack);
  }
}

function expectApart(rects: readonly Rect[]): void {
  rects.forEach((a, index) => {
    for (const b of rects.slice(index + 1)) {
      const apart =
        a.x + a.width <= b.x + slack ||
        b.x + b.width <= a.x + slack ||
        a.y + a.height <= b.y + slack ||
        b.y + b.height <= a.y + slack;
      expect(apart).toBe(true);
    }
  });
}

function expectShapes(rects: readonly Rect[], shapes: readonly Shape[]): void {
  rects.forEach((rect, index) => {
    const shape = shapes[index];
    expect(rect.width / rect.height).toBeGreaterThanOrEqual((shape?.min ?? 0) - slack);
    expect(rect.width / rect.height).toBeLessThanOrEqual((shape?.max ?? 0) + slack);
  });
}

function rowCount(rects: readonly Rect[]): number {
  return new Set(rects.map((rect) => Math.round(rect.y))).size;
}

describe("fitGrid", () => {
  describe.each(sizes)("on %s", (_, area) => {
    it.each([1, 2, 3, 4, 5, 9, 30])("keeps %i tiles inside, apart and in shape", (count) => {
      const shapes = repeat(cameraShape(16 / 9), count);
      const rects = fitGrid(shapes, area, gap);
      expect(rects).toHaveLength(count);
      expectInside(rects, area);
      expectApart(rects);
      expectShapes(rects, shapes);
    });

    it("keeps upright and wide cameras in shape beside each other", () => {
      const shapes = [cameraShape(16 / 9), cameraShape(9 / 16), plainShape];
      const rects = fitGrid(shapes, area, gap);
      expectInside(rects, area);
      expectApart(rects);
      expectShapes(rects, shapes);
    });
  });

  it("gives equal people equal tiles", () => {
    for (const [, area] of sizes) {
      const rects = fitGrid(repeat(plainShape, 3), area, gap);
      expect(new Set(rects.map((rect) => `${rect.width.toFixed(2)} ${rect.height.toFixed(2)}`)).size).toBe(1);
    }
  });

  it("stacks two on a phone and sets them side by side when it is held across", () => {
    expect(rowCount(fitGrid(repeat(plainShape, 2), phone, gap))).toBe(2);
    expect(rowCount(fitGrid(repeat(plainShape, 2), phoneAcross, gap))).toBe(1);
  });

  it("makes a square of four on a laptop and a row of three on a wide screen", () => {
    expect(rowCount(fitGrid(repeat(plainShape, 4), laptop, gap))).toBe(2);
    expect(rowCount(fitGrid(repeat(plainShape, 3), wide, gap))).toBe(1);
  });

  it.each([1, 2, 3, 4])("leaves little of a laptop empty with %i people", (count) => {
    const rects = fitGrid(repeat(plainShape, count), laptop, gap);
    expect(coveredArea(rects) / (laptop.width * laptop.height)).toBeGreaterThan(0.65);
  });

  it("gives an upright phone picture the whole height of a phone", () => {
    const [rect] = fitGrid([cameraShape(9 / 16)], phone, gap);
    expect(rect?.height).toBeGreaterThan(600);
  });

  it("returns nothing for nobody, and empty tiles where there is no room", () => {
    expect(fitGrid([], laptop, gap)).toEqual([]);
    expect(coveredArea(fitGrid(repeat(plainShape, 3), { width: 0, height: 0 }, gap))).toBe(0);
  });
});

describe("fitStage", () => {
  describe.each(sizes)("on %s", (_, area) => {
    it.each([
      [1, 1],
      [1, 3],
      [2, 3],
      [4, 3],
    ])("keeps %i screens and %i people inside and apart", (screens, people) => {
      const layout = fitStage(
        { screens: repeat(screenShape(16 / 10), screens), people: repeat(plainShape, people) },
        area,
        gap,
      );
      const all = [...layout.screens, ...layout.people];
      expect(all).toHaveLength(screens + people);
      expectInside(all, area);
      expectApart(all);
    });

    it("gives a shared screen more room than any person", () => {
      const layout = fitStage({ screens: [screenShape(16 / 9)], people: repeat(plainShape, 3) }, area, gap);
      const largest = Math.max(...layout.people.map((rect) => coveredArea([rect])));
      expect(coveredArea(layout.screens)).toBeGreaterThan(largest * 2);
    });
  });

  it("puts people at the right of a screen on a laptop and below it on a phone", () => {
    const shapes = { screens: [screenShape(16 / 9)], people: repeat(plainShape, 2) };
    const onLaptop = fitStage(shapes, laptop, gap);
    const onPhone = fitStage(shapes, phone, gap);
    expect(onLaptop.people[0]?.x).toBeGreaterThan(onLaptop.screens[0]?.width ?? Infinity);
    expect(onPhone.people[0]?.y).toBeGreaterThan(onPhone.screens[0]?.height ?? Infinity);
  });
});
