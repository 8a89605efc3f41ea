import { useTranslation } from "react-i18next";
import type { ConnectionFigures } from "../../../call/types";
import { describeEncryption } from "./encryption";
import type { Figures } from "./use_figures";

interface Props {
  connection: ConnectionFigures;
  /** Who is at the other end, where there are several. */
  peerName?: string;
  figures: Figures;
}

/** What the browser says of one connection. */
export function ConnectionFacts({ connection, peerName, figures }: Props) {
  const { t } = useTranslation();
  const { route, protocol, family, roundTripMs, lossPercent, established } = connection;
  const transport = [protocol?.toUpperCase(), family === "unknown" ? undefined : family]
    .filter(Boolean)
    .join(", ");
  const facts = established
    ? [
        { label: t("connection.path"), value: t(`connection.route.${route}`) },
        { label: t("connection.protocol"), value: transport || "–" },
        { label: t("connection.roundTrip"), value: figures.roundTrip(roundTripMs) },
        { label: t("connection.loss"), value: figures.loss(lossPercent) },
      ]
    : [{ label: t("connection.path"), value: t("connection.word.connecting") }];
  const encryption = established ? describeEncryption(connection.encryption) : undefined;
  if (encryption !== undefined) facts.push({ label: t("connection.encryption"), value: encryption });
  return (
    <section className="flex flex-col gap-2">
      {peerName === undefined ? null : (
        <h3 className="truncate text-14 font-semibold">{t("connection.with", { name: peerName })}</h3>
      )}
      <dl className="grid grid-cols-2 gap-x-4 gap-y-3 sm:grid-cols-[1.3fr_1fr_1fr_1fr]">
        {facts.map(({ label, value }, index) => (
          <div key={label} className={`min-w-0 ${index === 4 ? "col-span-full" : ""}`}>
            <dt className="text-12 text-ink-soft">{label}</dt>
            <dd className="tabular text-14 wrap-anywhere">{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
