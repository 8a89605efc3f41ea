/** Tells things that happen once to whoever listens at that moment. */
export class Emitter<T> {
  readonly #listeners = new Set<(value: T) => void>();

  /** Returns the function that ends it. A listener that is added twice is called twice. */
  on(listener: (value: T) => void): () => void {
    const own = (value: T) => listener(value);
    this.#listeners.add(own);
    return () => {
      this.#listeners.delete(own);
    };
  }

  emit(value: T): void {
    // A copy, because a listener may end itself or another one while it is called.
    for (const listener of [...this.#listeners]) {
      if (this.#listeners.has(listener)) listener(value);
    }
  }

  get isHeard(): boolean {
    return this.#listeners.size > 0;
  }

  clear(): void {
    this.#listeners.clear();
  }
}
