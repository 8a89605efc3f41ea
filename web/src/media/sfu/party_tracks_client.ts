import type { PartyTracks } from "partytracks/client";

/** The part of partytracks that is used here, so that tests can put something else in its place. */
export type PartyTracksClient = Pick<PartyTracks, "session$" | "transceiver$" | "push" | "pull">;

/** A track in the SFU: the library calls this TrackMetadata, and does not export it. */
export interface TrackAddress {
  sessionId: string;
  trackName: string;
}

/** As the room's records carry it: "session/track". */
export function formatAddress({ sessionId, trackName }: TrackAddress): string {
  return `${sessionId}/${trackName}`;
}

/** Null for what is no address; the others write it, so it can be anything. */
export function parseAddress(text: string): TrackAddress | null {
  const [sessionId, trackName, ...rest] = text.split("/");
  return sessionId && trackName && rest.length === 0 ? { sessionId, trackName } : null;
}
