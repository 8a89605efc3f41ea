import { useId, type InputHTMLAttributes } from "react";
import { Icon } from "./Icon";

interface Props extends Omit<InputHTMLAttributes<HTMLInputElement>, "id"> {
  label: string;
  hint?: string;
  error?: string | undefined;
}

/** A text field with its label, a hint, and the error that says what to do. */
export function Field({ label, hint, error, className = "", ...rest }: Props) {
  const id = useId();
  const described = error ? `${id}-error` : hint ? `${id}-hint` : undefined;
  return (
    <div className={`flex flex-col gap-1 ${className}`}>
      <label htmlFor={id} className="text-14 font-medium">
        {label}
      </label>
      <input
        id={id}
        aria-invalid={error ? true : undefined}
        aria-describedby={described}
        className={
          "min-h-11 w-full rounded-control border bg-surface px-3 text-16 text-ink placeholder:text-ink-soft " +
          (error ? "border-danger" : "border-line-strong")
        }
        {...rest}
      />
      {/* Always there, so that a screen reader notices when an error comes into it. */}
      <div aria-live="polite">
        {error ? (
          <p id={`${id}-error`} className="flex gap-1 pt-1 text-14 text-danger">
            <Icon name="alert" size={20} />
            {error}
          </p>
        ) : null}
      </div>
      {hint && !error ? (
        <p id={`${id}-hint`} className="text-12 text-ink-soft">
          {hint}
        </p>
      ) : null}
    </div>
  );
}
