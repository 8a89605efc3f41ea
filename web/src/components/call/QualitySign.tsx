import { useTranslation } from "react-i18next";
import type { Call, Participant } from "../../call/types";
import { useLineQuality } from "../../hooks/use_statistics";

/** Heights of the bars on a grid of 16. */
const bars = [5, 9, 13];

/** Says that somebody does not come through well; a good line needs no sign. */
export function QualitySign({ call, person }: { call: Call; person: Participant }) {
  const { t } = useTranslation();
  const quality = useLineQuality(call, person);
  if (quality === undefined || quality === "good") return null;
  const lit = quality === "fair" ? 2 : 1;
  const word = t(`connection.quality.${quality}`);
  return (
    <span title={word} className="tile-appear pointer-events-auto shrink-0 text-attention">
      <svg aria-hidden="true" width={16} height={16} viewBox="0 0 16 16" fill="currentColor">
        {bars.map((height, index) => (
          <rect
            key={height}
            x={1 + index * 5}
            y={15 - height}
            width={4}
            height={height}
            rx={1}
            opacity={index < lit ? 1 : 0.3}
          />
        ))}
      </svg>
      <span className="sr-only">{word}</span>
    </span>
  );
}
