import type { MediaKind } from "../media_path";

/** One stream of packets, with totals since it began, as one look at it found them. */
export interface StreamTotals {
  /** The same stream at the next look has the same key. */
  key: string;
  /** Whose track it carries; the own id for what goes out. */
  id: string;
  kind: MediaKind;
  direction: "in" | "out";
  /** In milliseconds, by the browser's clock of statistics. */
  at: number;
  bytes: number;
  /** Received, or sent. */
  packets: number;
  /** Of what goes out: as the other side has reported. May go down, when a packet that was given up arrives after all. */
  lost: number;
  /** How long a picture that was expected stood still. */
  frozenSeconds: number;
  frames: number;
  /** The size of the last frame. */
  size?: { width: number; height: number };
  /** As the browser has measured it; not every one does, and some leave it out when there are none. */
  framesPerSecond?: number;
  /** The name of one of several sizes that are sent of one picture. */
  rid?: string;
}

/** What happened to a stream between two looks. */
export interface StreamChange {
  bitsPerSecond: number;
  /** Packets that should have arrived, the lost ones included. */
  expected: number;
  lost: number;
  /** Which part of the time the picture stood still, from 0 to 1. */
  frozen: number;
  framesPerSecond: number;
}

/** Undefined when the two looks do not tell: nothing lies between them, or the counters began anew. */
export function changeBetween(before: StreamTotals | undefined, now: StreamTotals): StreamChange | undefined {
  if (before === undefined) return undefined;
  const seconds = (now.at - before.at) / 1000;
  const bytes = now.bytes - before.bytes;
  const packets = now.packets - before.packets;
  if (seconds <= 0 || bytes < 0 || packets < 0) return undefined;
  const lost = Math.max(0, now.lost - before.lost);
  return {
    bitsPerSecond: (bytes * 8) / seconds,
    // The other side reports of what was sent; what it misses is among that.
    expected: now.direction === "in" ? packets + lost : Math.max(packets, lost),
    lost,
    framesPerSecond: Math.max(0, now.frames - before.frames) / seconds,
    frozen: Math.min(1, Math.max(0, now.frozenSeconds - before.frozenSeconds) / seconds),
  };
}
