import type { RefObject } from "react";
import { useTranslation } from "react-i18next";
import { peopleOf } from "../../call/participants";
import type { Call, CallSnapshot } from "../../call/types";
import { useDuration } from "../../hooks/use_duration";
import { useNow } from "../../hooks/use_now";
import { useRevealGuard } from "../../hooks/use_reveal_guard";
import { RouteHeading } from "../RouteHeading";
import { Icon } from "../ui/Icon";
import { Spinner } from "../ui/Spinner";
import { ConnectionButton } from "./ConnectionButton";

interface Props {
  barRef: RefObject<HTMLDivElement | null>;
  call: Call;
  snapshot: CallSnapshot;
  hidden: boolean;
  onParticipants: () => void;
  onConnection: () => void;
}

/** Where one is, with how many, how one is connected, and whether the server is there. The last stays when the rest goes. */
export function TopBar({ barRef, call, snapshot, hidden, onParticipants, onConnection }: Props) {
  const { t } = useTranslation();
  const guard = useRevealGuard(hidden);
  const offline = snapshot.status !== "open";
  const now = useNow(offline);
  const people = peopleOf(snapshot.participants).length;
  const duration = useDuration(now - snapshot.statusSince);

  return (
    <div className="pointer-events-none absolute inset-x-0 top-0 z-10 flex items-start justify-between gap-2 px-3 pt-[max(12px,env(safe-area-inset-top))]">
      <div
        ref={barRef}
        data-hidden={hidden}
        className="bar bar-top flex min-w-0 items-center gap-2 rounded-round bg-surface py-1 pr-1 pl-4 shadow-float ring-1 ring-line"
      >
        <RouteHeading className="max-w-60 min-w-0 truncate text-14 font-semibold">
          {snapshot.room}
        </RouteHeading>
        <button
          type="button"
          {...guard}
          onClick={onParticipants}
          className="touch-target tabular pointer-events-auto inline-flex shrink-0 items-center gap-2 rounded-round px-3 text-14 text-ink-soft transition-colors duration-150 hover:bg-sunken hover:text-ink"
        >
          <Icon name="people" />
          <span aria-hidden="true">{people}</span>
          <span className="sr-only">
            {t("call.participants")}: {t("call.people", { count: people })}
          </span>
        </button>
        <ConnectionButton
          call={call}
          participants={snapshot.participants}
          guard={guard}
          onPress={onConnection}
        />
      </div>
      {offline ? (
        <p className="tabular flex shrink-0 items-center gap-2 rounded-round bg-attention-soft px-4 py-2.5 text-14 text-attention shadow-float">
          <Spinner size={16} />
          <span className="max-sm:sr-only">{t("server.reconnecting")}</span>
          <span>{duration}</span>
        </p>
      ) : null}
    </div>
  );
}
