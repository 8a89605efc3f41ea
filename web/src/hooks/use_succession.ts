import { useCallback, useState } from "react";

/**
 * What to keep on while one stream follows another: an element that is given a new stream is black or silent for a moment,
 * so the new one gets an element of its own and the old one goes when that plays.
 */
export function useSuccession(stream: MediaStream): {
  /** The one that plays comes first, the one that is to follow it, if any, second. */
  streams: readonly MediaStream[];
  /** The stream has begun to play. */
  begun: (stream: MediaStream) => void;
} {
  const [streams, setStreams] = useState<readonly MediaStream[]>([stream]);
  if (streams.at(-1) !== stream) {
    const [playing] = streams;
    setStreams(playing === undefined || playing === stream ? [stream] : [playing, stream]);
  }
  const begun = useCallback((which: MediaStream) => {
    setStreams((now) => (now.length > 1 && now.at(-1) === which ? [which] : now));
  }, []);
  return { streams, begun };
}
