import { useTranslation } from "react-i18next";
import { describeLine, findTrouble, type LineState } from "../../call/line";
import type { Call, Participant } from "../../call/types";
import type { useRevealGuard } from "../../hooks/use_reveal_guard";
import { useStatistics } from "../../hooks/use_statistics";
import { Icon, type IconName } from "../ui/Icon";

const icons: Readonly<Record<LineState, IconName>> = {
  alone: "shield",
  connecting: "shield",
  broken: "alert",
  direct: "shield",
  relayed: "server",
  mixed: "server",
  sfu: "server",
  moving: "server",
};

interface Props {
  call: Call;
  participants: readonly Participant[];
  guard: ReturnType<typeof useRevealGuard>;
  onPress: () => void;
}

/** How one is connected, in a sign and a word, and whether the line is bad. Opens the panel that says more. */
export function ConnectionButton({ call, participants, guard, onPress }: Props) {
  const { t } = useTranslation();
  const statistics = useStatistics(call, "calm");
  const state = describeLine(statistics, participants);
  const trouble = findTrouble(statistics, participants.find(({ isSelf }) => isSelf)?.id);
  if (state === "alone") return null;
  const word = t(trouble === "loss" ? "connection.weak" : `connection.word.${state}`);
  const alarmed = trouble !== undefined || state === "broken";
  return (
    <button
      type="button"
      {...guard}
      onClick={onPress}
      title={t("connection.title")}
      className={`touch-target pointer-events-auto inline-flex shrink-0 items-center gap-2 rounded-round px-3 text-14 transition-colors duration-150 hover:bg-sunken ${alarmed ? "text-attention" : "text-ink-soft hover:text-ink"}`}
    >
      <Icon name={alarmed ? "alert" : icons[state]} />
      <span className="sr-only">{t("connection.title")}: </span>
      <span className="max-sm:sr-only">{word}</span>
    </button>
  );
}
