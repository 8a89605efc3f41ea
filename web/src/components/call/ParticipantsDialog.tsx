import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Call, CallSnapshot, Participant } from "../../call/types";
import { Initial } from "../Initial";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Icon, type IconName } from "../ui/Icon";

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
  const [asking, setAsking] = useState(false);
  const name = person.name || t("common.unnamed");

  if (asking) {
    return (
      <li className="flex flex-col gap-3 rounded-card bg-sunken p-3">
        <p className="text-14 text-pretty wrap-anywhere">{t("participants.muteQuestion", { name })}</p>
        <div className="flex justify-end gap-2">
          {/* The question replaces the pressed button, so the focus goes to the harmless answer. */}
          <Button ref={(button) => button?.focus()} onClick={() => setAsking(false)}>
            {t("common.cancel")}
          </Button>
          <Button
            kind="primary"
            disabled={!reachable}
            onClick={() => {
              onMute();
              setAsking(false);
            }}
          >
            {t("participants.muteConfirm")}
          </Button>
        </div>
      </li>
    );
  }

  return (
    <li className="flex min-h-12 items-center gap-3">
      <Initial name={person.name} size="36px" />
      <span className="min-w-0 flex-1 truncate text-16">
        {person.isSelf ? t("call.youNamed", { name }) : name}
      </span>
      {person.raisedHand ? <State icon="hand" label={t("call.hand")} className="text-attention" /> : null}
      {person.screenShareEnabled ? <State icon="screen" label={t("call.screenOf", { name })} /> : null}
      {person.audioUnavailable ? (
        <State icon="micOff" label={t("call.noMicrophone")} className="text-attention" />
      ) : !person.audioEnabled ? (
        <State icon="micOff" label={t("call.muted")} />
      ) : person.isSelf ? null : (
        <button
          type="button"
          disabled={!reachable}
          aria-label={t("participants.mute", { name })}
          title={t("participants.mute", { name })}
          onClick={() => setAsking(true)}
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
}

export function ParticipantsDialog({ call, snapshot, onClose, returnFocusTo }: Props) {
  const { t } = useTranslation();
  return (
    <Dialog
      title={t("participants.title", { count: snapshot.participants.length })}
      onClose={onClose}
      returnFocusTo={returnFocusTo}
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
