import { useRef, useState, type PointerEvent } from "react";
import { useTranslation } from "react-i18next";
import type { Call, Participant } from "../../call/types";
import { readStored, writeStored } from "../../preferences/stored_value";
import type { Size } from "../../stage/best_fit";
import {
  cornerByKey,
  cornerPosition,
  isCorner,
  nearestCorner,
  nextCorner,
  type Corner,
  type Insets,
  type Point,
} from "../../stage/corners";
import { Initial } from "../Initial";
import { Icon } from "../ui/Icon";
import { VideoView } from "../VideoView";
import { SpeakingBorder } from "./SpeakingBorder";
import { TileLabel } from "./TileLabel";

interface Props {
  call: Call;
  person: Participant;
  area: Size;
  insets: Insets;
}

function viewSize(area: Size, aspect: number): Size {
  // Large enough to see whether one is in the picture, small enough not to stand before the others.
  const longer = Math.min(256, Math.max(112, Math.max(area.width, area.height) * 0.17));
  return aspect >= 1
    ? { width: Math.round(longer), height: Math.round(longer / aspect) }
    : { width: Math.round(longer * aspect), height: Math.round(longer) };
}

function readCorner(): Corner {
  const stored = readStored("selfCorner");
  return isCorner(stored) ? stored : "bottomRight";
}

/** The own picture while others are there: small, in a corner, and moved by dragging, pressing or arrow keys. */
export function SelfView({ call, person, area, insets }: Props) {
  const { t } = useTranslation();
  const [corner, setCorner] = useState(readCorner);
  const [aspect, setAspect] = useState(16 / 9);
  const [dragged, setDragged] = useState<Point>();
  const grip = useRef<{ pointer: Point; origin: Point } | undefined>(undefined);
  const camera = person.videoEnabled ? person.camera : undefined;
  const size = viewSize(area, camera ? aspect : 16 / 9);
  const rest = cornerPosition(corner, size, area, insets);
  const position = dragged ?? rest;

  const move = (next: Corner) => {
    setCorner(next);
    writeStored("selfCorner", next);
  };

  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    if (event.button !== 0 || (event.target instanceof Element && event.target.closest("button"))) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    grip.current = { pointer: { x: event.clientX, y: event.clientY }, origin: rest };
  };
  const onPointerMove = (event: PointerEvent) => {
    if (!grip.current) return;
    const { pointer, origin } = grip.current;
    setDragged({ x: origin.x + event.clientX - pointer.x, y: origin.y + event.clientY - pointer.y });
  };
  const onPointerEnd = () => {
    if (dragged) move(nearestCorner(dragged, size, area));
    grip.current = undefined;
    setDragged(undefined);
  };

  return (
    <section
      aria-label={t("call.selfView")}
      data-dragging={dragged !== undefined}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerEnd}
      onPointerCancel={onPointerEnd}
      className="self-view group absolute top-0 left-0 z-10 cursor-grab overflow-hidden rounded-card bg-sunken shadow-float ring-1 ring-line data-[dragging=true]:cursor-grabbing"
      style={{ ...size, transform: `translate(${Math.round(position.x)}px, ${Math.round(position.y)}px)` }}
    >
      {camera ? (
        <VideoView stream={camera} label={t("call.selfView")} mirrored fit="filled" onAspect={setAspect} />
      ) : (
        <div className="flex size-full items-center justify-center">
          <Initial name={person.name} size={`${Math.round(size.height * 0.46)}px`} />
        </div>
      )}
      <TileLabel person={person} lift={0} compact nameless />
      <SpeakingBorder call={call} participantId={person.id} speaking={person.speaking} />
      <button
        type="button"
        aria-label={t("call.selfMove")}
        title={t("call.selfMoveHint")}
        onClick={() => move(nextCorner(corner))}
        onKeyDown={(event) => {
          const next = cornerByKey(corner, event.key);
          if (!next) return;
          event.preventDefault();
          move(next);
        }}
        className="absolute top-1 left-1 inline-flex size-8 items-center justify-center rounded-control bg-canvas/85 text-ink opacity-0 transition-opacity duration-150 group-hover:opacity-100 focus-visible:opacity-100 pointer-coarse:opacity-70"
      >
        <Icon name="corner" size={16} />
      </button>
    </section>
  );
}
