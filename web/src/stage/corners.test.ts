import { describe, expect, it } from "vitest";
import { cornerByKey, cornerPosition, isCorner, nearestCorner, nextCorner, type Corner } from "./corners";

const area = { width: 1000, height: 600 };
const size = { width: 200, height: 100 };

describe("corners", () => {
  it("go round in four steps", () => {
    let corner: Corner = "topLeft";
    const seen = new Set<Corner>();
    for (let step = 0; step < 4; step++) {
      seen.add(corner);
      corner = nextCorner(corner);
    }
    expect(seen.size).toBe(4);
    expect(corner).toBe("topLeft");
  });

  it("follow the arrow keys and nothing else", () => {
    expect(cornerByKey("bottomRight", "ArrowUp")).toBe("topRight");
    expect(cornerByKey("bottomRight", "ArrowLeft")).toBe("bottomLeft");
    expect(cornerByKey("topLeft", "ArrowUp")).toBe("topLeft");
    expect(cornerByKey("topLeft", "Enter")).toBeUndefined();
  });

  it("are recognised when remembered", () => {
    expect(isCorner("bottomLeft")).toBe(true);
    expect(isCorner("middle")).toBe(false);
    expect(isCorner(null)).toBe(false);
  });

  it("keep the insets, and a box that is dropped finds the nearest", () => {
    const insets = { side: 16, top: 64, bottom: 88 };
    const position = cornerPosition("bottomRight", size, area, insets);
    expect(position).toEqual({ x: 784, y: 412 });
    expect(nearestCorner(position, size, area)).toBe("bottomRight");
    expect(nearestCorner({ x: 10, y: 20 }, size, area)).toBe("topLeft");
  });
});
