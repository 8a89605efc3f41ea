import type { Call, Participant } from "../../call/types";
import type { Rect } from "../../stage/best_fit";
import { VideoView } from "../VideoView";
import { Face } from "./Face";
import { LinkOverlay } from "./LinkOverlay";
import { QualitySign } from "./QualitySign";
import { SpeakingBorder } from "./SpeakingBorder";
import { TileLabel } from "./TileLabel";

interface Props {
  call: Call;
  person: Participant;
  rect: Rect;
  labelLift: number;
  onAspect: (id: string, aspect: number) => void;
}

/** One person on the stage. */
export function PersonTile({ call, person, rect, labelLift, onAspect }: Props) {
  const shown = person.videoEnabled ? person.camera : undefined;
  const initialSize = Math.round(Math.min(rect.width, rect.height, 480) * 0.34);
  return (
    <li
      className="tile tile-appear overflow-hidden rounded-card bg-surface"
      style={{
        width: rect.width,
        height: rect.height,
        transform: `translate(${Math.round(rect.x)}px, ${Math.round(rect.y)}px)`,
      }}
    >
      {shown ? (
        <VideoView
          stream={shown}
          mirrored={person.isSelf}
          fit="filled"
          onAspect={(aspect) => onAspect(person.id, aspect)}
        />
      ) : (
        <div className="flex size-full items-center justify-center">
          <Face person={person} size={`${initialSize}px`} />
        </div>
      )}
      {person.isSelf ? null : <LinkOverlay person={person} compact={rect.height < 200} />}
      <TileLabel person={person} lift={labelLift} compact={rect.width < 200}>
        {person.isSelf || person.link !== "connected" ? null : <QualitySign call={call} person={person} />}
      </TileLabel>
      <SpeakingBorder call={call} participantId={person.id} speaking={person.speaking} />
    </li>
  );
}
