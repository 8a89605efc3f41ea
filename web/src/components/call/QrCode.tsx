import { useMemo } from "react";
import { encode } from "uqr";

/** Light modules around the code, without which cameras do not find it (ISO/IEC 18004 asks for four). */
const quietZone = 4;

interface Props {
  text: string;
  label: string;
  className?: string;
}

/** Dark on light in either theme: many readers know no other way round. */
export function QrCode({ text, label, className = "" }: Props) {
  const { path, side } = useMemo(() => {
    const { data, size } = encode(text, { border: quietZone });
    const modules = data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])));
    return { path: modules.join(""), side: size };
  }, [text]);
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${side} ${side}`}
      shapeRendering="crispEdges"
      className={className}
    >
      <rect width={side} height={side} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}
