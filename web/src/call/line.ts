import type { CallStatistics, Participant, PersonSample } from "./types";

/** How the call as a whole is connected, in the words of the panel. */
export type LineState =
  | "alone"
  | "connecting"
  | "broken"
  | "direct"
  | "relayed"
  /** Directly with some, by a relay with others. */
  | "mixed"
  | "sfu"
  /** By two paths, for as long as the call moves from one to the other. */
  | "moving";

/** `loss`: one hears and sees it. `detour`: by a relay over TCP, where one lost packet holds up all that follow. */
export type LineTrouble = "loss" | "detour";

/** Repairs hide less than this from ear and eye. */
const HIGH_LOSS_PERCENT = 5;

export function describeLine(
  statistics: CallStatistics | undefined,
  participants: readonly Participant[],
): LineState {
  const others = participants.filter(({ isSelf }) => !isSelf);
  if (others.length === 0) return "alone";
  const routes = new Set(
    statistics?.connections.filter(({ established }) => established).map(({ route }) => route),
  );
  if (routes.size === 0)
    return others.some(({ link }) => link === "interrupted" || link === "failed") ? "broken" : "connecting";
  if (routes.has("sfu")) return routes.size > 1 ? "moving" : "sfu";
  if (routes.size > 1) return "mixed";
  return routes.has("direct") ? "direct" : "relayed";
}

export function findTrouble(
  statistics: CallStatistics | undefined,
  selfId: string | undefined,
): LineTrouble | undefined {
  if (statistics === undefined) return undefined;
  const { connections, people } = statistics;
  const sent = people.find(({ id }) => id === selfId)?.history.at(-1)?.lossPercent;
  const losses = [...connections.map(({ lossPercent }) => lossPercent), sent];
  if (losses.some((loss) => loss !== undefined && loss >= HIGH_LOSS_PERCENT)) return "loss";
  const detour = connections.some(({ established, route, protocol }) => {
    return established && route === "relayed" && protocol === "tcp";
  });
  return detour ? "detour" : undefined;
}

export type LineQuality = "good" | "fair" | "poor";

/** Repairs cope with the first with effort, with the second hardly. */
const FAIR = { lossPercent: 2.5, frozen: 0.1 };
const POOR = { lossPercent: 8, frozen: 0.4 };

/**
 * How well somebody comes through, by what arrives of them. Undefined while nothing tells.
 * `sendsPicture`: they say that their camera is on.
 */
export function qualityOf(history: readonly PersonSample[], sendsPicture: boolean): LineQuality | undefined {
  if (sendsPicture && hasStopped(history)) return "poor";
  const { lossPercent, frozen } = history.at(-1) ?? {};
  if (lossPercent === undefined && !frozen) return undefined;
  const reaches = (limit: typeof FAIR) =>
    (lossPercent ?? 0) >= limit.lossPercent || (frozen ?? 0) >= limit.frozen;
  if (reaches(POOR)) return "poor";
  return reaches(FAIR) ? "fair" : "good";
}

/** There was a picture and is none; for two looks, because a camera that was just turned on takes a moment. */
function hasStopped(history: readonly PersonSample[]): boolean {
  const last = history.slice(-2);
  const isEmpty = last.length === 2 && last.every(({ framesPerSecond }) => framesPerSecond === undefined);
  return isEmpty && history.some(({ framesPerSecond }) => framesPerSecond !== undefined);
}
