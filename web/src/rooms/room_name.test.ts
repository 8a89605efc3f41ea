import { describe, expect, it } from "vitest";
import { parseRoomInput, roomPath, roomUrl } from "./room_name";

const origin = "https://meet.example:8443";

describe("parseRoomInput", () => {
  it.each([
    ["family-dinner", "family-dinner"],
    ["  family  dinner ", "family-dinner"],
    ["/daily", "daily"],
    ["Ҡорбан байрам", "Ҡорбан-байрам"],
    ["a/b?c#d", "a-b-c-d"],
    [`${origin}/daily`, "daily"],
    [`${origin}/daily/`, "daily"],
    [`${origin}/daily/room`, "daily"],
    [`${origin}/daily?x=1#y`, "daily"],
    ["meet.example:8443/daily", "daily"],
    ["http://meet.example:8443/daily", "daily"],
    [`${origin}/%D1%87%D0%B0%D0%B9`, "чай"],
    [`${origin}/100%25`, "100%"],
    [`${origin}/50%`, "50%"],
    ["ч".repeat(42), "ч".repeat(42)],
  ])("finds the room in %s", (text, room) => {
    expect(parseRoomInput(text, origin)).toEqual({ room });
  });

  it.each([
    ["", "empty"],
    ["   ", "empty"],
    ["https://other.example/daily", "foreign"],
    [origin, "noRoom"],
    [`${origin}/`, "noRoom"],
    [`${origin}/legal/terms`, "noRoom"],
    ["https://", "noRoom"],
    ["new", "reserved"],
    ["..", "reserved"],
    [`${origin}/set-username`, "reserved"],
    ["x".repeat(257), "tooLong"],
    ["ч".repeat(43), "tooLong"],
  ] as const)("says what is wrong with %j", (text, problem) => {
    expect(parseRoomInput(text, origin)).toEqual({ problem });
  });
});

describe("addresses of rooms", () => {
  it("are escaped", () => {
    expect(roomPath("чай 100%")).toBe("/%D1%87%D0%B0%D0%B9%20100%25");
    expect(roomUrl("daily", origin)).toBe(`${origin}/daily`);
  });
});
