import { useContext } from "react";
import { useTranslation } from "react-i18next";
import { traceOf } from "../../../call/trace_link";
import type { Participant, PersonFigures, PersonSample } from "../../../call/types";
import { useNameOf } from "../../../hooks/use_person";
import { RoomVisitContext } from "../../../hooks/room_visit";
import { Icon } from "../../ui/Icon";
import { Sparkline } from "./Sparkline";
import type { Figures } from "./use_figures";

interface Graph {
  label: string;
  valueOf: (sample: PersonSample) => number | undefined;
  format: (value: number | undefined) => string;
  atLeast: number;
  shown: boolean;
}

interface Props {
  person: Participant;
  /** Undefined while nothing goes to them or comes from them. */
  measured: PersonFigures | undefined;
  figures: Figures;
}

/** One person in figures and graphs of the last minute. */
export function PersonRow({ person, measured, figures }: Props) {
  const { t } = useTranslation();
  const name = useNameOf(person);
  const trace = traceOf(useContext(RoomVisitContext)?.config.traceLink ?? "", person.session);
  const history = measured?.history ?? [];
  const now = history.at(-1);
  const all: readonly Graph[] = [
    {
      label: t(person.isSelf ? "connection.sent" : "connection.received"),
      valueOf: ({ bitrate }) => bitrate,
      format: figures.bitrate,
      atLeast: 200_000,
      shown: true,
    },
    {
      label: t("connection.loss"),
      valueOf: ({ lossPercent }) => lossPercent,
      format: figures.loss,
      atLeast: 5,
      shown: true,
    },
    {
      label: t("connection.frameRate"),
      valueOf: ({ framesPerSecond }) => framesPerSecond,
      format: figures.frames,
      atLeast: 30,
      // It pauses with the camera; whoever had none all the time has no use for it.
      shown: history.some(({ framesPerSecond }) => framesPerSecond !== undefined),
    },
    {
      label: t("connection.roundTrip"),
      valueOf: ({ roundTripMs }) => roundTripMs,
      format: figures.roundTrip,
      atLeast: 100,
      // With an SFU between there is no way to tell.
      shown: now?.roundTripMs !== undefined,
    },
  ];
  const graphs = all.filter(({ shown }) => shown);
  return (
    <li className="flex flex-col gap-3 rounded-card bg-sunken p-3">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
        <h4 className="min-w-0 truncate text-14 font-semibold">
          {person.isSelf ? t("call.youNamed", { name }) : name}
        </h4>
        {trace === undefined ? null : (
          <a href={trace} target="_blank" rel="noreferrer" className="text-12 underline">
            {t("connection.trace")}
            <span className="sr-only"> {name}</span>
          </a>
        )}
        {measured?.pictures.length ? (
          <ul className="tabular flex flex-wrap gap-x-3 text-12 text-ink-soft">
            {measured.pictures.map((picture) => (
              <li key={`${picture.kind} ${picture.layer ?? ""}`} className="inline-flex items-center gap-1">
                <Icon name={picture.kind} size={14} />
                <span className="sr-only">{t(`connection.picture.${picture.kind}`)}: </span>
                {figures.picture(picture)}
              </li>
            ))}
          </ul>
        ) : null}
      </div>
      {measured === undefined ? (
        <p className="text-14 text-ink-soft">
          {t(person.isSelf ? "connection.nothingSent" : "connection.nothingReceived")}
        </p>
      ) : (
        <dl className="grid grid-cols-2 gap-3 sm:grid-cols-4 max-sm:[&>:last-child:nth-child(odd)]:col-span-2">
          {graphs.map(({ label, valueOf, format, atLeast }) => (
            <div key={label} className="flex min-w-0 flex-col">
              <dt className="text-12 text-ink-soft">{label}</dt>
              <dd className="tabular text-14 whitespace-nowrap">{format(now && valueOf(now))}</dd>
              <dd aria-hidden="true" className="mt-1">
                <Sparkline history={history} valueOf={valueOf} atLeast={atLeast} />
              </dd>
            </div>
          ))}
        </dl>
      )}
    </li>
  );
}
