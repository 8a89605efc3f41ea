import { expect, it } from "vitest";
import { refusalOf } from "./close_policy";

it.each([
  [4403, "idInUse"],
  [4409, "replaced"],
  [4413, "roomFull"],
  [4429, "tooManyMessages"],
  [1000, undefined],
  [1001, undefined],
  [1006, undefined],
  [1008, undefined],
  [1009, undefined],
  [1011, undefined],
  [1012, undefined],
  [1013, undefined],
  [4000, undefined],
  [4400, undefined],
])("close code %i means %s", (code, refusal) => {
  expect(refusalOf(code)).toBe(refusal);
});
