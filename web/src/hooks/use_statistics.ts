import { useEffect, useState } from "react";
import type { Call, CallStatistics, Participant, StatisticsPace } from "../call/types";
import { qualityOf, type LineQuality } from "../call/line";

/** The newest figures; undefined until the first are there. */
export function useStatistics(call: Call, pace: StatisticsPace): CallStatistics | undefined {
  const [statistics, setStatistics] = useState<CallStatistics>();
  useEffect(() => call.onStatistics(setStatistics, pace), [call, pace]);
  return statistics;
}

/** How well one person comes through. Renders again only when that changes. */
export function useLineQuality(call: Call, { id, videoEnabled }: Participant): LineQuality | undefined {
  const [quality, setQuality] = useState<LineQuality>();
  useEffect(
    () =>
      call.onStatistics(({ people }) => {
        const history = people.find((person) => person.id === id)?.history ?? [];
        setQuality(qualityOf(history, videoEnabled));
      }, "calm"),
    [call, id, videoEnabled],
  );
  return quality;
}
