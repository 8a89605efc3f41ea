import { useCallback, useEffect, useState } from "react";

export type Remote<T> =
  { status: "loading" } | { status: "ready"; value: T } | { status: "failed"; retry: () => void };

/** Asks the server once, and again on `retry`. `load` has to keep its identity. */
export function useRemote<T>(load: () => Promise<T>): Remote<T> {
  const [attempt, setAttempt] = useState(0);
  const [result, setResult] = useState<Remote<T>>({ status: "loading" });
  const retry = useCallback(() => {
    setResult({ status: "loading" });
    setAttempt((count) => count + 1);
  }, []);

  useEffect(() => {
    let wanted = true;
    load().then(
      (value) => wanted && setResult({ status: "ready", value }),
      () => wanted && setResult({ status: "failed", retry }),
    );
    return () => {
      wanted = false;
    };
  }, [load, attempt, retry]);

  return result;
}
