import type { ComponentProps } from "react";
import { Link, type LinkProps } from "react-router";

type Kind = "primary" | "secondary" | "quiet" | "danger";

const shape =
  "touch-target inline-flex items-center justify-center gap-2 rounded-control px-4 text-14 font-medium " +
  "transition-colors duration-150 select-none disabled:opacity-50 aria-disabled:opacity-50";

const looks: Readonly<Record<Kind, string>> = {
  primary: "bg-accent text-on-accent enabled:hover:bg-accent-strong [a&]:hover:bg-accent-strong",
  secondary: "border border-line-strong bg-surface text-ink enabled:hover:bg-sunken [a&]:hover:bg-sunken",
  quiet: "text-ink enabled:hover:bg-sunken [a&]:hover:bg-sunken",
  danger:
    "bg-danger-fill text-on-danger enabled:hover:bg-danger-fill-strong [a&]:hover:bg-danger-fill-strong",
};

interface Look {
  kind?: Kind;
}

export function Button({
  kind = "secondary",
  className = "",
  type = "button",
  ...rest
}: Look & ComponentProps<"button">) {
  return <button type={type} className={`${shape} ${looks[kind]} ${className}`} {...rest} />;
}

/** A page of this client. */
export function LinkButton({ kind = "secondary", className = "", ...rest }: Look & LinkProps) {
  return <Link className={`${shape} ${looks[kind]} ${className}`} {...rest} />;
}

/** An address that the server answers, with a load of the page. */
export function AnchorButton({
  kind = "secondary",
  className = "",
  children,
  ...rest
}: Look & ComponentProps<"a">) {
  return (
    <a className={`${shape} ${looks[kind]} ${className}`} {...rest}>
      {children}
    </a>
  );
}
