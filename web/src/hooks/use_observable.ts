import { useSyncExternalStore } from "react";
import type { Observable } from "../call/types";

/** Reads a store of the logic layers and renders again when its snapshot changes. */
export function useObservable<T>(source: Observable<T>): T {
  return useSyncExternalStore(
    (listener) => source.subscribe(listener),
    () => source.getSnapshot(),
  );
}
