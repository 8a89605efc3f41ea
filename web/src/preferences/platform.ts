/** Whether keyboards of this system have a Command key where others have Ctrl. */
export const isApple = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.userAgent);

/** A combination as it is printed on the keyboard of this system. */
export function controlKey(letter: string): string {
  return isApple ? `⌘${letter}` : `Ctrl+${letter}`;
}
