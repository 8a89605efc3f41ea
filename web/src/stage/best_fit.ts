/**
 * Where the tiles of a call go: pure geometry. Rows of equal height keep people equally large; each tile may
 * take any shape within its range, so that nobody's face is cut and little of the stage stays empty.
 */

export interface Size {
  width: number;
  height: number;
}

export interface Rect extends Size {
  x: number;
  y: number;
}

/** The range of width divided by height that a tile may have. */
export interface Shape {
  min: number;
  max: number;
}

/** A name on a plain ground looks right in any usual camera shape. */
export const plainShape: Shape = { min: 4 / 3, max: 16 / 9 };

/**
 * The sides of a wide picture may be trimmed to 4:3, where a face hardly ever is; above and below nothing is
 * cut, and an upright picture keeps its shape.
 */
export function cameraShape(aspect: number): Shape {
  return { min: Math.min(aspect, plainShape.min), max: aspect };
}

/** A shared screen is shown whole. */
export function screenShape(aspect: number): Shape {
  return { min: aspect, max: aspect };
}

const nothing: Rect = { x: 0, y: 0, width: 0, height: 0 };

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, value) => total + value, 0);
}

/** Splits `count` tiles over `rowCount` rows whose lengths differ by at most one; the longer rows come first or last. */
function rowLengths(count: number, rowCount: number, longerFirst: boolean): number[] {
  const short = Math.floor(count / rowCount);
  const longerRows = count % rowCount;
  return Array.from({ length: rowCount }, (_, row) => {
    const longer = longerFirst ? row < longerRows : row >= rowCount - longerRows;
    return longer ? short + 1 : short;
  });
}

/** The largest equal-height rows in `area`, centred. */
function placeRows(shapes: readonly Shape[], lengths: readonly number[], area: Size, gap: number): Rect[] {
  let start = 0;
  const rows = lengths.map((length) => shapes.slice(start, (start += length)));

  let height = (area.height - gap * (rows.length - 1)) / rows.length;
  for (const row of rows) {
    const narrowest = sum(row.map((shape) => shape.min));
    height = Math.min(height, (area.width - gap * (row.length - 1)) / narrowest);
  }
  if (height <= 0) return shapes.map(() => nothing);

  // All tiles widen by the same share of their range, so that like stays like.
  let widening = 1;
  for (const row of rows) {
    const taken = sum(row.map((shape) => shape.min * height)) + gap * (row.length - 1);
    const growth = sum(row.map((shape) => (shape.max - shape.min) * height));
    if (growth > 0) widening = Math.min(widening, Math.max(0, (area.width - taken) / growth));
  }

  const rects: Rect[] = [];
  let y = (area.height - height * rows.length - gap * (rows.length - 1)) / 2;
  for (const row of rows) {
    const widths = row.map((shape) => height * (shape.min + widening * (shape.max - shape.min)));
    let x = (area.width - sum(widths) - gap * (row.length - 1)) / 2;
    for (const width of widths) {
      rects.push({ x, y, width, height });
      x += width + gap;
    }
    y += height + gap;
  }
  return rects;
}

export function coveredArea(rects: readonly Rect[]): number {
  return sum(rects.map((rect) => rect.width * rect.height));
}

/** The arrangement in rows, of all with about equally long rows, that leaves the least of `area` empty. */
export function fitGrid(shapes: readonly Shape[], area: Size, gap: number): Rect[] {
  let best: Rect[] = [];
  let bestArea = -1;
  for (let rowCount = 1; rowCount <= shapes.length; rowCount++) {
    for (const longerFirst of [true, false]) {
      const rects = placeRows(shapes, rowLengths(shapes.length, rowCount, longerFirst), area, gap);
      const covered = coveredArea(rects);
      // Half a percent more is not worth another order of the tiles.
      if (covered > bestArea * 1.005) {
        best = rects;
        bestArea = covered;
      }
    }
  }
  return best;
}

export interface StageShapes {
  screens: readonly Shape[];
  people: readonly Shape[];
}

export interface StageLayout {
  screens: Rect[];
  people: Rect[];
}

/** What share of the stage is kept from the shared screens for the people beside them. */
const stripShares = [0.16, 0.2, 0.24, 0.28, 0.34, 0.4];

/** A shared screen has to be read, a face only recognised. */
const screenWeight = 3;

function shifted(rects: readonly Rect[], x: number, y: number): Rect[] {
  return rects.map((rect) => ({ ...rect, x: rect.x + x, y: rect.y + y }));
}

function bounds(rects: readonly Rect[]): Rect {
  const x = Math.min(...rects.map((rect) => rect.x));
  const y = Math.min(...rects.map((rect) => rect.y));
  return {
    x,
    y,
    width: Math.max(...rects.map((rect) => rect.x + rect.width)) - x,
    height: Math.max(...rects.map((rect) => rect.y + rect.height)) - y,
  };
}

/** Screens with the people beside them. What the screens leave of their part goes to the people. */
function placeBeside(shapes: StageShapes, area: Size, gap: number, kept: number): StageLayout {
  const main = fitGrid(shapes.screens, { ...area, width: area.width * (1 - kept) - gap }, gap);
  const mainBox = bounds(main);
  const strip = fitGrid(shapes.people, { ...area, width: area.width - mainBox.width - gap }, gap);
  const stripBox = bounds(strip);
  const margin = (area.width - mainBox.width - gap - stripBox.width) / 2;
  return {
    screens: shifted(main, margin - mainBox.x, 0),
    people: shifted(strip, margin + mainBox.width + gap - stripBox.x, 0),
  };
}

/** Screens with the people under them, likewise. */
function placeUnder(shapes: StageShapes, area: Size, gap: number, kept: number): StageLayout {
  const main = fitGrid(shapes.screens, { ...area, height: area.height * (1 - kept) - gap }, gap);
  const mainBox = bounds(main);
  const strip = fitGrid(shapes.people, { ...area, height: area.height - mainBox.height - gap }, gap);
  const stripBox = bounds(strip);
  const margin = (area.height - mainBox.height - gap - stripBox.height) / 2;
  return {
    screens: shifted(main, 0, margin - mainBox.y),
    people: shifted(strip, 0, margin + mainBox.height + gap - stripBox.y),
  };
}

/** People alone fill the stage; beside shared screens they stand in a strip at the right or below. */
export function fitStage({ screens, people }: StageShapes, area: Size, gap: number): StageLayout {
  if (screens.length === 0) return { screens: [], people: fitGrid(people, area, gap) };
  if (people.length === 0) return { screens: fitGrid(screens, area, gap), people: [] };

  let best: StageLayout = { screens: [], people: [] };
  let bestScore = -1;
  for (const kept of stripShares) {
    for (const place of [placeBeside, placeUnder]) {
      const layout = place({ screens, people }, area, gap, kept);
      const score = coveredArea(layout.screens) * screenWeight + coveredArea(layout.people);
      if (score > bestScore) {
        best = layout;
        bestScore = score;
      }
    }
  }
  return best;
}
