import type { Subscription as Ends } from "rxjs";
import type { LinkState } from "../../call/types";
import type { PartyTracksClient } from "./party_tracks_client";

/** After as long without a connection the user is told that it does not work; trying goes on. */
const FAILED_AFTER_MS = 30_000;
/** ICE finds out within a few seconds that the other side is another process now. */
const SUSPICION_MS = 20_000;
/** A living server is heard from at least every 2.5 s, by its answers to the browser's checks of the connection. */
const SIGN_OF_LIFE_MS = 3000;
/** The SFU forgets a session that has not connected for 30 s, and nobody is told; asking for a new one in time costs little. */
const UNCONNECTED_LIFE_MS = 20_000;

export interface SfuSession {
  sessionId: string;
  peerConnection: RTCPeerConnection;
}

export interface SfuConnectionOptions {
  client: PartyTracksClient;
  signalingReady: boolean;
  /** There is a new session; what belonged to the one before is gone. Called before the library knows of it. */
  sessionChanged: (session: SfuSession) => void;
  changed: () => void;
}

/** What those who push and pull need of it. */
export type SessionKeeper = Pick<SfuConnection, "prepare" | "renewUnconnected">;

/**
 * The one connection to the SFU. The library makes it, and makes a new session when it is lost; here is known how it is,
 * and here the library is hurried where waiting would not help.
 */
export class SfuConnection {
  readonly #options: SfuConnectionOptions;
  #ends: Ends | undefined;
  #session: SfuSession | undefined;
  #begunAt = 0;
  #stopListening: () => void = () => undefined;
  #everConnected = false;
  #failed = false;
  #failTimer: ReturnType<typeof setTimeout> | undefined;
  #signalingReady: boolean;
  #suspectUntil = 0;
  #lifeTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: SfuConnectionOptions) {
    this.#options = options;
    this.#signalingReady = options.signalingReady;
  }

  /** Before anything is pushed or pulled: the library tells of a new session in the order in which it was asked. */
  open(): void {
    this.#awaitConnection();
    // It retries for ever and never ends, so there is no error to handle.
    this.#ends = this.#options.client.session$.subscribe((session) => this.#begin(session));
  }

  get session(): SfuSession | undefined {
    return this.#session;
  }

  get link(): LinkState {
    const connection = this.#session?.peerConnection;
    if (connection?.connectionState === "connected" || this.#isIdle) return "connected";
    if (this.#failed) return "failed";
    return this.#everConnected ? "interrupted" : "connecting";
  }

  /** The room's socket tells about the same server: when it was lost and is back, the SFU may be a new one. */
  setSignalingReady(ready: boolean): void {
    if (ready === this.#signalingReady) return;
    this.#signalingReady = ready;
    if (!ready) return;
    this.#suspectUntil = Date.now() + SUSPICION_MS;
    this.renewIfBroken();
    void this.#awaitSignOfLife();
  }

  /** The library waits for seven seconds before it gives a connection up. */
  renewIfBroken(): void {
    const connection = this.#session?.peerConnection;
    if (connection !== undefined && isBroken(connection.connectionState)) renew(connection);
  }

  /**
   * Before the first thing is pushed or pulled. False: the session may be forgotten already, and a new one is on its way;
   * it is time when that has come.
   */
  prepare(): boolean {
    const connection = this.#session?.peerConnection;
    if (connection?.connectionState === "closed") return false;
    if (connection?.connectionState !== "new" || !this.#isIdle || !this.#isOld) return true;
    renew(connection);
    return false;
  }

  /** Something that was asked for is overdue: without a connection the session itself may be the reason. */
  renewUnconnected(): void {
    const connection = this.#session?.peerConnection;
    if (connection === undefined || !this.#isOld) return;
    const state = connection.connectionState;
    if (state !== "connected" && state !== "closed") renew(connection);
  }

  /** The browser and the SFU do not agree any more about what is in this session. */
  renewSession(sessionId: string): void {
    if (this.#session?.sessionId !== sessionId) return;
    const connection = this.#session.peerConnection;
    if (connection.connectionState !== "closed") renew(connection);
  }

  close(): void {
    this.#stopListening();
    clearTimeout(this.#lifeTimer);
    clearTimeout(this.#failTimer);
    this.#ends?.unsubscribe();
    this.#session = undefined;
  }

  /** Nothing is sent and nothing is received yet, and so there is nothing to connect. */
  get #isIdle(): boolean {
    return this.#session?.peerConnection.getTransceivers().length === 0;
  }

  get #isOld(): boolean {
    return Date.now() - this.#begunAt >= UNCONNECTED_LIFE_MS;
  }

  #begin(session: SfuSession): void {
    this.#stopListening();
    this.#session = session;
    this.#begunAt = Date.now();
    const { peerConnection } = session;
    const listener = () => this.#stateChanged(peerConnection.connectionState);
    peerConnection.addEventListener("connectionstatechange", listener);
    this.#stopListening = () => peerConnection.removeEventListener("connectionstatechange", listener);
    this.#options.sessionChanged(session);
    this.#options.changed();
  }

  #stateChanged(state: RTCPeerConnectionState): void {
    if (state === "connected") {
      this.#everConnected = true;
      this.#failed = false;
      clearTimeout(this.#failTimer);
      this.#failTimer = undefined;
    } else this.#awaitConnection();
    if (isBroken(state) && this.#signalingReady && Date.now() < this.#suspectUntil) this.renewIfBroken();
    this.#options.changed();
  }

  async #awaitSignOfLife(): Promise<void> {
    const connection = this.#session?.peerConnection;
    if (connection?.connectionState !== "connected") return;
    const before = await countReceived(connection);
    if (connection !== this.#session?.peerConnection) return;
    clearTimeout(this.#lifeTimer);
    this.#lifeTimer = setTimeout(() => {
      void countReceived(connection).then((now) => {
        if (connection === this.#session?.peerConnection && now === before) renew(connection);
      });
    }, SIGN_OF_LIFE_MS);
  }

  #awaitConnection(): void {
    this.#failTimer ??= setTimeout(() => {
      this.#failed = true;
      this.#options.changed();
    }, FAILED_AFTER_MS);
  }
}

function isBroken(state: RTCPeerConnectionState): boolean {
  return state === "disconnected" || state === "failed";
}

function renew(connection: RTCPeerConnection): void {
  connection.close();
  // A connection that is closed here says nothing; the library looks at its state when it is told of a change.
  connection.dispatchEvent(new Event("connectionstatechange"));
}

/** Bytes of media and answers to checks: whatever the other side has sent. NaN, which equals nothing, if it cannot be told. */
async function countReceived(connection: RTCPeerConnection): Promise<number> {
  const report = await connection.getStats().catch(() => undefined);
  let sum = report === undefined ? Number.NaN : 0;
  report?.forEach((entry: RTCStats & Partial<RTCIceCandidatePairStats>) => {
    if (entry.type === "candidate-pair") sum += (entry.bytesReceived ?? 0) + (entry.responsesReceived ?? 0);
  });
  return sum;
}
