import PartySocket from "partysocket";
import type { ConnectionStatus, RefusalReason } from "../call/types";
import type { ClientMessage, ServerMessage } from "../protocol/messages";
import { parseServerMessage } from "../protocol/parse";
import { refusalOf } from "./close_policy";
import { roomSegment, socketScheme } from "./room_url";

/** The server gives a closed socket 8 s before its user has left, so two attempts have to fit into that. */
const MIN_RETRY_MS = 500;
const MAX_RETRY_MS = 3000;
/** Spreads the clients of a restarted server over one second. */
const RETRY_JITTER_MS = 1000;
const CONNECT_TIMEOUT_MS = 4000;

const HEARTBEAT_MS = 5000;
/** A socket whose pings stay without any answer for so long is dead, and a browser may not notice for minutes. */
const SILENCE_MS = 10_000;
/** The same when there is reason for doubt. */
const PROBE_MS = 3000;

export interface RoomSocketListener {
  statusChanged(status: ConnectionStatus, refusal?: RefusalReason): void;
  received(message: ServerMessage): void;
  /** Another attempt to connect came to nothing; the next one follows by itself. */
  attemptFailed(): void;
}

export interface RoomSocketOptions {
  room: string;
  /** The connection id: the same over all reconnects. */
  id: string;
  listener: RoomSocketListener;
  /** The page's address; a parameter for tests. */
  page?: Pick<Location, "host" | "protocol">;
  /** The class to connect with; a parameter for tests. */
  WebSocket?: typeof WebSocket;
}

/**
 * The room's WebSocket over all its reconnects. It queues nothing: what was true before an outage may be wrong after it,
 * so its owner sends the whole truth after each "open".
 */
export class RoomSocket {
  readonly #listener: RoomSocketListener;
  readonly #socket: PartySocket;
  readonly #heartbeat: ReturnType<typeof setInterval>;
  #status: ConnectionStatus = "connecting";
  /** When the earliest ping was sent after which nothing was received. */
  #unansweredSince: number | undefined;
  #probe: ReturnType<typeof setTimeout> | undefined;
  #wasOffline = false;

  constructor({ room, id, listener, page = location, WebSocket }: RoomSocketOptions) {
    this.#listener = listener;
    this.#socket = new PartySocket({
      host: page.host,
      protocol: socketScheme(page.protocol),
      party: "rooms",
      room: roomSegment(room),
      id,
      query: { client: "2" },
      minReconnectionDelay: MIN_RETRY_MS + Math.random() * RETRY_JITTER_MS,
      maxReconnectionDelay: MAX_RETRY_MS,
      connectionTimeout: CONNECT_TIMEOUT_MS,
      maxEnqueuedMessages: 0,
      shouldReconnectOnClose: (event) => refusalOf(event.code) === undefined,
      WebSocket,
    });
    // Not addEventListener: partysocket re-creates events for that, and its own close events lose their code thereby.
    this.#socket.onopen = () => this.#opened();
    this.#socket.onmessage = (event) => this.#received(event);
    this.#socket.onclose = (event) => this.#closed(event.code);
    this.#heartbeat = setInterval(() => this.#beat(), HEARTBEAT_MS);
    addEventListener("offline", this.#wentOffline);
    addEventListener("online", this.#cameOnline);
  }

  get status(): ConnectionStatus {
    return this.#status;
  }

  /** False when it was dropped because the socket is not open. */
  send(message: ClientMessage): boolean {
    // partysocket warns about a send after close; a late timer of ours is no reason for a warning.
    if (this.#socket.readyState !== this.#socket.OPEN) return false;
    return this.#socket.send(JSON.stringify(message));
  }

  /** Something else has trouble with the network: finds out soon whether the socket still works. */
  probe(): void {
    if (this.#status !== "open" || this.#probe !== undefined) return;
    this.#ping();
    // Ended by the first answer: a heartbeat that goes out meanwhile has its own, longer, time.
    this.#probe = setTimeout(() => this.#reconnect(), PROBE_MS);
  }

  /** For good, and without another word to the listener. */
  close(): void {
    clearInterval(this.#heartbeat);
    this.#endProbe();
    removeEventListener("offline", this.#wentOffline);
    removeEventListener("online", this.#cameOnline);
    this.#socket.onopen = null;
    this.#socket.onmessage = null;
    this.#socket.onclose = null;
    this.#socket.close();
  }

  #opened(): void {
    this.#unansweredSince = undefined;
    this.#setStatus("open");
  }

  #received(event: MessageEvent): void {
    this.#unansweredSince = undefined;
    this.#endProbe();
    const message = parseServerMessage(event.data);
    if (message !== null) this.#listener.received(message);
  }

  #closed(code: number): void {
    this.#endProbe();
    const refusal = refusalOf(code);
    if (refusal !== undefined) this.#setStatus("refused", refusal);
    else if (this.#status === "open") this.#setStatus("reconnecting");
    else this.#listener.attemptFailed();
  }

  #setStatus(status: ConnectionStatus, refusal?: RefusalReason): void {
    if (status === this.#status) return;
    this.#status = status;
    this.#listener.statusChanged(status, refusal);
  }

  #beat(): void {
    if (this.#status !== "open") return;
    // Counted from a ping and not from the last message: a hidden page's timers may come late, and the answers in time.
    if (this.#unansweredSince !== undefined && Date.now() - this.#unansweredSince >= SILENCE_MS) {
      this.#reconnect();
      return;
    }
    this.send({ type: "heartbeat" });
    this.#ping();
  }

  #ping(): void {
    if (this.send({ type: "partyserver-ping" })) this.#unansweredSince ??= Date.now();
  }

  #reconnect(): void {
    this.#endProbe();
    this.#unansweredSince = undefined;
    this.#socket.reconnect();
  }

  #endProbe(): void {
    clearTimeout(this.#probe);
    this.#probe = undefined;
  }

  readonly #wentOffline = () => {
    this.#wasOffline = true;
  };

  /** The network may be another one now, and a connection over the old one would be missed only after minutes. */
  readonly #cameOnline = () => {
    if (this.#status === "refused" || !this.#wasOffline) return;
    this.#wasOffline = false;
    this.#reconnect();
  };
}
