import { useEffect, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { AiState, Call } from "../../../call/types";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import { SelectField } from "../../ui/SelectField";
import { Spinner } from "../../ui/Spinner";

/** The server takes 8 kB; a character has at most four bytes. */
const MAX_LENGTH = 2000;

/** Of OpenAI and Azure; their own choice is the first. */
const voices = ["alloy", "ash", "ballad", "coral", "echo", "sage", "shimmer", "verse", "marin", "cedar"];

interface Props {
  call: Call;
  ai: AiState;
  onDone: () => void;
}

/** An address can bring what the form begins with: ?instructions=…&voice=… */
function wished(name: string): string {
  return new URLSearchParams(location.search).get(name) ?? "";
}

export function AiForm({ call, ai, onDone }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const [instructions, setInstructions] = useState(() => wished("instructions").slice(0, MAX_LENGTH));
  const [voice, setVoice] = useState(() => voices.find((known) => known === wished("voice")) ?? "");
  const coming = ai.state === "coming";
  const wasComing = useRef(coming);

  // The form comes later than the dialog, whose close button has the focus by then.
  useEffect(() => field.current?.focus(), []);
  useEffect(() => {
    if (wasComing.current && ai.state === "here") onDone();
    wasComing.current = coming;
  }, [ai.state, coming, onDone]);

  if (ai.state === "here") {
    return (
      <div className="flex flex-col gap-4">
        <p className="text-14 text-pretty text-ink-soft">{t("ai.isHere")}</p>
        <p className="tabular text-14">{t("ai.timeLeft", { count: ai.minutesLeft ?? 0 })}</p>
        <div className="flex justify-end gap-2">
          <Button onClick={onDone}>{t("common.cancel")}</Button>
          <Button
            kind="danger"
            onClick={() => {
              call.dismissAi();
              onDone();
            }}
          >
            {t("ai.dismiss")}
          </Button>
        </div>
      </div>
    );
  }

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!coming)
          call.inviteAi({ instructions: instructions.trim() || undefined, voice: voice || undefined });
      }}
      className="flex flex-col gap-4"
    >
      <p className="text-14 text-pretty text-ink-soft">{t("ai.about")}</p>
      <div className="flex flex-col gap-1">
        <label htmlFor={id} className="text-12 font-medium text-ink-soft">
          {t("ai.instructions")}
        </label>
        <textarea
          ref={field}
          id={id}
          rows={3}
          maxLength={MAX_LENGTH}
          value={instructions}
          placeholder={t("ai.instructionsExample")}
          readOnly={coming}
          onChange={(event) => setInstructions(event.target.value)}
          className="w-full resize-y rounded-control border border-line-strong bg-surface p-3 text-16 text-ink"
        />
      </div>
      <SelectField
        label={t("ai.voice")}
        icon="speaker"
        value={voice}
        options={[
          { value: "", label: t("ai.anyVoice") },
          ...voices.map((name) => ({ value: name, label: name.charAt(0).toUpperCase() + name.slice(1) })),
        ]}
        onChange={setVoice}
        disabled={coming}
      />
      <div role="alert">
        {ai.failure && !coming ? <Notice tone="attention">{t(`ai.failure.${ai.failure}`)}</Notice> : null}
      </div>
      <div className="flex justify-end gap-2">
        <Button
          onClick={() => {
            if (coming) call.dismissAi();
            onDone();
          }}
        >
          {t("common.cancel")}
        </Button>
        {/* Stays in reach while it is busy: a button that is disabled loses the focus. */}
        <Button kind="primary" type="submit" aria-disabled={coming}>
          {coming ? <Spinner size={20} /> : null}
          {t(coming ? "ai.coming" : "ai.invite")}
        </Button>
      </div>
    </form>
  );
}
