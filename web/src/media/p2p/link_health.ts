import type { LinkState } from "../../call/types";

/** ICE calls a link disconnected after one missed answer or so, and most such links come back by themselves. */
const DISTURBED_MS = 3000;
/** A restart that works takes well under this, even over a slow relay. */
const RESTART_MS = 8000;
/** The time for a new connection; grows with each failure, since the reason will rarely be gone at once. */
const OPENING_MS = 8000;
const OPENING_GROWTH = 1.5;
const MAX_OPENING_MS = 30_000;
/** A timer that fires so much too late shows that the page stood still, and what it has missed is yet to be told to it. */
const LATE_MS = 1000;
/** The time for that. */
const CATCH_UP_MS = 1000;
/** After as many vain connections the user is told that it does not work; trying goes on. */
const FAILED_AFTER = 3;

export type HealthEvent =
  | { type: "connectionState"; state: RTCPeerConnectionState }
  /** The connection cannot be used any more: a description was refused. */
  | { type: "broken" }
  /** Connected, yet nothing arrives of what the other side sends. */
  | { type: "starved" }
  /** The other side made a new connection, and so have we. */
  | { type: "renewed" }
  | { type: "signaling"; ready: boolean }
  | { type: "networkChanged" }
  /** Time has passed; sent at `deadline`. */
  | { type: "tick" };

/** `restartIce` keeps the connection and finds it a new way; `rebuild` makes a new connection. */
export type HealthAction = "none" | "restartIce" | "rebuild";

type Phase = "opening" | "connected" | "disturbed" | "restarting";

/** Decides when a link to one person needs help. Pure: events and time in, one action out. */
export class LinkHealth {
  #phase: Phase = "opening";
  #deadline: number;
  #failures = 0;
  /** The present deadline has been put off because the page stood still. */
  #putOff = false;
  #everConnected = false;
  #signalingReady: boolean;
  #link: LinkState = "connecting";

  constructor(now: number, signalingReady: boolean) {
    this.#signalingReady = signalingReady;
    this.#deadline = now + OPENING_MS;
  }

  get link(): LinkState {
    return this.#link;
  }

  /** When the next "tick" is due; undefined while there is nothing to wait for. */
  get deadline(): number | undefined {
    // Nothing can be repaired without signaling; "signaling" says when it is back.
    return this.#phase === "connected" || !this.#signalingReady ? undefined : this.#deadline;
  }

  handle(event: HealthEvent, now: number): HealthAction {
    const action = this.#decide(event, now);
    if (action === "restartIce") this.#enter("restarting", now + RESTART_MS);
    else if (action === "rebuild") this.#enter("opening", now + this.#openingTime());
    this.#link = this.#describe();
    return action;
  }

  #decide(event: HealthEvent, now: number): HealthAction {
    switch (event.type) {
      case "connectionState":
        return this.#connectionState(event.state, now);
      case "broken":
        // Not at once: what was refused now would be refused again.
        if (this.#phase !== "opening") this.#enter("opening", now + this.#openingTime());
        return "none";
      case "starved":
        // A rebuild that nobody can be told of would only end what does arrive.
        return this.#phase === "connected" && this.#signalingReady ? "rebuild" : "none";
      case "renewed":
        this.#enter("opening", now + this.#openingTime());
        return "none";
      case "signaling":
        return this.#signaling(event.ready);
      case "networkChanged":
        return this.#phase === "disturbed" && this.#signalingReady ? "restartIce" : "none";
      case "tick":
        return this.deadline === undefined || now < this.deadline ? "none" : this.#overdue(now);
      default:
        return event satisfies never;
    }
  }

  #connectionState(state: RTCPeerConnectionState, now: number): HealthAction {
    switch (state) {
      case "connected":
        this.#everConnected = true;
        this.#failures = 0;
        this.#phase = "connected";
        return "none";
      case "disconnected":
        if (this.#phase === "connected") this.#enter("disturbed", now + DISTURBED_MS);
        return "none";
      case "failed":
      case "closed":
        if (this.#phase !== "connected" && this.#phase !== "disturbed") return "none";
        this.#enter("disturbed", now);
        return this.#signalingReady ? "restartIce" : "none";
      case "new":
      case "connecting":
        return "none";
      default:
        return state satisfies never;
    }
  }

  /** Signals that were under way during an outage are lost, so what is unfinished starts anew. */
  #signaling(ready: boolean): HealthAction {
    if (ready === this.#signalingReady) return "none";
    this.#signalingReady = ready;
    if (!ready || this.#phase === "connected") return "none";
    return this.#phase === "disturbed" ? "restartIce" : "rebuild";
  }

  #overdue(now: number): HealthAction {
    if (!this.#putOff && now > this.#deadline + LATE_MS) {
      this.#putOff = true;
      this.#deadline = now + CATCH_UP_MS;
      return "none";
    }
    if (this.#phase === "disturbed") return "restartIce";
    this.#failures += 1;
    return "rebuild";
  }

  #enter(phase: Phase, deadline: number): void {
    this.#phase = phase;
    this.#deadline = deadline;
    this.#putOff = false;
  }

  #openingTime(): number {
    return Math.min(OPENING_MS * OPENING_GROWTH ** this.#failures, MAX_OPENING_MS);
  }

  #describe(): LinkState {
    if (this.#phase === "connected") return "connected";
    if (this.#failures >= FAILED_AFTER) return "failed";
    return this.#everConnected ? "interrupted" : "connecting";
  }
}
