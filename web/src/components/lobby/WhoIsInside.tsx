import { useTranslation } from "react-i18next";
import type { Participant } from "../../call/types";
import { Initial } from "../Initial";

const mostNames = 5;

/** Who is in the call already, so that nobody walks into the wrong room. */
export function WhoIsInside({ participants }: { participants: readonly Participant[] }) {
  const { t } = useTranslation();
  if (participants.length === 0) return <p className="text-16 text-ink-soft">{t("lobby.empty")}</p>;

  const names = participants.map((participant) => participant.name || t("common.unnamed"));
  const shown =
    names.length > mostNames ? [...names.slice(0, mostNames), `+${names.length - mostNames}`] : names;
  return (
    <div className="flex items-center gap-3">
      <div className="flex -space-x-2">
        {participants.slice(0, mostNames).map((participant) => (
          <span key={participant.id} className="rounded-round ring-2 ring-canvas">
            <Initial name={participant.name} size="36px" />
          </span>
        ))}
      </div>
      <div className="min-w-0">
        <p className="text-16">{t("lobby.inside", { count: participants.length })}</p>
        <p className="line-clamp-2 text-14 wrap-anywhere text-ink-soft">{shown.join(", ")}</p>
      </div>
    </div>
  );
}
