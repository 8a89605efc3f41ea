import * as Tooltip from "@radix-ui/react-tooltip";
import type { ComponentProps } from "react";
import { RoundToggle } from "../RoundToggle";

interface Props extends ComponentProps<typeof RoundToggle> {
  /** The keys that do the same, as they are printed on a keyboard. */
  keys?: string;
}

/** A round control with its name, and its keys, above it while a pointer or the focus is there. */
export function BarButton({ label, keys, ...rest }: Props) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger asChild>
        <RoundToggle label={label} {...rest} />
      </Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Content
          sideOffset={8}
          collisionPadding={8}
          className="stage-theme z-30 flex items-center gap-2 rounded-control bg-ink px-2 py-1 text-12 text-canvas"
        >
          {label}
          {keys ? <kbd className="font-sans opacity-70">{keys}</kbd> : null}
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
