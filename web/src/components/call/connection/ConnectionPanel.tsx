import { useTranslation } from "react-i18next";
import { describeLine, findTrouble, type LineState } from "../../../call/line";
import type { Call, Participant } from "../../../call/types";
import { useStatistics } from "../../../hooks/use_statistics";
import { Icon, type IconName } from "../../ui/Icon";
import { Notice } from "../../ui/Notice";
import { Spinner } from "../../ui/Spinner";
import { ConnectionFacts } from "./ConnectionFacts";
import { PersonRow } from "./PersonRow";
import { useFigures } from "./use_figures";

const icons: Readonly<Record<Exclude<LineState, "connecting">, IconName>> = {
  alone: "person",
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
}

/** How the call is connected in one sentence, then in figures, then person by person. */
export function ConnectionPanel({ call, participants }: Props) {
  const { t } = useTranslation();
  const statistics = useStatistics(call, "live");
  const figures = useFigures();
  const self = participants.find(({ isSelf }) => isSelf);
  const others = participants.filter(({ isSelf }) => !isSelf);
  const state = describeLine(statistics, participants);
  const trouble = findTrouble(statistics, self?.id);
  const nameOf = (id: string | undefined) =>
    participants.find((person) => person.id === id)?.name || t("common.unnamed");
  const connections = statistics?.connections ?? [];
  const only = others.length === 1 ? others[0] : undefined;
  const sentence =
    only !== undefined && (state === "direct" || state === "relayed")
      ? t(`connection.sentence.${state}One`, { name: only.name || t("common.unnamed") })
      : t(`connection.sentence.${state}`);

  // Of what is lost or not yet made there is nothing to tell.
  const isThere = connections.some(({ established }) => established) && others.length > 0;

  return (
    <>
      <div className="flex gap-3">
        {state === "connecting" ? (
          <Spinner size={20} />
        ) : (
          <Icon
            name={icons[state]}
            className={
              state === "broken" ? "text-attention" : state === "direct" ? "text-accent" : "text-ink-soft"
            }
          />
        )}
        <div className="flex min-w-0 flex-col gap-1 text-14 text-pretty wrap-anywhere">
          <p>{sentence}</p>
          {state === "sfu" || state === "moving" ? (
            <p className="text-ink-soft">{t("connection.sentence.sfuTrust")}</p>
          ) : null}
        </div>
      </div>
      {trouble === undefined ? null : <Notice tone="attention">{t(`connection.trouble.${trouble}`)}</Notice>}
      {isThere
        ? connections.map((connection) => (
            <ConnectionFacts
              key={`${connection.path} ${connection.peer ?? ""}`}
              connection={connection}
              peerName={
                connections.length > 1 && connection.path === "p2p" ? nameOf(connection.peer) : undefined
              }
              figures={figures}
            />
          ))
        : null}
      {statistics === undefined || !isThere ? null : (
        <section className="flex flex-col gap-3 border-t border-line pt-4">
          <h3 className="text-14 font-semibold">{t("connection.people")}</h3>
          <ul className="flex flex-col gap-2">
            {participants.map((person) => (
              <PersonRow
                key={person.id}
                person={person}
                measured={statistics.people.find(({ id }) => id === person.id)}
                figures={figures}
              />
            ))}
          </ul>
        </section>
      )}
    </>
  );
}
