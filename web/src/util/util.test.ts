import { describe, expect, it, vi } from "vitest";
import { Emitter } from "./emitter";
import { sameElements, shallowEqual } from "./equal";
import { randomUuid } from "./random_id";
import { Store } from "./store";

describe("Emitter", () => {
  it("allows listeners to end themselves and each other while they are called", () => {
    const emitter = new Emitter<number>();
    const heard: string[] = [];
    const endFirst = emitter.on((value) => {
      heard.push(`first ${value}`);
      endFirst();
      endSecond();
    });
    const endSecond = emitter.on((value) => heard.push(`second ${value}`));
    emitter.emit(1);
    emitter.emit(2);
    expect(heard).toEqual(["first 1"]);
    expect(emitter.isHeard).toBe(false);
  });
});

describe("Store", () => {
  it("tells of changes, not of the same", () => {
    const store = new Store(1);
    const listener = vi.fn();
    const end = store.subscribe(listener);
    store.set(1);
    expect(listener).not.toHaveBeenCalled();
    store.set(2);
    end();
    store.set(3);
    expect(listener).toHaveBeenCalledTimes(1);
    expect(store.getSnapshot()).toBe(3);
  });
});

it.each([
  [{ a: 1 }, { a: 1 }, true],
  [{ a: 1 }, { a: 2 }, false],
  [{ a: 1 }, { a: 1, b: undefined }, true],
  [{ a: 1 }, { a: 1, b: null }, false],
  [{ a: {} }, { a: {} }, false],
])("%o and %o are shallowly equal: %s", (a, b, equal) => {
  expect(shallowEqual<object>(a, b)).toBe(equal);
  expect(shallowEqual<object>(b, a)).toBe(equal);
});

it.each([
  [[], [], true],
  [[1, 2], [1, 2], true],
  [[1, 2], [2, 1], false],
  [[1], [1, 2], false],
])("%o and %o have the same elements: %s", (a, b, same) => {
  expect(sameElements(a, b)).toBe(same);
});

it("makes UUIDs of version 4 without crypto.randomUUID, which insecure pages lack", () => {
  const spy = vi.spyOn(crypto, "randomUUID");
  const ids = new Set(Array.from({ length: 100 }, randomUuid));
  expect(ids.size).toBe(100);
  for (const id of ids)
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(spy).not.toHaveBeenCalled();
});
