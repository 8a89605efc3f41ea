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
import { AiDialog } from "./AiDialog";
import { AiPill } from "./AiPill";
import { AloneCard } from "./AloneCard";
import { AudioPlayback } from "./AudioPlayback";
import { ConnectionDialog } from "./ConnectionDialog";
import { ControlBar } from "./ControlBar";
import type { MenuDialog } from "./MoreMenu";
import { ParticipantsDialog } from "./ParticipantsDialog";
import { ReportDialog } from "./ReportDialog";
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

/** Of the AI’s button, with a gap. */
const pillHeight = 60;

export function CallView({ call, snapshot, onLeave }: Props) {
  const { t } = useTranslation();
  const { devices } = call;
  const { speakerId } = useObservable(devices);
  const [dialog, setDialog] = useState<MenuDialog>();
  const [main, setMain] = useState<HTMLElement | null>(null);
  const [menuOpen, setMenuOpen] = useState(false);
  const topBar = useRef<HTMLDivElement>(null);
  const bar = useRef<HTMLDivElement>(null);
  const pill = useRef<HTMLDivElement>(null);
  const more = useRef<HTMLButtonElement>(null);
  const queue = useCallNotices(call, { aiFailures: dialog !== "ai" });
  const calm = useMediaQuery("(prefers-reduced-motion: reduce)");

  // A mouse that rests on a bar, or a focus that the keyboard put there, is about to use it. A finger leaves
  // its hover behind when it is long gone.
  const canHover = useMediaQuery("(hover: hover)");
  const isBarInUse = useCallback(
    () =>
      // The AI’s button must not move away while it is held.
      pill.current?.dataset.held === "true" ||
      [topBar, bar, pill].some(
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
  const aiShown = snapshot.ai !== undefined && snapshot.ai.state !== "away";
  const narrow = useMediaQuery("(width < 40rem)");
  // On a phone the tiles leave room for the AI’s button as well, or it would cover half of one.
  const pillStays = aiShown && narrow;
  const padding = barsStay
    ? `pt-16 ${aiShown ? "pb-46 sm:pb-38" : "pb-24"}`
    : pillStays
      ? "pt-2 pb-26"
      : "py-2";
  const pillCovers = aiShown && !narrow ? pillHeight : 0;
  const covered = barsStay
    ? { top: 0, bottom: 0 }
    : hidden
      ? { top: 0, bottom: pillCovers }
      : { top: barHeights.top, bottom: barHeights.bottom + pillCovers };

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
          padding
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
          <Stage call={call} snapshot={snapshot} covered={covered} />
        </div>
        {alone ? <AloneCard url={url} /> : null}
        {snapshot.ai && aiShown ? (
          <AiPill
            pillRef={pill}
            call={call}
            ai={snapshot.ai}
            participants={snapshot.participants}
            barHidden={hidden}
          />
        ) : null}
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
          hasAi={snapshot.ai !== undefined}
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
      {dialog === "ai" && snapshot.ai ? <AiDialog call={call} ai={snapshot.ai} {...dialogProps} /> : null}
      {dialog === "report" ? (
        <ReportDialog
          snapshot={snapshot}
          onSent={() => {
            closeDialog();
            queue.show({ text: t("report.sent"), topic: "report" });
          }}
          {...dialogProps}
        />
      ) : null}
      {dialog === "shortcuts" ? <ShortcutsDialog hasAi={snapshot.ai !== undefined} {...dialogProps} /> : null}
    </div>
  );
}
