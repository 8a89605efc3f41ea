import { useEffect, useId, useRef, useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { ApiError, sendBugReport } from "../../../api/client";
import type { CallSnapshot } from "../../../call/types";
import { apiHistory } from "../../../media/sfu/api_history";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import { Spinner } from "../../ui/Spinner";

/** The server takes as many code points. */
const MAX_LENGTH = 4000;

type Failure = "tooMany" | "notNamed" | "unreachable";

function failureOf(error: unknown): Failure {
  const status = error instanceof ApiError ? error.status : undefined;
  if (status === 429) return "tooMany";
  return status === 401 ? "notNamed" : "unreachable";
}

/** What helps to find the fault: who was there and in which session, and what was said to the SFU. */
function describeCall({ room, meetingId, participants }: CallSnapshot) {
  const people = participants.map((person) => ({
    ...person,
    camera: undefined,
    screen: undefined,
    audio: undefined,
  }));
  return {
    roomName: room,
    meetingId,
    url: location.origin + location.pathname,
    identity: { self: people.find(({ isSelf }) => isSelf)?.id, people },
    roomHistory: apiHistory.newest(),
  };
}

interface Props {
  snapshot: CallSnapshot;
  onSent: () => void;
  onCancel: () => void;
}

export function ReportForm({ snapshot, onSent, onCancel }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState("");
  const [empty, setEmpty] = useState(false);
  const [sending, setSending] = useState(false);
  const [failure, setFailure] = useState<Failure>();

  // The form comes later than the dialog, whose close button has the focus by then.
  useEffect(() => field.current?.focus(), []);

  const send = async () => {
    setSending(true);
    setFailure(undefined);
    try {
      await sendBugReport(text, describeCall(snapshot));
      onSent();
    } catch (error) {
      setFailure(failureOf(error));
      setSending(false);
    }
  };
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (sending) return;
    if (text.trim() === "") {
      setEmpty(true);
      field.current?.focus();
    } else void send();
  };

  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4">
      <div className="flex flex-col gap-1">
        <label htmlFor={id} className="text-14 font-medium">
          {t("report.label")}
        </label>
        <textarea
          ref={field}
          id={id}
          rows={5}
          required
          maxLength={MAX_LENGTH}
          value={text}
          aria-invalid={empty || undefined}
          aria-describedby={`${id}-error ${id}-hint`}
          onChange={(event) => {
            setText(event.target.value);
            setEmpty(false);
          }}
          className={
            "w-full resize-y rounded-control border bg-surface p-3 text-16 text-ink " +
            (empty ? "border-danger" : "border-line-strong")
          }
        />
        {/* Always there, so that a screen reader notices when an error comes into it. */}
        <p id={`${id}-error`} aria-live="polite" className="text-14 text-danger">
          {empty ? t("report.empty") : null}
        </p>
        <p id={`${id}-hint`} className="text-12 text-pretty text-ink-soft">
          {t("report.hint")}
        </p>
      </div>
      <div role="alert">
        {failure ? <Notice tone="attention">{t(`report.failure.${failure}`)}</Notice> : null}
      </div>
      <div className="flex justify-end gap-2">
        <Button onClick={onCancel}>{t("common.cancel")}</Button>
        {/* Stays in reach while it is busy: a button that is disabled loses the focus. */}
        <Button kind="primary" type="submit" aria-disabled={sending}>
          {sending ? <Spinner size={20} /> : null}
          {t(sending ? "report.sending" : "report.send")}
        </Button>
      </div>
    </form>
  );
}
