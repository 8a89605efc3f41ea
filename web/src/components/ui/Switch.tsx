import { useId } from "react";

interface Props {
  label: string;
  hint?: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
}

export function Switch({ label, hint, checked, onChange }: Props) {
  const id = useId();
  return (
    <div className="flex items-start justify-between gap-4">
      <div className="min-w-0">
        <span id={`${id}-label`} className="text-14 font-medium">
          {label}
        </span>
        {hint ? (
          <p id={`${id}-hint`} className="text-12 text-ink-soft">
            {hint}
          </p>
        ) : null}
      </div>
      <button
        type="button"
        role="switch"
        aria-checked={checked}
        aria-labelledby={`${id}-label`}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onClick={() => onChange(!checked)}
        className="touch-target inline-flex shrink-0 items-center justify-end"
      >
        <span
          className={
            "flex h-6 w-11 items-center rounded-round border p-0.5 transition-colors duration-150 " +
            (checked ? "justify-end border-accent bg-accent" : "justify-start border-line-strong bg-sunken")
          }
        >
          <span className={`size-4.5 rounded-round ${checked ? "bg-on-accent" : "bg-ink-soft"}`} />
        </span>
      </button>
    </div>
  );
}
