import type { SessionDescription } from "./signal";

/**
 * Of each pair the side with the greater id makes every offer, and the other one asks for offers. So two offers never
 * meet (glare), and nothing is ever rolled back. Perfect negotiation allows both sides to offer and lets one roll back,
 * but when both restart ICE at the same time, which is what both do when their line breaks, Chromium 156 receives
 * nothing more on the side that rolled back, while it calls itself connected.
 */
export function makesOffers(ownId: string, peerId: string): boolean {
  return ownId > peerId;
}

/** Whether a description of the other side fits our part and state; one that does not is late, and is left alone. */
export function isExpected(
  type: SessionDescription["type"],
  signalingState: RTCSignalingState,
  offering: boolean,
): boolean {
  return offering
    ? type === "answer" && signalingState === "have-local-offer"
    : type === "offer" && signalingState === "stable";
}
