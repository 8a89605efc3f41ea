import { describe, expect, it } from "vitest";
import { describeAi } from "./describe_ai";

const here = { enabled: true, connectionPending: false };
const away = { enabled: false, connectionPending: false };

describe("describeAi", () => {
  it("tells where the AI is", () => {
    expect(describeAi(undefined, undefined).state).toBe("away");
    expect(describeAi({ ...away, connectionPending: true }, undefined).state).toBe("coming");
    expect(describeAi(here, undefined).state).toBe("here");
  });

  it("counts minutes that have begun", () => {
    const minutes = (remainingSeconds: number) =>
      describeAi({ ...here, remainingSeconds }, undefined).minutesLeft;
    expect([61, 60, 1, 0].map(minutes)).toEqual([2, 1, 1, 0]);
  });

  it("takes a failure that it does not know for one that may pass", () => {
    const failure = (errorCode?: string) => describeAi({ ...away, errorCode }, undefined).failure;
    expect(failure()).toBeUndefined();
    expect(failure("limit_reached")).toBe("limitReached");
    expect(failure("refused")).toBe("refused");
    expect(failure("media")).toBe("media");
    expect(failure("something_new")).toBe("unavailable");
  });

  it("keeps the object while nothing that is shown changes", () => {
    const before = describeAi({ ...here, remainingSeconds: 100 }, undefined);
    expect(describeAi({ ...here, remainingSeconds: 90 }, before)).toBe(before);
    expect(describeAi({ ...here, remainingSeconds: 60 }, before)).not.toBe(before);
  });
});
