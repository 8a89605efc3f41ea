import { useTranslation } from "react-i18next";
import type { Participant } from "../../call/types";
import { useDuration } from "../../hooks/use_duration";
import { useNow } from "../../hooks/use_now";
import { Icon } from "../ui/Icon";
import { Spinner } from "../ui/Spinner";

interface Props {
  person: Participant;
  /** Only the most necessary words have room. */
  compact: boolean;
}

/** Over the tile of somebody whose media does not arrive: what is wrong, and since when. */
export function LinkOverlay({ person, compact }: Props) {
  const { t } = useTranslation();
  const interrupted = person.link === "interrupted";
  const now = useNow(interrupted);
  const duration = useDuration(now - (person.linkSince ?? now));

  switch (person.link) {
    case "connected":
      return null;
    case "connecting":
      return (
        <div className="absolute inset-x-0 top-0 flex justify-center p-3">
          <p className="flex items-center gap-2 rounded-round bg-canvas/85 px-3 py-1 text-14">
            <Spinner size={16} />
            {t("call.connecting")}
          </p>
        </div>
      );
    case "interrupted":
      return (
        <div className="absolute inset-0 flex flex-col items-center justify-center gap-2 bg-canvas/75 p-3 pb-10 text-center text-14">
          <Spinner size={28} />
          <p className="tabular">
            {person.linkSince === undefined ? t("call.interrupted") : t("call.interruptedFor", { duration })}
          </p>
        </div>
      );
    case "failed":
      return (
        <div className="absolute inset-0 flex flex-col items-center justify-center gap-1 bg-surface p-3 pb-10 text-center text-14">
          <Icon name="alert" size={28} className="text-attention" />
          <p className="font-medium">{t("call.failed")}</p>
          {compact ? null : <p className="text-12 text-pretty text-ink-soft">{t("call.failedText")}</p>}
        </div>
      );
    default:
      return person.link satisfies never;
  }
}
