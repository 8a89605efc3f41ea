import { useEffect, useRef } from "react";
import type { Call } from "../../call/types";
import { useMediaQuery } from "../../hooks/use_media_query";

interface Props {
  call: Call;
  participantId: string;
  speaking: boolean;
}

/** A border that breathes with the voice. The level comes 20 times a second, so it goes past React. */
export function SpeakingBorder({ call, participantId, speaking }: Props) {
  const ref = useRef<HTMLDivElement>(null);
  const calm = useMediaQuery("(prefers-reduced-motion: reduce)");
  useEffect(() => {
    const border = ref.current;
    // Nobody needs the level of the silent, and on a small machine each subscription costs.
    if (!speaking || border === null) return undefined;
    if (calm) {
      border.style.removeProperty("--level");
      return undefined;
    }
    return call.onLevel(participantId, (level) => border.style.setProperty("--level", level.toFixed(2)));
  }, [call, participantId, speaking, calm]);
  return <div ref={ref} aria-hidden="true" data-speaking={speaking} className="speaking-border" />;
}
