import { useCallback, type RefObject } from "react";
import { useTranslation } from "react-i18next";
import type { AiState, Call, Participant } from "../../call/types";
import { useNameOf } from "../../hooks/use_person";
import { usePushToTalk } from "../../hooks/use_push_to_talk";
import { Icon } from "../ui/Icon";
import { Spinner } from "../ui/Spinner";

interface Props {
  pillRef: RefObject<HTMLDivElement | null>;
  call: Call;
  ai: AiState;
  participants: readonly Participant[];
  /** The bar of controls is away, and its place free. */
  barHidden: boolean;
}

const nobody = { name: "", isAi: false };

/**
 * That the AI is in the call, which is in sight as long as it is, and the button that talks to it. It lies over the
 * controls, where a thumb reaches it.
 */
export function AiPill({ pillRef, call, ai, participants, barHidden }: Props) {
  const { t } = useTranslation();
  const talker = participants.find(({ id }) => id === ai.talker);
  const talkerName = useNameOf(talker ?? nobody);
  const taken = talker !== undefined && !talker.isSelf;
  const here = ai.state === "here";
  const talk = useCallback((talking: boolean) => call.talkToAi(talking), [call]);
  const { grip, handlers } = usePushToTalk({ letter: "a", enabled: here && !taken, onTalk: talk });
  const talks = grip !== "none";
  const own = talker?.isSelf ? t("ai.hearsYou") : talks ? t("ai.wait") : undefined;
  const text = !here
    ? t("ai.coming")
    : (own ??
      (taken ? t("ai.hears", { name: talkerName }) : t("ai.timeLeft", { count: ai.minutesLeft ?? 0 })));

  return (
    <div
      data-down={barHidden}
      className="ai-pill pointer-events-none absolute inset-x-0 bottom-[calc(max(12px,env(safe-area-inset-bottom))+72px)] z-10 flex justify-center px-3"
    >
      <div
        ref={pillRef}
        role="group"
        aria-label={t("ai.group")}
        data-held={talks}
        className="pointer-events-auto flex max-w-full min-w-0 items-center gap-x-3 gap-y-1 rounded-card bg-surface p-1 text-14 shadow-float ring-1 ring-line max-sm:flex-col max-sm:items-stretch sm:rounded-round"
      >
        <p className="tabular flex min-w-0 items-center justify-center gap-2 px-3 py-1 sm:py-2.5">
          {here ? <Icon name="spark" className="shrink-0 text-accent" /> : <Spinner size={20} />}
          <span className="min-w-0 truncate">{text}</span>
        </p>
        {/* What others do and how the time passes would be talk without end; that one may speak now has to be heard. */}
        <p role="status" className="sr-only">
          {own}
        </p>
        {here ? (
          <button
            type="button"
            // Stays in reach while somebody else talks: a button that is disabled loses the focus.
            aria-disabled={taken}
            aria-pressed={talks}
            {...handlers}
            className={`touch-target inline-flex shrink-0 touch-none items-center justify-center gap-2 rounded-round px-4 font-medium transition-colors duration-150 select-none aria-disabled:opacity-50 ${
              talks
                ? "bg-accent-soft text-accent ring-2 ring-accent ring-inset"
                : "bg-accent text-on-accent hover:bg-accent-strong"
            }`}
          >
            <Icon name="mic" />
            {t(grip === "latched" ? "ai.stop" : "ai.hold")}
          </button>
        ) : null}
      </div>
    </div>
  );
}
