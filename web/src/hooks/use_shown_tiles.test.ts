// @vitest-environment jsdom
import { cleanup, renderHook } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import type { Call, Participant } from "../call/types";
import { useShownTiles, type StageContent } from "./use_shown_tiles";

const personOf = (id: string, more: Partial<Participant> = {}) =>
  ({ id, isSelf: false, screenShareEnabled: false, ...more }) as Participant;
const rectOf = (height: number) => ({ x: 0, y: 0, width: 100, height });

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function setUp(content: StageContent) {
  vi.stubGlobal("devicePixelRatio", 2);
  const show = vi.fn<Call["show"]>();
  const call = { show } as unknown as Call;
  const { rerender } = renderHook((now: StageContent) => useShownTiles(call, now), { initialProps: content });
  return { rerender, show, shown: () => [...(show.mock.lastCall?.[0] ?? [])] };
}

it("tells the heights of the others' tiles in pixels of the screen", () => {
  const people = [personOf("a"), personOf("me", { isSelf: true }), personOf("b")];
  const layout = { people: [rectOf(100), rectOf(200), rectOf(300)], screens: [] };
  const content = { people, screens: [], layout, height: 500 };
  const { shown, show, rerender } = setUp(content);
  expect(shown()).toEqual([
    ["a", { camera: 200 }],
    ["b", { camera: 600 }],
  ]);
  rerender({ ...content });
  expect(show).toHaveBeenCalledTimes(1);
  rerender({ ...content, layout: { people: [rectOf(50)], screens: [] } });
  expect(shown()).toEqual([["a", { camera: 100 }]]);
});

it("asks for a shared screen before it has a picture, and so a place", () => {
  const a = personOf("a", { screenShareEnabled: true });
  const content = { people: [a], screens: [], layout: { people: [rectOf(100)], screens: [] }, height: 500 };
  const { shown, rerender } = setUp(content);
  expect(shown()).toEqual([["a", { camera: 200, screen: 1000 }]]);
  rerender({ ...content, screens: [a], layout: { people: [rectOf(100)], screens: [rectOf(400)] } });
  expect(shown()).toEqual([["a", { camera: 200, screen: 800 }]]);
});
