import * as Menu from "@radix-ui/react-dropdown-menu";
import type { RefObject } from "react";
import { useTranslation } from "react-i18next";
import { useFullScreen } from "../../hooks/use_full_screen";
import { RoundToggle } from "../RoundToggle";
import { Icon, type IconName } from "../ui/Icon";

export type MenuDialog = "participants" | "connection" | "settings" | "shortcuts" | "report" | "ai";

interface ItemProps {
  icon: IconName;
  label: string;
  onSelect: () => void;
  className?: string;
}

function Item({ icon, label, onSelect, className = "" }: ItemProps) {
  return (
    <Menu.Item
      onSelect={onSelect}
      className={`touch-target flex items-center gap-3 rounded-control px-3 text-14 -outline-offset-2 data-[highlighted]:bg-sunken ${className}`}
    >
      <Icon name={icon} className="text-ink-soft" />
      {label}
    </Menu.Item>
  );
}

interface Props {
  triggerRef: RefObject<HTMLButtonElement | null>;
  onOpenChange: (open: boolean) => void;
  onDialog: (dialog: MenuDialog) => void;
  onCopyLink: () => void;
  /** The server has a voice AI. */
  hasAi: boolean;
  parent: HTMLElement | null;
}

/** What is needed less often than the controls in the bar. */
export function MoreMenu({ triggerRef, onOpenChange, onDialog, onCopyLink, hasAi, parent }: Props) {
  const { t } = useTranslation();
  const fullScreen = useFullScreen();
  return (
    // Modal menus lock scrolling with a style tag, which the content security policy forbids.
    <Menu.Root modal={false} onOpenChange={onOpenChange}>
      <Menu.Trigger asChild>
        <RoundToggle ref={triggerRef} label={t("call.more")} icon="more" look="on" />
      </Menu.Trigger>
      <Menu.Portal container={parent}>
        <Menu.Content
          side="top"
          sideOffset={12}
          collisionPadding={12}
          className="stage-theme sheet z-30 min-w-60 rounded-card bg-surface p-2 text-ink shadow-float ring-1 ring-line"
        >
          <Item icon="people" label={t("call.participants")} onSelect={() => onDialog("participants")} />
          <Item icon="shield" label={t("connection.title")} onSelect={() => onDialog("connection")} />
          {hasAi ? <Item icon="spark" label={t("ai.title")} onSelect={() => onDialog("ai")} /> : null}
          <Item icon="settings" label={t("call.settings")} onSelect={() => onDialog("settings")} />
          <Item icon="link" label={t("common.copyLink")} onSelect={onCopyLink} />
          {fullScreen.supported ? (
            <Item
              icon={fullScreen.active ? "exitFullScreen" : "fullScreen"}
              label={t(fullScreen.active ? "call.exitFullScreen" : "call.fullScreen")}
              onSelect={fullScreen.toggle}
            />
          ) : null}
          <Item
            icon="keyboard"
            label={t("call.shortcuts")}
            onSelect={() => onDialog("shortcuts")}
            className="pointer-coarse:hidden"
          />
          <Item icon="alert" label={t("report.title")} onSelect={() => onDialog("report")} />
        </Menu.Content>
      </Menu.Portal>
    </Menu.Root>
  );
}
