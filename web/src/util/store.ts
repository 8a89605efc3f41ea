import type { Observable } from "../call/types";
import { Emitter } from "./emitter";

/** One immutable snapshot and the news that it has been exchanged. */
export class Store<Snapshot> implements Observable<Snapshot> {
  readonly #changes = new Emitter<undefined>();
  #snapshot: Snapshot;

  constructor(initial: Snapshot) {
    this.#snapshot = initial;
  }

  getSnapshot(): Snapshot {
    return this.#snapshot;
  }

  subscribe(listener: () => void): () => void {
    return this.#changes.on(listener);
  }

  /** Nobody hears of a snapshot that is the very same object. */
  set(snapshot: Snapshot): void {
    if (Object.is(snapshot, this.#snapshot)) return;
    this.#snapshot = snapshot;
    this.#changes.emit(undefined);
  }
}
