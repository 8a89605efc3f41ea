// @vitest-environment jsdom
import { act, cleanup, renderHook } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";
import { useSuccession } from "./use_succession";

const streamOf = (id: string) => ({ id }) as MediaStream;
const [a, b, c] = [streamOf("a"), streamOf("b"), streamOf("c")];

afterEach(cleanup);

it.each<[string, (MediaStream | { begun: MediaStream })[], MediaStream[]]>([
  ["alone from the beginning", [], [a]],
  ["the old one stays until the new one plays", [b], [a, b]],
  ["the old one goes when the new one plays", [b, { begun: b }], [b]],
  ["what plays stays when the next one is exchanged", [b, c], [a, c]],
  ["one that is not wanted any more begins too late", [b, c, { begun: b }], [a, c]],
  ["back to what plays", [b, a], [a]],
  ["what plays begins again", [b, { begun: a }], [a, b]],
])("one stream follows another: %s", (_, steps, expected) => {
  const { result, rerender } = renderHook((stream: MediaStream) => useSuccession(stream), {
    initialProps: a,
  });
  for (const step of steps) {
    if ("begun" in step) act(() => result.current.begun(step.begun));
    else rerender(step);
  }
  expect(result.current.streams).toEqual(expected);
});
