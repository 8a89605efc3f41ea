// @vitest-environment jsdom
import { afterEach, expect, it, vi } from "vitest";
import { combinePermissions, PermissionWatch } from "./permission";

afterEach(() => {
  vi.unstubAllGlobals();
});

it.each<[PermissionState[], string]>([
  [["granted", "granted"], "granted"],
  [["granted", "denied"], "granted"],
  [["denied", "granted"], "granted"],
  [["prompt", "granted"], "prompt"],
  [["denied", "prompt"], "prompt"],
  [["denied", "denied"], "denied"],
  [["granted"], "granted"],
  [["prompt"], "prompt"],
  [[], "unknown"],
])("%j are %s together", (states, together) => {
  expect(combinePermissions(states)).toBe(together);
});

it("does not ask for a camera that is not there", async () => {
  const states = { microphone: { state: "granted" }, camera: { state: "prompt" } };
  vi.stubGlobal("isSecureContext", true);
  vi.stubGlobal("navigator", {
    permissions: { query: ({ name }: { name: keyof typeof states }) => Promise.resolve(states[name]) },
  });
  const watch = new PermissionWatch();
  await watch.ready;
  expect(watch.getSnapshot()).toBe("prompt");
  watch.setPresent(["microphone"]);
  expect(watch.getSnapshot()).toBe("granted");
  watch.setPresent(["microphone", "camera"]);
  expect(watch.getSnapshot()).toBe("prompt");
});
