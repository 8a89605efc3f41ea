import type { ComponentProps } from "react";
import { Icon, type IconName } from "./ui/Icon";

interface Props extends ComponentProps<"button"> {
  /** What pressing does; it changes with the state, so no pressed state is needed beside it. */
  label: string;
  icon: IconName;
  /** `off` stands out light on the dark stage, `active` wears the accent, `broken` has a mark of its own. */
  look: "on" | "off" | "active" | "broken";
}

const looks: Readonly<Record<Props["look"], string>> = {
  on: "bg-sunken text-ink hover:bg-line",
  off: "bg-ink text-canvas hover:bg-ink-soft",
  active: "bg-accent text-on-accent hover:bg-accent-strong",
  broken: "bg-attention-soft text-attention hover:bg-line",
};

/** A round control on the stage or on the preview. */
export function RoundToggle({ label, icon, look, className = "", ...rest }: Props) {
  return (
    <button
      type="button"
      aria-label={label}
      className={`relative inline-flex size-12 shrink-0 items-center justify-center rounded-round transition-colors duration-150 ${looks[look]} ${className}`}
      {...rest}
    >
      <Icon name={icon} size={24} />
      {look === "broken" ? (
        <span className="absolute -top-0.5 -right-0.5 flex size-5 items-center justify-center rounded-round bg-attention text-canvas">
          <Icon name="mark" size={16} />
        </span>
      ) : null}
    </button>
  );
}
