import { useEffect } from "react";
import { isLetter } from "../preferences/shortcut_match";
import { singleKeys } from "../preferences/single_keys";
import { keepsItsKeys } from "./use_shortcuts";

/** Tells when a letter’s key goes down and up, while `enabled`; it comes up at the latest when the page loses the keyboard. */
export function useHeldKey(letter: string, onHold: (held: boolean) => void, enabled: boolean): void {
  useEffect(() => {
    if (!enabled) return undefined;
    let held = false;
    const set = (now: boolean) => {
      if (now === held) return;
      held = now;
      onHold(now);
    };
    const down = (event: KeyboardEvent) => {
      if (event.repeat || !singleKeys.getSnapshot() || keepsItsKeys(event.target)) return;
      if (isLetter(event, letter)) set(true);
    };
    const up = (event: KeyboardEvent) => {
      if (isLetter(event, letter)) set(false);
    };
    const lost = () => set(false);
    window.addEventListener("keydown", down);
    window.addEventListener("keyup", up);
    window.addEventListener("blur", lost);
    return () => {
      set(false);
      window.removeEventListener("keydown", down);
      window.removeEventListener("keyup", up);
      window.removeEventListener("blur", lost);
    };
  }, [letter, onHold, enabled]);
}
