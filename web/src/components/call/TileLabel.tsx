import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Participant } from "../../call/types";
import { useNameOf } from "../../hooks/use_person";
import { Icon } from "../ui/Icon";

interface Props {
  person: Participant;
  /** How far up to move, so that the bar does not cover the name. */
  lift: number;
  compact?: boolean;
  /** Where the place itself says whose picture it is. */
  nameless?: boolean;
  /** Further signs, before the name. */
  children?: ReactNode;
}

/** The name and the states that a glance should tell: shapes with words for those who do not see them. */
export function TileLabel({ person, lift, compact = false, nameless = false, children }: Props) {
  const { t } = useTranslation();
  const name = useNameOf(person);
  const micState = person.audioUnavailable
    ? "call.noMicrophone"
    : person.audioEnabled
      ? undefined
      : "call.muted";
  return (
    <>
      {person.raisedHand ? (
        <span
          className={`tile-appear absolute inline-flex items-center justify-center rounded-round bg-attention text-canvas ${compact ? "top-1 right-1 size-7" : "top-2 right-2 size-9"}`}
        >
          <Icon name="hand" size={compact ? 16 : 20} />
          <span className="sr-only">{t("call.hand")}</span>
        </span>
      ) : null}
      <div
        className="pointer-events-none absolute inset-x-0 bottom-0 flex p-2 transition-transform duration-200 ease-glide"
        style={{ transform: `translateY(${-lift}px)` }}
      >
        <p
          className={`flex max-w-full min-w-0 items-center gap-1.5 rounded-control py-1 text-ink ${nameless && !micState ? "" : "bg-canvas/85"} ${compact ? "px-1.5 text-12" : "px-2 text-14"}`}
        >
          {micState ? (
            <>
              <Icon
                name="micOff"
                size={16}
                className={person.audioUnavailable ? "text-attention" : "text-ink-soft"}
              />
              <span className="sr-only">{t(micState)}</span>
            </>
          ) : null}
          {children}
          <span className={nameless ? "sr-only" : "truncate"}>{person.isSelf ? t("call.you") : name}</span>
          {person.speaking ? <span className="sr-only">{t("call.speaking")}</span> : null}
        </p>
      </div>
    </>
  );
}
