import { describe, expect, it } from "vitest";
import { matchShortcut, type KeyPress } from "./shortcut_match";

function press(key: string, extra: Partial<KeyPress> = {}): KeyPress {
  return { key, code: "", ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...extra };
}

describe("matchShortcut", () => {
  it("takes Ctrl and Command alike", () => {
    expect(matchShortcut(press("d", { ctrlKey: true }), true)).toBe("microphone");
    expect(matchShortcut(press("e", { metaKey: true }), true)).toBe("camera");
  });

  it("takes single keys, in either case of the letter", () => {
    expect(matchShortcut(press("m"), true)).toBe("microphone");
    expect(matchShortcut(press("V"), true)).toBe("camera");
    expect(matchShortcut(press("h"), true)).toBe("hand");
    expect(matchShortcut(press("?", { shiftKey: true }), true)).toBe("list");
  });

  it("goes by the key's place on a keyboard without Latin letters", () => {
    expect(matchShortcut(press("ь", { code: "KeyM" }), true)).toBe("microphone");
    expect(matchShortcut(press("в", { code: "KeyD", ctrlKey: true }), true)).toBe("microphone");
  });

  it("goes by the letter where there is one, wherever its key is", () => {
    expect(matchShortcut(press("m", { code: "KeyV" }), true)).toBe("microphone");
  });

  it("leaves single keys alone when they are off, but not those with Ctrl", () => {
    expect(matchShortcut(press("m"), false)).toBeUndefined();
    expect(matchShortcut(press("?"), false)).toBeUndefined();
    expect(matchShortcut(press("d", { ctrlKey: true }), false)).toBe("microphone");
  });

  it("leaves other combinations to the browser", () => {
    expect(matchShortcut(press("d"), true)).toBeUndefined();
    expect(matchShortcut(press("m", { ctrlKey: true }), true)).toBeUndefined();
    expect(matchShortcut(press("d", { ctrlKey: true, shiftKey: true }), true)).toBeUndefined();
    expect(matchShortcut(press("d", { ctrlKey: true, altKey: true }), true)).toBeUndefined();
    expect(matchShortcut(press("m", { altKey: true }), true)).toBeUndefined();
  });
});
