import { useTranslation } from "react-i18next";
import type { Participant } from "../../call/types";
import type { Rect } from "../../stage/best_fit";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { VideoView } from "../VideoView";

interface Props {
  person: Participant;
  stream: MediaStream;
  rect: Rect;
  labelLift: number;
  onAspect: (id: string, aspect: number) => void;
  onStop: () => void;
}

/** A shared screen, whole. The own one is dimmed: to look at it would be a hall of mirrors. */
export function ScreenTile({ person, stream, rect, labelLift, onAspect, onStop }: Props) {
  const { t } = useTranslation();
  const label = person.isSelf
    ? t("call.yourScreen")
    : t("call.screenOf", { name: person.name || t("common.unnamed") });
  return (
    <li
      className="tile tile-appear overflow-hidden rounded-card bg-surface"
      style={{
        width: rect.width,
        height: rect.height,
        transform: `translate(${Math.round(rect.x)}px, ${Math.round(rect.y)}px)`,
      }}
    >
      <VideoView
        stream={stream}
        fit="whole"
        className={person.isSelf ? "opacity-30" : ""}
        onAspect={(aspect) => onAspect(`${person.id} screen`, aspect)}
      />
      {person.isSelf ? (
        <div className="absolute inset-0 flex flex-col items-center justify-center gap-3 p-3 text-center">
          <p className="flex items-center gap-2 text-16 font-medium">
            <Icon name="screen" />
            {label}
          </p>
          <Button onClick={onStop}>{t("call.stopSharing")}</Button>
        </div>
      ) : (
        <p
          className="absolute bottom-2 left-2 flex max-w-[calc(100%-16px)] items-center gap-1.5 rounded-control bg-canvas/85 px-2 py-1 text-14 transition-transform duration-200 ease-glide"
          style={{ transform: `translateY(${-labelLift}px)` }}
        >
          <Icon name="screen" size={16} className="text-ink-soft" />
          <span className="truncate">{label}</span>
        </p>
      )}
    </li>
  );
}
