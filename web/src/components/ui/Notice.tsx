import type { ReactNode } from "react";
import { Icon, type IconName } from "./Icon";

type Tone = "attention" | "danger" | "calm";

const looks: Readonly<Record<Tone, { frame: string; icon: IconName; iconColor: string }>> = {
  attention: { frame: "bg-attention-soft", icon: "alert", iconColor: "text-attention" },
  danger: { frame: "bg-danger-soft", icon: "alert", iconColor: "text-danger" },
  calm: { frame: "bg-sunken", icon: "info", iconColor: "text-ink-soft" },
};

interface Props {
  tone: Tone;
  children: ReactNode;
  /** What one can do about it. */
  action?: ReactNode;
}

/** Something to know, said in place, with what to do about it. */
export function Notice({ tone, children, action }: Props) {
  const look = looks[tone];
  return (
    <div className={`flex flex-wrap items-center gap-x-4 gap-y-2 rounded-card p-3 text-14 ${look.frame}`}>
      <div className="flex min-w-0 flex-1 basis-60 gap-3">
        <Icon name={look.icon} className={look.iconColor} />
        <div className="min-w-0">{children}</div>
      </div>
      {action}
    </div>
  );
}
