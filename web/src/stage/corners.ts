import type { Size } from "./best_fit";

/** Where the small own picture may rest. */
export type Corner = "topLeft" | "topRight" | "bottomRight" | "bottomLeft";

const clockwise: readonly Corner[] = ["topLeft", "topRight", "bottomRight", "bottomLeft"];

export function isCorner(value: string | null): value is Corner {
  return clockwise.some((corner) => corner === value);
}

export function nextCorner(corner: Corner): Corner {
  return clockwise[(clockwise.indexOf(corner) + 1) % clockwise.length] ?? corner;
}

function isLeft(corner: Corner): boolean {
  return corner === "topLeft" || corner === "bottomLeft";
}

function isTop(corner: Corner): boolean {
  return corner === "topLeft" || corner === "topRight";
}

function cornerOf(left: boolean, top: boolean): Corner {
  if (top) return left ? "topLeft" : "topRight";
  return left ? "bottomLeft" : "bottomRight";
}

/** The corner that an arrow key leads to; undefined for any other key. */
export function cornerByKey(corner: Corner, key: string): Corner | undefined {
  switch (key) {
    case "ArrowLeft":
      return cornerOf(true, isTop(corner));
    case "ArrowRight":
      return cornerOf(false, isTop(corner));
    case "ArrowUp":
      return cornerOf(isLeft(corner), true);
    case "ArrowDown":
      return cornerOf(isLeft(corner), false);
    default:
      return undefined;
  }
}

export interface Insets {
  side: number;
  top: number;
  bottom: number;
}

export interface Point {
  x: number;
  y: number;
}

/** The upper left point of a box of `size` that rests in `corner` of `area`. */
export function cornerPosition(corner: Corner, size: Size, area: Size, insets: Insets): Point {
  return {
    x: isLeft(corner) ? insets.side : area.width - size.width - insets.side,
    y: isTop(corner) ? insets.top : area.height - size.height - insets.bottom,
  };
}

/** The corner nearest to where a box of `size` was let go. */
export function nearestCorner(position: Point, size: Size, area: Size): Corner {
  const left = position.x + size.width / 2 < area.width / 2;
  const top = position.y + size.height / 2 < area.height / 2;
  return cornerOf(left, top);
}
