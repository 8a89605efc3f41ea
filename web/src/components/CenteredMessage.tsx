import type { ReactNode } from "react";
import { RouteHeading } from "./RouteHeading";
import { Icon, type IconName } from "./ui/Icon";

interface Props {
  icon: IconName;
  title: string;
  text: string;
  children?: ReactNode;
}

/** A page that says one thing: what happened, what it means, and below, what to do. */
export function CenteredMessage({ icon, title, text, children }: Props) {
  return (
    <div className="mx-auto my-auto flex w-full max-w-120 flex-col items-start gap-4 py-8">
      <span className="flex size-12 items-center justify-center rounded-round bg-sunken text-ink-soft">
        <Icon name={icon} size={24} />
      </span>
      <RouteHeading className="text-28 font-semibold text-balance">{title}</RouteHeading>
      <p className="text-16 text-pretty text-ink-soft">{text}</p>
      <div className="flex flex-wrap gap-3 pt-2">{children}</div>
    </div>
  );
}
