import { expect, it } from "vitest";
import { combinePermissions } from "./permission";

it.each([
  ["granted", "granted", "granted"],
  ["granted", "denied", "granted"],
  ["denied", "granted", "granted"],
  ["prompt", "granted", "prompt"],
  ["denied", "prompt", "prompt"],
  ["denied", "denied", "denied"],
] as const)("camera %s and microphone %s are %s together", (camera, microphone, together) => {
  expect(combinePermissions(camera, microphone)).toBe(together);
});
