import { useEffect } from "react";
import { matchShortcut, type ShortcutAction } from "../preferences/shortcut_match";
import { singleKeys } from "../preferences/single_keys";

/** In a field, a menu or a dialog a single key means what it means there. */
export function keepsItsKeys(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.closest("input, select, textarea, [contenteditable], [role='menu'], dialog") !== null
  );
}

/** Runs an action for its key; the browser's own use of the key (a bookmark, the address field) is prevented. */
export function useShortcuts(run: (action: ShortcutAction) => void): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const single = singleKeys.getSnapshot() && !keepsItsKeys(event.target);
      const action = matchShortcut(event, single);
      if (!action) return;
      event.preventDefault();
      if (!event.repeat) run(action);
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [run]);
}
