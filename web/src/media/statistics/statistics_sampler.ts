import type { CallStatistics, StatisticsPace } from "../../call/types";
import type { MediaConnection } from "../media_path";
import { Emitter } from "../../util/emitter";
import { readReport, type Reading } from "./read_report";
import type { StatisticsHistory } from "./statistics_history";

const INTERVALS_MS: Readonly<Record<StatisticsPace, number>> = { live: 1000, calm: 3000 };

/** Looks at the connections at the pace of the most curious listener: never without one, nor while nobody sees the page. */
export class StatisticsSampler {
  readonly #connections: () => readonly MediaConnection[];
  readonly #history: StatisticsHistory;
  readonly #listeners: Readonly<Record<StatisticsPace, Emitter<CallStatistics>>> = {
    live: new Emitter(),
    calm: new Emitter(),
  };
  readonly #visibilityChanged = () => this.#schedule();
  #timer: ReturnType<typeof setInterval> | undefined;
  #interval: number | undefined;
  #looking = false;
  #lookedAt = 0;
  #closed = false;

  constructor(connections: () => readonly MediaConnection[], history: StatisticsHistory) {
    this.#connections = connections;
    this.#history = history;
    document.addEventListener("visibilitychange", this.#visibilityChanged);
  }

  on(listener: (statistics: CallStatistics) => void, pace: StatisticsPace): () => void {
    const end = this.#listeners[pace].on(listener);
    this.#schedule();
    return () => {
      end();
      this.#schedule();
    };
  }

  /** Something about the connections has changed, so the last look is out of date. */
  refresh(): void {
    if (this.#interval !== undefined && Date.now() - this.#lookedAt >= INTERVALS_MS.live) void this.#look();
  }

  close(): void {
    this.#closed = true;
    document.removeEventListener("visibilitychange", this.#visibilityChanged);
    this.#schedule();
  }

  /** A new pace begins with a look, so that nobody waits for the first figures. */
  #schedule(): void {
    const interval = this.#wantedInterval();
    if (interval === this.#interval) return;
    this.#interval = interval;
    clearInterval(this.#timer);
    if (interval === undefined) return;
    this.#timer = setInterval(() => void this.#look(), interval);
    void this.#look();
  }

  #wantedInterval(): number | undefined {
    if (this.#closed || document.visibilityState === "hidden") return undefined;
    if (this.#listeners.live.isHeard) return INTERVALS_MS.live;
    return this.#listeners.calm.isHeard ? INTERVALS_MS.calm : undefined;
  }

  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    this.#lookedAt = Date.now();
    const readings = await Promise.all(this.#connections().map(read));
    this.#looking = false;
    if (this.#interval === undefined) return;
    const statistics = this.#history.add(
      readings.filter((reading) => reading !== undefined),
      Date.now(),
    );
    this.#listeners.live.emit(statistics);
    this.#listeners.calm.emit(statistics);
  }
}

/** Undefined when it was closed meanwhile. */
async function read(connection: MediaConnection): Promise<Reading | undefined> {
  const report = await connection.getStats().catch(() => undefined);
  return report && readReport(connection, report);
}
