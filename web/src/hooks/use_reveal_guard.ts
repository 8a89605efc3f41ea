import { useLayoutEffect, useRef, type PointerEvent, type SyntheticEvent } from "react";

/** The tap that brings a bar back ends within this time; nobody aims at a button sooner. */
const revealTime = 300;

/**
 * Keeps the tap that brings a hidden bar back from pressing what happens to lie under the finger. A mouse
 * cannot press without moving first, and a screen reader or a switch presses without touching: those pass.
 */
export function useRevealGuard(hidden: boolean) {
  const revealedAt = useRef(-Infinity);
  const swallowing = useRef(false);

  useLayoutEffect(() => {
    if (!hidden) revealedAt.current = performance.now();
  }, [hidden]);

  return {
    onPointerDownCapture: (event: PointerEvent) => {
      const justRevealed = hidden || performance.now() - revealedAt.current < revealTime;
      swallowing.current = event.pointerType === "touch" && justRevealed;
      if (swallowing.current) event.stopPropagation();
    },
    onClickCapture: (event: SyntheticEvent) => {
      if (!swallowing.current) return;
      swallowing.current = false;
      event.preventDefault();
      event.stopPropagation();
    },
  };
}
