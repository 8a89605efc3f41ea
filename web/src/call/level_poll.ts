import { visibleLevel } from "../devices/level_meter";

const INTERVAL_MS = 50;

type Listener = (level: number) => void;

/** One timer for all the levels that somebody watches, and none when nobody does. */
export class LevelPoll {
  readonly #amplitudeOf: (id: string) => number;
  readonly #listeners = new Map<string, Set<Listener>>();
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(amplitudeOf: (id: string) => number) {
    this.#amplitudeOf = amplitudeOf;
  }

  on(id: string, listener: Listener): () => void {
    const listeners = this.#listeners.get(id) ?? new Set();
    this.#listeners.set(id, listeners.add(listener));
    this.#timer ??= setInterval(() => this.#poll(), INTERVAL_MS);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(id) === listeners) this.#listeners.delete(id);
      if (this.#listeners.size === 0) this.close();
    };
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #poll(): void {
    for (const [id, listeners] of this.#listeners) {
      const level = visibleLevel(this.#amplitudeOf(id));
      for (const listener of listeners) listener(level);
    }
  }
}
