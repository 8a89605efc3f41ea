import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { once } from "node:events";
import { parentPort } from "node:worker_threads";

/** What a line does to what comes down it. */
export interface Line {
  /** Bits per second, with IP and UDP headers. */
  rate: number;
  /** The share of packets that get lost by chance. */
  loss: number;
  /** Up to so many milliseconds are added to the way of a packet, and those behind it wait. */
  jitter: number;
}

/** To the relay: what the line is like now, and where the server's media is. */
export type RelayOrder = { line: Line } | { target: number };

/** IPv4 and UDP. */
const headerBytes = 28;
/** One way: an ordinary line within a country. */
const delayMs = 15;
/** What a home router holds back before it drops what comes last. */
const queueMs = 300;

/**
 * A UDP forwarder with a bottleneck on the way down that works as a router's does: a queue that drops what no longer fits.
 * In a thread of its own, because whatever else the test does would make packets late.
 */
class Relay {
  readonly near = createSocket("udp4");
  target: number | undefined;
  line: Line = { rate: Infinity, loss: 0, jitter: 0 };

  /** One for each socket of the browser, so that the server can tell them apart. */
  private readonly far = new Map<string, Socket>();
  /** When the last bit of what is on the line leaves it, on the clock of `performance`. */
  private busyUntil = 0;
  private lastArrival = 0;

  constructor(private readonly host: string) {
    this.near.on("message", (packet, from) => this.up(packet, from));
  }

  private up(packet: Buffer, from: RemoteInfo): void {
    const { target } = this;
    if (target === undefined) return;
    const socket = this.farOf(from);
    setTimeout(() => socket.send(packet, target, this.host), delayMs);
  }

  private farOf(from: RemoteInfo): Socket {
    const key = `${from.address} ${from.port}`;
    const known = this.far.get(key);
    if (known !== undefined) return known;
    const socket = createSocket("udp4");
    socket.on("message", (packet) => this.down(packet, from));
    this.far.set(key, socket);
    return socket;
  }

  private down(packet: Buffer, { address, port }: RemoteInfo): void {
    const { rate, loss, jitter } = this.line;
    const now = performance.now();
    const begin = Math.max(now, this.busyUntil);
    if (begin - now > queueMs || Math.random() < loss) return;
    this.busyUntil = begin + ((packet.length + headerBytes) * 8 * 1000) / rate;
    this.lastArrival = Math.max(this.lastArrival, this.busyUntil + delayMs + Math.random() * jitter);
    setTimeout(() => this.near.send(packet, port, address), this.lastArrival - now);
  }
}

const host = "127.0.0.1";
const relay = new Relay(host);
relay.near.bind(0, host);
await once(relay.near, "listening");
parentPort?.on("message", (order: RelayOrder) => Object.assign(relay, order));
parentPort?.postMessage(relay.near.address().port);
