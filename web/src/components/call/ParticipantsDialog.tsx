import { useEffect, useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { peopleOf } from "../../call/participants";
import type { Call, CallSnapshot, Participant } from "../../call/types";
import { useNameOf } from "../../hooks/use_person";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Icon, type IconName } from "../ui/Icon";
import { Face } from "./Face";

interface RowProps {
  person: Participant;
  /** The server is there, so that muting would reach it. */
  reachable: boolean;
  onMute: () => void;
}

function State({
  icon,
  label,
  className = "text-ink-soft",
}: {
  icon: IconName;
  label: string;
  className?: string;
}) {
  return (
    <span title={label} className={`inline-flex size-8 items-center justify-center ${className}`}>
      <Icon name={icon} />
      <span className="sr-only">{label}</span>
    </span>
  );
}

function Row({ person, reachable, onMute }: RowProps) {
  const { t } = useTranslation();
  const [question, setQuestion] = useState<"none" | "asked" | "cancelled" | "confirmed">("none");
  const row = useRef<HTMLLIElement>(null);
  const muteButton = useRef<HTMLButtonElement>(null);
  const cancelButton = useRef<HTMLButtonElement>(null);
  const name = useNameOf(person);

  useEffect(() => {
    // The question replaces the pressed button, so the focus goes to the harmless answer, and back afterwards. A button
    // that has muted somebody is about to vanish; the row stays.
    if (question === "asked") cancelButton.current?.focus();
    else if (question === "cancelled") (muteButton.current ?? row.current)?.focus();
    else if (question === "confirmed") row.current?.focus();
  }, [question]);

  if (question === "asked") {
    return (
      <li ref={row} tabIndex={-1} className="flex flex-col gap-3 rounded-card bg-sunken p-3">
        <p className="text-14 text-pretty wrap-anywhere">{t("participants.muteQuestion", { name })}</p>
        <div className="flex justify-end gap-2">
          <Button ref={cancelButton} onClick={() => setQuestion("cancelled")}>
            {t("common.cancel")}
          </Button>
          <Button
            kind="primary"
            disabled={!reachable}
            onClick={() => {
              onMute();
              setQuestion("confirmed");
            }}
          >
            {t("participants.muteConfirm")}
          </Button>
        </div>
      </li>
    );
  }

  return (
    <li ref={row} tabIndex={-1} className="flex min-h-12 items-center gap-3">
      <Face person={person} size="36px" />
      <span className="min-w-0 flex-1 truncate text-16">
        {person.isSelf ? t("call.youNamed", { name }) : name}
      </span>
      {person.raisedHand ? <State icon="hand" label={t("call.hand")} className="text-attention" /> : null}
      {person.screenShareEnabled ? <State icon="screen" label={t("call.screenOf", { name })} /> : null}
      {person.audioUnavailable ? (
        <State icon="micOff" label={t("call.noMicrophone")} className="text-attention" />
      ) : !person.audioEnabled ? (
        <State icon="micOff" label={t("call.muted")} />
      ) : person.isSelf || person.isAi ? null : (
        <button
          ref={muteButton}
          type="button"
          disabled={!reachable}
          aria-label={t("participants.mute", { name })}
          title={t("participants.mute", { name })}
          onClick={() => setQuestion("asked")}
          className="touch-target inline-flex w-10 items-center justify-center rounded-round hover:bg-sunken disabled:opacity-50"
        >
          <Icon name="mic" />
        </button>
      )}
    </li>
  );
}

interface Props {
  call: Call;
  snapshot: CallSnapshot;
  onClose: () => void;
  returnFocusTo: () => HTMLElement | null;
  notices: ReactNode;
}

export function ParticipantsDialog({ call, snapshot, onClose, returnFocusTo, notices }: Props) {
  const { t } = useTranslation();
  return (
    <Dialog
      title={t("participants.title", { count: peopleOf(snapshot.participants).length })}
      onClose={onClose}
      returnFocusTo={returnFocusTo}
      notices={notices}
    >
      <ul className="flex flex-col gap-1">
        {snapshot.participants.map((person) => (
          <Row
            key={person.id}
            person={person}
            reachable={snapshot.status === "open"}
            onMute={() => call.muteOther(person.id)}
          />
        ))}
      </ul>
    </Dialog>
  );
}
