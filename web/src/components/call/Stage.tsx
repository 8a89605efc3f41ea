import { useLayoutEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Call, CallSnapshot } from "../../call/types";
import { useElementSize } from "../../hooks/use_element_size";
import { useShownTiles } from "../../hooks/use_shown_tiles";
import { cameraShape, fitStage, plainShape, screenShape, type Rect } from "../../stage/best_fit";
import { PersonTile } from "./PersonTile";
import { ScreenTile } from "./ScreenTile";
import { SelfView } from "./SelfView";

interface Props {
  call: Call;
  snapshot: CallSnapshot;
  /** Height that the bars cover at the top and the bottom while they show; 0 while hidden. */
  covered: { top: number; bottom: number };
}

const gap = 8;

/** A little longer than the glide itself. */
const glideTime = 300;

/** Turns gliding on for a moment whenever `arrangement` changes. */
function useGlide(arrangement: string): boolean {
  const [settled, setSettled] = useState(arrangement);
  useLayoutEffect(() => {
    if (settled === arrangement) return undefined;
    const timer = setTimeout(() => setSettled(arrangement), glideTime);
    return () => clearTimeout(timer);
  }, [arrangement, settled]);
  return settled !== arrangement;
}

/** All that is seen of the call: the others and shared screens in tiles, oneself small in a corner. */
export function Stage({ call, snapshot, covered }: Props) {
  const { t } = useTranslation();
  const ref = useRef<HTMLDivElement>(null);
  const area = useElementSize(ref);
  const [aspects, setAspects] = useState<ReadonlyMap<string, number>>(new Map());
  const { participants } = snapshot;

  const self = participants.find((person) => person.isSelf);
  const others = participants.filter((person) => !person.isSelf);
  const screens = participants.flatMap((person) =>
    person.screenShareEnabled && person.screen ? [{ person, stream: person.screen }] : [],
  );
  // Beside a shared screen the others are small too, and a floating picture would only cover them.
  const selfFloats = others.length > 0 && screens.length === 0;
  const people = self && !selfFloats ? [...others, self] : others;

  const noteAspect = (id: string, aspect: number) => {
    setAspects((known) => (known.get(id) === aspect ? known : new Map(known).set(id, aspect)));
  };

  const layout = fitStage(
    {
      people: people.map((person) => {
        const aspect = person.videoEnabled && person.camera ? aspects.get(person.id) : undefined;
        return aspect === undefined ? plainShape : cameraShape(aspect);
      }),
      screens: screens.map(({ person }) => screenShape(aspects.get(`${person.id} screen`) ?? 16 / 9)),
    },
    area,
    gap,
  );
  useShownTiles(call, {
    people,
    screens: screens.map(({ person }) => person),
    layout,
    height: area.height,
  });
  const gliding = useGlide(
    [
      ...people.map(({ id, videoEnabled }) => `${id} ${videoEnabled}`),
      ...screens.map(({ person }) => person.id),
    ].join(),
  );

  const liftOf = (rect: Rect) => Math.max(0, rect.y + rect.height - (area.height - covered.bottom));

  return (
    <div ref={ref} className="relative size-full">
      <ul aria-label={t("call.stage")} className={gliding ? "stage-gliding" : ""}>
        {screens.map(({ person, stream }, index) => {
          const rect = layout.screens[index];
          return rect ? (
            <ScreenTile
              key={`${person.id} screen`}
              person={person}
              stream={stream}
              rect={rect}
              labelLift={liftOf(rect)}
              onAspect={noteAspect}
              onStop={() => call.devices.setScreen(false)}
            />
          ) : null;
        })}
        {people.map((person, index) => {
          const rect = layout.people[index];
          return rect ? (
            <PersonTile
              key={person.id}
              call={call}
              person={person}
              rect={rect}
              labelLift={liftOf(rect)}
              onAspect={noteAspect}
            />
          ) : null;
        })}
      </ul>
      {self && selfFloats && area.width > 0 ? (
        <SelfView
          call={call}
          person={self}
          area={area}
          insets={{ side: gap, top: gap + covered.top, bottom: gap + covered.bottom }}
        />
      ) : null}
    </div>
  );
}
