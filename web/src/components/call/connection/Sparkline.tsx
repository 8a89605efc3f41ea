import type { PersonSample } from "../../../call/types";

const WIDTH_MS = 60_000;
const HEIGHT = 28;
/** Between looks at the calm pace; a longer gap is a time in which nobody looked. */
const MAX_GAP_MS = 5000;

interface Props {
  history: readonly PersonSample[];
  valueOf: (sample: PersonSample) => number | undefined;
  /** What fills the height at least, so that a calm line looks calm. */
  atLeast: number;
}

/** The last minute as a line, the newest at the right. The figure beside it says the same in words. */
export function Sparkline({ history, valueOf, atLeast }: Props) {
  const end = history.at(-1)?.at ?? 0;
  const top = Math.max(atLeast, ...history.map((sample) => valueOf(sample) ?? 0));
  const runs: { x: number; y: number }[][] = [];
  let last = -Infinity;
  for (const sample of history) {
    const value = valueOf(sample);
    if (value === undefined) continue;
    const point = {
      x: round(100 - ((end - sample.at) / WIDTH_MS) * 100),
      y: round(HEIGHT - 2 - (value / top) * (HEIGHT - 4)),
    };
    const run = runs.at(-1);
    if (run === undefined || sample.at - last > MAX_GAP_MS) runs.push([point]);
    else run.push(point);
    last = sample.at;
  }
  const lines = runs.map((run) => run.map(({ x, y }) => `${x} ${y}`).join("L"));
  const areas = runs.map((run, index) => {
    return `M${run[0]?.x ?? 0} ${HEIGHT}L${lines[index] ?? ""}L${run.at(-1)?.x ?? 0} ${HEIGHT}Z`;
  });
  return (
    <svg
      aria-hidden="true"
      viewBox={`0 0 100 ${HEIGHT}`}
      preserveAspectRatio="none"
      className="block h-7 w-full overflow-visible text-accent"
    >
      <path d={`M0 ${HEIGHT}H100`} stroke="var(--line)" vectorEffect="non-scaling-stroke" />
      <path d={areas.join("")} fill="currentColor" opacity="0.16" />
      <path
        d={lines.map((line) => `M${line}`).join("")}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinejoin="round"
        strokeLinecap="round"
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  );
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
