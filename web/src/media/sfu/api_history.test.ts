import { expect, it } from "vitest";
import { ApiHistory } from "./api_history";

const entriesOf = (history: ApiHistory) => history.newest().map((one) => (one as { entry: unknown }).entry);

it("keeps the newest calls, of all sessions together", () => {
  const history = new ApiHistory();
  const first = history.keeper(3);
  first(1);
  first(2);
  const second = history.keeper(3);
  second(3);
  second(4);
  expect(entriesOf(history)).toEqual([2, 3, 4]);
});

it("gives no more than a report can take", () => {
  const history = new ApiHistory();
  const keep = history.keeper(100);
  for (const name of ["a", "b", "c", "d"]) keep(name.repeat(100_000));
  const kept = entriesOf(history);
  expect(kept.map((entry) => String(entry)[0])).toEqual(["c", "d"]);
  expect(JSON.stringify(history.newest()).length).toBeLessThan(300_000);
});

it("tells when each was", () => {
  const history = new ApiHistory();
  const before = Date.now();
  history.keeper(1)("x");
  expect(history.newest()[0]).toMatchObject({ entry: "x" });
  expect((history.newest()[0] as { at: number }).at).toBeGreaterThanOrEqual(before);
});
