import { useCallback, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Call, CallSnapshot } from "../../call/types";
import { useCallNotices } from "../../hooks/use_call_notices";
import { copyText } from "../../hooks/use_copy";
import { useIdle } from "../../hooks/use_idle";
import { useMediaQuery } from "../../hooks/use_media_query";
import { useObservable } from "../../hooks/use_observable";
import { useShortcuts } from "../../hooks/use_shortcuts";
import type { ShortcutAction } from "../../preferences/shortcut_match";
import { roomUrl } from "../../rooms/room_name";
import { AloneCard } from "./AloneCard";
import { AudioPlayback } from "./AudioPlayback";
import { ConnectionDialog } from "./ConnectionDialog";
import { ControlBar } from "./ControlBar";
import type { MenuDialog } from "./MoreMenu";
import { ParticipantsDialog } from "./ParticipantsDialog";
import { SettingsDialog } from "./SettingsDialog";
import { ShortcutsDialog } from "./ShortcutsDialog";
import { Stage } from "./Stage";
import { Toasts } from "./Toasts";
import { TopBar } from "./TopBar";

interface Props {
  call: Call;
  snapshot: CallSnapshot;
  onLeave: () => void;
}

const idleTime = 3_000;

/** Heights of the bars with their distance from the edge. */
const barHeights = { top: 64, bottom: 84 };

export function CallView({ call, snapshot, onLeave }: Props) {
  const { t } = useTranslation();
  const { devices } = call;
  const { speakerId } = useObservable(devices);
  const [dialog, setDialog] = useState<MenuDialog>();
  const [main, setMain] = useState<HTMLElement | null>(null);
  const [menuOpen, setMenuOpen] = useState(false);
  const topBar = useRef<HTMLDivElement>(null);
  const bar = useRef<HTMLDivElement>(null);
  const more = useRef<HTMLButtonElement>(null);
  const queue = useCallNotices(call);
  const calm = useMediaQuery("(prefers-reduced-motion: reduce)");

  // A mouse that rests on a bar, or a focus that the keyboard put there, is about to use it. A finger leaves
  // its hover behind when it is long gone.
  const canHover = useMediaQuery("(hover: hover)");
  const isBarInUse = useCallback(
    () =>
      [topBar, bar].some(
        ({ current }) =>
          current?.querySelector(canHover ? ":hover, :focus-visible" : ":focus-visible") != null,
      ),
    [canHover],
  );
  const idle = useIdle(idleTime, isBarInUse);
  const self = snapshot.participants.find((person) => person.isSelf);
  const alone = snapshot.participants.length < 2;
  // Where the bars always show, the tiles leave room for them.
  const barsStay = alone || calm;
  const hidden = idle && !menuOpen && !dialog && !barsStay;

  const toggleHand = useCallback(() => call.setHandRaised(!self?.raisedHand), [call, self?.raisedHand]);
  const runShortcut = useCallback(
    (action: ShortcutAction): void => {
      const { microphone, camera } = devices.getSnapshot();
      switch (action) {
        case "microphone":
          devices.setMicrophone(!microphone.enabled);
          break;
        case "camera":
          devices.setCamera(!camera.enabled);
          break;
        case "hand":
          toggleHand();
          break;
        case "list":
          setDialog("shortcuts");
          break;
        default:
          action satisfies never;
      }
    },
    [devices, toggleHand],
  );
  useShortcuts(runShortcut);

  const url = roomUrl(snapshot.room, location.origin);
  const copyLink = async () => {
    if ((await copyText(url)) === "copied") queue.show({ text: t("common.linkCopied"), topic: "link" });
    else
      queue.show({
        text: `${t("common.linkNotCopied")} ${url}`,
        tone: "attention",
        topic: "link",
        sticky: true,
      });
  };

  const closeDialog = () => setDialog(undefined);
  const notices = <Toasts queue={queue} />;
  const dialogProps = { onClose: closeDialog, returnFocusTo: () => more.current, notices };

  return (
    <div
      className={`stage-theme fixed inset-0 overflow-hidden bg-canvas text-ink ${hidden ? "cursor-none" : ""}`}
    >
      <main
        ref={setMain}
        className={
          "flex size-full gap-3 pr-[max(8px,env(safe-area-inset-right))] pl-[max(8px,env(safe-area-inset-left))] portrait:flex-col " +
          (barsStay ? "pt-16 pb-24" : "py-2")
        }
      >
        <TopBar
          barRef={topBar}
          call={call}
          snapshot={snapshot}
          hidden={hidden}
          onParticipants={() => setDialog("participants")}
          onConnection={() => setDialog("connection")}
        />
        <div className="min-h-0 min-w-0 flex-1">
          <Stage
            call={call}
            snapshot={snapshot}
            covered={hidden || barsStay ? { top: 0, bottom: 0 } : barHeights}
          />
        </div>
        {alone ? <AloneCard url={url} /> : null}
        <ControlBar
          barRef={bar}
          moreRef={more}
          devices={devices}
          self={self}
          hidden={hidden}
          onHand={toggleHand}
          onLeave={onLeave}
          onMenuOpen={setMenuOpen}
          onDialog={setDialog}
          onCopyLink={() => void copyLink()}
          menuParent={main}
        />
      </main>
      {dialog ? null : notices}
      <AudioPlayback participants={snapshot.participants} speakerId={speakerId} />
      {dialog === "participants" ? (
        <ParticipantsDialog call={call} snapshot={snapshot} {...dialogProps} />
      ) : null}
      {dialog === "connection" ? (
        <ConnectionDialog call={call} participants={snapshot.participants} {...dialogProps} />
      ) : null}
      {dialog === "settings" ? <SettingsDialog devices={devices} {...dialogProps} /> : null}
      {dialog === "shortcuts" ? <ShortcutsDialog {...dialogProps} /> : null}
    </div>
  );
}
