import { useId } from "react";
import { Icon, type IconName } from "./Icon";

export interface Option {
  value: string;
  label: string;
}

interface Props {
  label: string;
  icon: IconName;
  value: string;
  options: readonly Option[];
  onChange: (value: string) => void;
  disabled?: boolean;
}

/**
 * The browser's own select: it works with every keyboard, phone and screen reader, and needs no
 * style tags, which the content security policy would block.
 */
export function SelectField({ label, icon, value, options, onChange, disabled = false }: Props) {
  const id = useId();
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <label htmlFor={id} className="text-12 font-medium text-ink-soft">
        {label}
      </label>
      <div className="relative min-w-0">
        <Icon
          name={icon}
          className="pointer-events-none absolute top-1/2 left-3 -translate-y-1/2 text-ink-soft"
        />
        <select
          id={id}
          value={value}
          disabled={disabled}
          onChange={(event) => onChange(event.target.value)}
          className={
            "touch-target w-full appearance-none truncate rounded-control border border-line-strong bg-surface " +
            "pr-9 pl-10 text-14 text-ink disabled:opacity-60"
          }
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
        <Icon
          name="chevron"
          size={16}
          className="pointer-events-none absolute top-1/2 right-3 -translate-y-1/2 text-ink-soft"
        />
      </div>
    </div>
  );
}
