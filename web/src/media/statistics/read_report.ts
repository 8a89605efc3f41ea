import type { ConnectionFigures } from "../../call/types";
import type { MediaConnection } from "../media_path";
import type { StreamTotals } from "./stream_totals";

/** The members that are looked at, of all kinds of reports (W3C WebRTC Statistics, 8); each may be missing in some browser. */
interface Entry extends RTCStats {
  mid?: string;
  rid?: string;
  ssrc?: number;
  localId?: string;
  bytesReceived?: number;
  bytesSent?: number;
  packetsReceived?: number;
  packetsSent?: number;
  packetsLost?: number;
  frameWidth?: number;
  frameHeight?: number;
  framesPerSecond?: number;
  framesDecoded?: number;
  framesEncoded?: number;
  totalFreezesDuration?: number;
  selectedCandidatePairId?: string;
  nominated?: boolean;
  /** Firefox only. */
  selected?: boolean;
  state?: string;
  localCandidateId?: string;
  remoteCandidateId?: string;
  currentRoundTripTime?: number;
  roundTripTime?: number;
  candidateType?: string;
  protocol?: string;
  relayProtocol?: string;
  address?: string;
  iceState?: string;
  dtlsState?: string;
  dtlsCipher?: string;
  srtpCipher?: string;
  tlsVersion?: string;
}

type Source = Pick<MediaConnection, "path" | "peer" | "describe">;

/** What one look at a connection tells; losses need a second one. */
export interface Reading {
  connection: Omit<ConnectionFigures, "lossPercent">;
  streams: readonly StreamTotals[];
}

export function readReport(source: Source, report: RTCStatsReport): Reading {
  const entries: Entry[] = [];
  report.forEach((entry: Entry) => entries.push(entry));
  return { connection: readConnection(source, entries), streams: readStreams(source, entries) };
}

function readConnection({ path, peer }: Source, entries: readonly Entry[]): Reading["connection"] {
  const transport = entries.find(({ type }) => type === "transport");
  const pair = selectedPair(entries, transport);
  const local = entries.find(({ id }) => id === pair?.localCandidateId);
  const remote = entries.find(({ id }) => id === pair?.remoteCandidateId);
  const relayed = [local, remote].some((candidate) => candidate?.candidateType === "relay");
  // Of a relay the other protocol is the one between it and the other side.
  const protocol =
    local?.candidateType === "relay" ? (local.relayProtocol ?? local.protocol) : local?.protocol;
  return {
    path,
    peer,
    established: pair !== undefined && !isDown(transport),
    route: path === "sfu" ? "sfu" : relayed ? "relayed" : "direct",
    protocol: protocol === undefined ? undefined : protocol === "udp" ? "udp" : "tcp",
    family: familyOf(local?.address) ?? familyOf(remote?.address) ?? "unknown",
    roundTripMs: roundTrip(pair, entries),
    encryption: {
      dtlsState: transport?.dtlsState,
      dtlsCipher: transport?.dtlsCipher,
      srtpCipher: transport?.srtpCipher,
      tlsVersion: transport?.tlsVersion,
    },
  };
}

/** Where the transport does not name it (Firefox for long had no report of that), the pair itself is marked. */
function selectedPair(entries: readonly Entry[], transport: Entry | undefined): Entry | undefined {
  const pairs = entries.filter(({ type }) => type === "candidate-pair");
  const named = pairs.find(({ id }) => id === transport?.selectedCandidatePairId);
  if (named !== undefined) return named;
  const usable = pairs.filter(({ state }) => state === "succeeded");
  return usable.find(({ selected }) => selected) ?? usable.find(({ nominated }) => nominated);
}

/** A pair stays selected when nothing comes over it any more. */
function isDown(transport: Entry | undefined): boolean {
  const { dtlsState = "connected", iceState = "connected" } = transport ?? {};
  return dtlsState !== "connected" || (iceState !== "connected" && iceState !== "completed");
}

/** Undefined for what is no address: a name that a browser made up to hide one, or nothing at all. */
function familyOf(address: string | undefined): "IPv4" | "IPv6" | undefined {
  if (address === undefined) return undefined;
  if (/^\d+(\.\d+){3}$/.test(address)) return "IPv4";
  return /^[\da-f:.]*:[\da-f:.]*$/i.test(address) ? "IPv6" : undefined;
}

function roundTrip(pair: Entry | undefined, entries: readonly Entry[]): number | undefined {
  if (pair?.currentRoundTripTime !== undefined) return pair.currentRoundTripTime * 1000;
  const reported = entries.flatMap(({ type, roundTripTime }) =>
    type === "remote-inbound-rtp" && roundTripTime !== undefined ? [roundTripTime * 1000] : [],
  );
  return reported.length === 0 ? undefined : Math.min(...reported);
}

function readStreams(source: Source, entries: readonly Entry[]): StreamTotals[] {
  return entries.flatMap((entry) => {
    const direction = directionOf(entry);
    if (direction === undefined || entry.mid === undefined) return [];
    const owner = source.describe(entry.mid, direction === "in" ? "inbound" : "outbound");
    if (owner === undefined) return [];
    const incoming = direction === "in";
    const reported = entries.find(({ type, localId, ssrc }) => {
      return type === "remote-inbound-rtp" && (localId === entry.id || ssrc === entry.ssrc);
    });
    return [
      {
        key: `${source.path} ${source.peer ?? ""} ${entry.id}`,
        ...owner,
        direction,
        at: entry.timestamp,
        bytes: (incoming ? entry.bytesReceived : entry.bytesSent) ?? 0,
        packets: (incoming ? entry.packetsReceived : entry.packetsSent) ?? 0,
        lost: (incoming ? entry.packetsLost : reported?.packetsLost) ?? 0,
        frozenSeconds: entry.totalFreezesDuration ?? 0,
        frames: (incoming ? entry.framesDecoded : entry.framesEncoded) ?? 0,
        size: sizeOf(entry),
        framesPerSecond: entry.framesPerSecond,
        rid: entry.rid,
      } satisfies StreamTotals,
    ];
  });
}

function directionOf({ type }: Entry): StreamTotals["direction"] | undefined {
  if (type === "inbound-rtp") return "in";
  return type === "outbound-rtp" ? "out" : undefined;
}

/** Firefox says 0 before there is a first frame. */
function sizeOf({ frameWidth, frameHeight }: Entry): StreamTotals["size"] {
  return frameWidth && frameHeight ? { width: frameWidth, height: frameHeight } : undefined;
}
