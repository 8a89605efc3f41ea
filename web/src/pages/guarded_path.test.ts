import { describe, expect, it } from "vitest";
import { guardedPath } from "./guarded_path";

const origin = "https://meet.example.org";
const searchFor = (returnUrl: string) => `?${new URLSearchParams({ "return-url": returnUrl })}`;

describe("guardedPath", () => {
  it.each([
    ["the server's redirect", searchFor(`${origin}/room?x=1`), "/room?x=1"],
    ["our own link to change the name", searchFor("/"), undefined],
    ["another site", searchFor("https://evil.example/room"), undefined],
    ["a script", searchFor("javascript:alert(1)"), undefined],
    ["nothing", "", undefined],
  ])("of %s", (_, search, expected) => {
    expect(guardedPath(search, origin)).toBe(expected);
  });
});
