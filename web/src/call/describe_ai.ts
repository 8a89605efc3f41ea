import type { RoomAi } from "../protocol/messages";
import { shallowEqual } from "../util/equal";
import type { AiFailure, AiState } from "./types";

const failures: ReadonlyMap<string, AiFailure> = new Map([
  ["limit_reached", "limitReached"],
  ["media", "media"],
  ["refused", "refused"],
]);

/** What the pages show of the voice AI; the earlier object while nothing has changed. */
export function describeAi(ai: RoomAi | undefined, before: AiState | undefined): AiState {
  const next: AiState = {
    state: ai?.enabled === true ? "here" : ai?.connectionPending === true ? "coming" : "away",
    talker: ai?.controllingUser,
    failure: ai?.errorCode === undefined ? undefined : (failures.get(ai.errorCode) ?? "unavailable"),
    minutesLeft: ai?.remainingSeconds === undefined ? undefined : Math.ceil(ai.remainingSeconds / 60),
  };
  return before !== undefined && shallowEqual(before, next) ? before : next;
}
