import * as Tooltip from "@radix-ui/react-tooltip";
import type { RefObject } from "react";
import { useTranslation } from "react-i18next";
import type { CaptureState, Devices, Participant } from "../../call/types";
import { useObservable } from "../../hooks/use_observable";
import { useRevealGuard } from "../../hooks/use_reveal_guard";
import { controlKey } from "../../preferences/platform";
import { Icon } from "../ui/Icon";
import { BarButton } from "./BarButton";
import { MoreMenu, type MenuDialog } from "./MoreMenu";

interface Props {
  barRef: RefObject<HTMLDivElement | null>;
  moreRef: RefObject<HTMLButtonElement | null>;
  devices: Devices;
  self: Participant | undefined;
  hidden: boolean;
  onHand: () => void;
  onLeave: () => void;
  onMenuOpen: (open: boolean) => void;
  onDialog: (dialog: MenuDialog) => void;
  onCopyLink: () => void;
  hasAi: boolean;
  /** Where the menu is put, so that it lies within the page’s landmark. */
  menuParent: HTMLElement | null;
}

function isBroken({ enabled, state }: CaptureState): boolean {
  return enabled && state === "failed";
}

/**
 * The controls of the call, within reach of a thumb. While hidden they stay in the order of Tab and for
 * screen readers: the focus alone brings the bar back.
 */
export function ControlBar({
  barRef,
  moreRef,
  devices,
  self,
  hidden,
  onHand,
  onLeave,
  onMenuOpen,
  onDialog,
  onCopyLink,
  hasAi,
  menuParent,
}: Props) {
  const { t } = useTranslation();
  const { microphone, camera, screen, screenSupported } = useObservable(devices);
  const guard = useRevealGuard(hidden);
  const raised = self?.raisedHand ?? false;
  const micBroken = isBroken(microphone);
  const cameraBroken = isBroken(camera);

  return (
    <div
      data-hidden={hidden}
      className="bar pointer-events-none absolute inset-x-0 bottom-0 z-20 flex justify-center px-2 pb-[max(12px,env(safe-area-inset-bottom))]"
    >
      <Tooltip.Provider delayDuration={400}>
        <div
          ref={barRef}
          {...guard}
          role="group"
          aria-label={t("call.controls")}
          className="flex items-center gap-2 rounded-round bg-surface p-2 shadow-float ring-1 ring-line pointer-events-auto sm:gap-3"
        >
          <BarButton
            label={t(microphone.enabled ? "call.micOff" : "call.micOn")}
            keys={controlKey("D")}
            icon={microphone.enabled && !micBroken ? "mic" : "micOff"}
            look={micBroken ? "broken" : microphone.enabled ? "on" : "off"}
            onClick={() => devices.setMicrophone(!microphone.enabled)}
          />
          <BarButton
            label={t(camera.enabled ? "call.cameraOff" : "call.cameraOn")}
            keys={controlKey("E")}
            icon={camera.enabled && !cameraBroken ? "camera" : "cameraOff"}
            look={cameraBroken ? "broken" : camera.enabled ? "on" : "off"}
            onClick={() => devices.setCamera(!camera.enabled)}
          />
          {screenSupported ? (
            <BarButton
              label={t(screen.enabled ? "call.stopSharing" : "call.screenOn")}
              icon={screen.enabled ? "screenStop" : "screen"}
              look={screen.enabled ? "active" : "on"}
              onClick={() => devices.setScreen(!screen.enabled)}
            />
          ) : null}
          <BarButton
            label={t(raised ? "call.handDown" : "call.handUp")}
            keys="H"
            icon="hand"
            look={raised ? "active" : "on"}
            onClick={onHand}
          />
          <MoreMenu
            triggerRef={moreRef}
            onOpenChange={onMenuOpen}
            onDialog={onDialog}
            onCopyLink={onCopyLink}
            hasAi={hasAi}
            parent={menuParent}
          />
          <button
            type="button"
            onClick={onLeave}
            className="inline-flex h-12 min-w-12 shrink-0 items-center justify-center gap-2 rounded-round bg-danger-fill px-3 text-14 font-medium text-on-danger transition-colors duration-150 hover:bg-danger-fill-strong sm:px-5"
          >
            <Icon name="leave" size={24} />
            <span className="max-sm:sr-only">{t("call.leave")}</span>
          </button>
        </div>
      </Tooltip.Provider>
    </div>
  );
}
