import type {
  CallStatistics,
  ConnectionFigures,
  PersonFigures,
  PersonSample,
  PictureFigures,
} from "../../call/types";
import { LARGE_RID, SMALL_RID } from "../sfu/sfu_encodings";
import type { Reading } from "./read_report";
import { changeBetween, type StreamChange, type StreamTotals } from "./stream_totals";

const HISTORY_MS = 60_000;
const MAX_SAMPLES = 60;
/** The loss within one second jumps about; over five it follows what one hears, and still tells of a burst. */
const LOSS_WINDOW_MS = 5000;
/** Of fewer packets, a single lost one would look like a bad line. */
const MIN_PACKETS = 20;
/** The small one of two layers is half as tall; a browser that is short of power may make either somewhat smaller. */
const LOW_LAYER_SHARE = 0.6;

interface Change {
  stream: StreamTotals;
  change: StreamChange | undefined;
}

/** Makes figures of looks at the connections, each seen against the one before. Pure: readings and time in, a snapshot out. */
export class StatisticsHistory {
  readonly #selfId: string;
  readonly #people = new Map<string, readonly PersonSample[]>();
  readonly #losses = new Map<string, LossWindow>();
  /** The shorter sides of the largest and the smallest picture that came from a person. */
  readonly #sides = new Map<string, { largest: number; smallest: number }>();
  #before: ReadonlyMap<string, StreamTotals> = new Map();

  constructor(selfId: string) {
    this.#selfId = selfId;
  }

  add(readings: readonly Reading[], now: number): CallStatistics {
    const connections: ConnectionFigures[] = [];
    const byPerson = new Map<string, Change[]>();
    const seen = new Map<string, StreamTotals>();
    const own: Change[] = [];
    for (const { connection, streams } of readings) {
      const changes = streams.map((stream) => ({
        stream,
        change: changeBetween(this.#before.get(stream.key), stream),
      }));
      for (const entry of changes) {
        seen.set(entry.stream.key, entry.stream);
        if (entry.stream.direction === "out") own.push(entry);
        else byPerson.set(entry.stream.id, [...(byPerson.get(entry.stream.id) ?? []), entry]);
      }
      const incoming = changes.filter(({ stream }) => stream.direction === "in");
      const lossPercent = this.#loss(`connection ${connection.path} ${connection.peer ?? ""}`, incoming, now);
      connections.push({ ...connection, lossPercent });
    }
    byPerson.set(this.#selfId, own);
    this.#before = seen;
    this.#forget(now);
    const people = [...byPerson]
      .filter(([, changes]) => changes.length > 0)
      .map(([id, changes]) => this.#person(id, changes, connections, now));
    return { connections, people };
  }

  #person(
    id: string,
    changes: readonly Change[],
    connections: readonly ConnectionFigures[],
    now: number,
  ): PersonFigures {
    const rates = changes.flatMap(({ change }) => (change === undefined ? [] : [change]));
    const pictures = this.#pictures(id, changes);
    const roundTripMs = connections.find((one) => this.#isTo(one, id, connections.length))?.roundTripMs;
    const sample: PersonSample = {
      at: now,
      bitrate: rates.length === 0 ? undefined : sum(rates.map(({ bitsPerSecond }) => bitsPerSecond)),
      lossPercent: this.#loss(id, changes, now),
      roundTripMs,
      framesPerSecond: pictures[0]?.framesPerSecond,
      frozen: rates.length === 0 ? undefined : Math.max(...rates.map(({ frozen }) => frozen)),
    };
    const history = [...(this.#people.get(id) ?? []), sample].slice(-MAX_SAMPLES);
    this.#people.set(id, history);
    return { id, pictures, history };
  }

  /** Ours is to the SFU, or to the one other person. */
  #isTo({ path, peer }: ConnectionFigures, id: string, count: number): boolean {
    return id === this.#selfId ? path === "sfu" || count === 1 : peer === id;
  }

  /** Between browsers our picture goes out once for every person; of equal ones the largest is told. */
  #pictures(id: string, changes: readonly Change[]): PictureFigures[] {
    const pictures = new Map<string, PictureFigures>();
    for (const { stream, change } of changes) {
      const { kind, size } = stream;
      const framesPerSecond = stream.framesPerSecond ?? change?.framesPerSecond;
      if (kind === "audio" || size === undefined || framesPerSecond === 0) continue;
      const layer = this.#layerOf(id, stream);
      const key = `${kind} ${layer ?? ""}`;
      const known = pictures.get(key);
      if (known !== undefined && known.height >= size.height) continue;
      pictures.set(key, {
        kind,
        ...size,
        framesPerSecond: framesPerSecond === undefined ? undefined : Math.round(framesPerSecond),
        layer,
      });
    }
    return [...pictures.values()].sort((a, b) => b.width * b.height - a.width * a.height);
  }

  /** A receiver is not told which layer it gets; the size tells, once there was the other one. */
  #layerOf(id: string, { direction, kind, rid, size, key }: StreamTotals): PictureFigures["layer"] {
    if (kind !== "camera" || size === undefined) return undefined;
    if (direction === "out") {
      if (rid === LARGE_RID) return "high";
      return rid === SMALL_RID ? "low" : undefined;
    }
    if (!key.startsWith("sfu ")) return undefined;
    const side = Math.min(size.width, size.height);
    const known = this.#sides.get(id) ?? { largest: side, smallest: side };
    const largest = Math.max(known.largest, side);
    const smallest = Math.min(known.smallest, side);
    this.#sides.set(id, { largest, smallest });
    if (side <= largest * LOW_LAYER_SHARE) return "low";
    return smallest <= side * LOW_LAYER_SHARE ? "high" : undefined;
  }

  #loss(key: string, changes: readonly Change[], now: number): number | undefined {
    const window = this.#losses.get(key) ?? new LossWindow();
    this.#losses.set(key, window);
    return window.add(changes, now);
  }

  #forget(now: number): void {
    for (const [id, samples] of this.#people) {
      const kept = samples.filter(({ at }) => now - at < HISTORY_MS);
      if (kept.length > 0) this.#people.set(id, kept);
      else this.#people.delete(id);
    }
    for (const [key, window] of this.#losses)
      if (window.isOlderThan(now - HISTORY_MS)) this.#losses.delete(key);
  }
}

/** Lost and expected packets of the last seconds. */
class LossWindow {
  #tallies: readonly { at: number; expected: number; lost: number }[] = [];

  add(changes: readonly Change[], at: number): number | undefined {
    const expected = sum(changes.map(({ change }) => change?.expected ?? 0));
    const lost = sum(changes.map(({ change }) => change?.lost ?? 0));
    this.#tallies = [
      ...this.#tallies.filter((tally) => at - tally.at < LOSS_WINDOW_MS),
      { at, expected, lost },
    ];
    const all = sum(this.#tallies.map((tally) => tally.expected));
    return all < MIN_PACKETS ? undefined : (sum(this.#tallies.map((tally) => tally.lost)) / all) * 100;
  }

  isOlderThan(time: number): boolean {
    return (this.#tallies.at(-1)?.at ?? 0) < time;
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
