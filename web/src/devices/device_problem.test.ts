import { expect, it } from "vitest";
import { mayTryAnother, problemOf, problemWithoutMedia } from "./device_problem";

it.each([
  ["NotAllowedError", "permissionDenied", false],
  ["SecurityError", "permissionDenied", false],
  ["NotFoundError", "notFound", true],
  ["OverconstrainedError", "notFound", true],
  ["NotReadableError", "inUse", true],
  ["AbortError", "inUse", true],
  ["NotSupportedError", "notSupported", false],
  ["TypeError", "notSupported", false],
  ["InvalidStateError", "unknown", true],
  ["", "unknown", true],
])("%s is the problem %s", (name, problem, tryAnother) => {
  const found = problemOf(new DOMException("", name));
  expect(found).toBe(problem);
  expect(mayTryAnother(found)).toBe(tryAnother);
});

it("knows errors that are no DOM exceptions, and things that are no errors", () => {
  expect(problemOf(new TypeError("x"))).toBe("notSupported");
  expect(problemOf("NotAllowedError")).toBe("unknown");
});

it.each([
  [false, "insecureContext"],
  [true, "notSupported"],
])("a page whose secure context is %s lacks devices for the reason %s", (isSecure, problem) => {
  expect(problemWithoutMedia(isSecure)).toBe(problem);
});
