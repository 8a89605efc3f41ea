import { expect, it } from "vitest";
import { loudestMoment, visibleLevel } from "./level_meter";

it.each([
  [0, 0],
  [0.001, 0],
  [0.1, 0.75],
  [0.316_23, 1],
  [1, 1],
])("an amplitude of %f is shown as %f", (amplitude, level) => {
  expect(visibleLevel(amplitude)).toBeCloseTo(level, 4);
});

it("finds a short loud moment in a long quiet time", () => {
  const samples = new Float32Array(2048).fill(0.01);
  expect(loudestMoment(samples)).toBeCloseTo(0.01);
  samples.fill(-0.5, 640, 672);
  expect(loudestMoment(samples)).toBeCloseTo(0.5);
});
