import {
  useCallback,
  useEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type MouseEvent,
  type PointerEvent,
} from "react";
import { useHeldKey } from "./use_held_key";

/**
 * No finger lets go that soon (a key that is tapped stays down for 70 ms and more): a screen reader, a switch or the
 * tap of a touchpad presses and releases at once for people who may not be able to hold.
 */
const AT_ONCE_MS = 50;

/** `latched`: talks on without being held, until the next press. */
export type Grip = "none" | "held" | "latched";

interface Options {
  /** Of the key that talks while it is down, wherever the focus is. */
  letter: string;
  /** Whatever is held is let go of when this ends. */
  enabled: boolean;
  /** Has to keep its identity. */
  onTalk: (talking: boolean) => void;
}

const isPress = ({ key }: KeyboardEvent) => key === " " || key === "Enter";

/** A button that talks while it is held by a pointer or a key, and for as long as wanted after a press without length. */
export function usePushToTalk({ letter, enabled, onTalk }: Options) {
  const [grip, setGrip] = useState<Grip>("none");
  const current = useRef<Grip>("none");
  const downAt = useRef<number>(undefined);
  /** The click that follows a pointer's press has been answered by then. */
  const clickFollows = useRef(false);

  const take = useCallback(
    (next: Grip) => {
      const talked = current.current !== "none";
      const talks = next !== "none";
      current.current = next;
      setGrip(next);
      if (talks !== talked) onTalk(talks);
    },
    [onTalk],
  );
  const takeByKey = useCallback((held: boolean) => take(held ? "held" : "none"), [take]);
  useHeldKey(letter, takeByKey, enabled);
  useEffect(() => (enabled ? () => take("none") : undefined), [enabled, take]);

  const press = (time: number) => {
    if (!enabled) return;
    if (current.current === "latched") take("none");
    else {
      downAt.current = time;
      take("held");
    }
  };
  const lift = (time: number) => {
    if (downAt.current === undefined) return;
    const atOnce = time - downAt.current < AT_ONCE_MS;
    downAt.current = undefined;
    if (current.current === "held") take(atOnce ? "latched" : "none");
  };
  const lose = () => {
    downAt.current = undefined;
    clickFollows.current = false;
    if (current.current === "held") take("none");
  };

  const handlers = {
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      if (event.button !== 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      clickFollows.current = true;
      press(event.timeStamp);
    },
    onPointerUp: (event: PointerEvent<HTMLElement>) => lift(event.timeStamp),
    onPointerCancel: lose,
    onClick: () => {
      const isAnswered = clickFollows.current;
      clickFollows.current = false;
      if (!isAnswered && enabled) take(current.current === "none" ? "latched" : "none");
    },
    // A long press would open the browser’s menu.
    onContextMenu: (event: MouseEvent<HTMLElement>) => event.preventDefault(),
    onKeyDown: (event: KeyboardEvent<HTMLElement>) => {
      if (!isPress(event)) return;
      // Else a click follows.
      event.preventDefault();
      if (!event.repeat) press(event.timeStamp);
    },
    onKeyUp: (event: KeyboardEvent<HTMLElement>) => {
      if (!isPress(event)) return;
      event.preventDefault();
      lift(event.timeStamp);
    },
    onBlur: lose,
  };
  return { grip, handlers };
}
