import { useEffect } from "react";
import type { Call, Participant } from "../call/types";
import type { TileHeights } from "../media/media_path";
import type { StageLayout } from "../stage/best_fit";

export interface StageContent {
  people: readonly Participant[];
  /** Those whose screens have a place in the layout, in its order. */
  screens: readonly Participant[];
  layout: StageLayout;
  /** The height of the whole stage. */
  height: number;
}

/** Tells the call which pictures of the others are on the stage, in pixels of this screen. */
export function useShownTiles(call: Call, { people, screens, layout, height }: StageContent): void {
  const tiles = new Map<string, TileHeights>();
  const note = (person: Participant, heights: TileHeights) => {
    if (!person.isSelf) tiles.set(person.id, { ...tiles.get(person.id), ...heights });
  };
  const scaled = (length: number) => Math.round(length * devicePixelRatio);
  for (const [index, person] of people.entries()) {
    const rect = layout.people[index];
    if (rect) note(person, { camera: scaled(rect.height) });
    // It gets its place once it has a picture, and a picture once it is asked for.
    if (person.screenShareEnabled) note(person, { screen: scaled(height) });
  }
  for (const [index, person] of screens.entries()) {
    const rect = layout.screens[index];
    if (rect) note(person, { screen: scaled(rect.height) });
  }
  const summary = JSON.stringify([...tiles]);
  useEffect(() => {
    call.show(new Map(JSON.parse(summary) as [string, TileHeights][]));
  }, [call, summary]);
}
