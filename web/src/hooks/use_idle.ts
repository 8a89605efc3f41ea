import { useEffect, useState } from "react";

const signsOfLife = ["pointermove", "pointerdown", "keydown", "focusin", "wheel"] as const;

/** Captured, so that nobody can stop a sign of life on its way. */
const listening = { passive: true, capture: true };

/** True after `delay` ms without a movement, touch or key, unless `isHeld` says that something is still in use. */
export function useIdle(delay: number, isHeld: () => boolean): boolean {
  const [idle, setIdle] = useState(false);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const rest = () => {
      if (isHeld()) timer = setTimeout(rest, delay);
      else setIdle(true);
    };
    const wake = () => {
      clearTimeout(timer);
      timer = setTimeout(rest, delay);
      setIdle(false);
    };
    wake();
    for (const sign of signsOfLife) window.addEventListener(sign, wake, listening);
    return () => {
      clearTimeout(timer);
      for (const sign of signsOfLife) window.removeEventListener(sign, wake, listening);
    };
  }, [delay, isHeld]);

  return idle;
}
