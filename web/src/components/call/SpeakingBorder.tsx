import { useEffect, useRef } from "react";
import type { Call } from "../../call/types";

interface Props {
  call: Call;
  participantId: string;
  speaking: boolean;
}

/** A border that breathes with the voice. The level comes 20 times a second, so it goes past React. */
export function SpeakingBorder({ call, participantId, speaking }: Props) {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // Nobody needs the level of the silent, and on a small machine each subscription costs.
    if (!speaking) return undefined;
    return call.onLevel(participantId, (level) =>
      ref.current?.style.setProperty("--level", level.toFixed(2)),
    );
  }, [call, participantId, speaking]);
  return <div ref={ref} aria-hidden="true" data-speaking={speaking} className="speaking-border" />;
}
