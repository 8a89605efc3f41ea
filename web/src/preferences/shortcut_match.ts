export type ShortcutAction = "microphone" | "camera" | "hand" | "list";

export interface KeyPress {
  key: string;
  /** The key's place, as on a US keyboard. */
  code: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
}

/**
 * The Latin letter of a key press. On a layout without Latin letters (Russian, Bashkir) the key's place
 * counts, so that the letter printed on the keyboard works whatever language is on.
 */
function latinLetter({ key, code }: KeyPress): string {
  if (/^[a-z]$/i.test(key)) return key.toLowerCase();
  return /^Key([A-Z])$/.exec(code)?.[1]?.toLowerCase() ?? "";
}

/** Whether it is this letter and nothing with it. */
export function isLetter(press: KeyPress, letter: string): boolean {
  return (
    latinLetter(press) === letter && !press.ctrlKey && !press.metaKey && !press.altKey && !press.shiftKey
  );
}

/** What a key press asks for: Ctrl or Command with D or E anywhere; single keys where `singleKeys` allows. */
export function matchShortcut(press: KeyPress, singleKeys: boolean): ShortcutAction | undefined {
  const letter = latinLetter(press);
  if (press.altKey) return undefined;
  if (press.ctrlKey !== press.metaKey) {
    if (press.shiftKey) return undefined;
    return letter === "d" ? "microphone" : letter === "e" ? "camera" : undefined;
  }
  if (press.ctrlKey || !singleKeys) return undefined;
  if (press.key === "?") return "list";
  if (press.shiftKey) return undefined;
  switch (letter) {
    case "m":
      return "microphone";
    case "v":
      return "camera";
    case "h":
      return "hand";
    default:
      return undefined;
  }
}
