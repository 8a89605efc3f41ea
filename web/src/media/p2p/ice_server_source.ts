/** Of `ttl` seconds at most half should pass before the list is asked for again. */
export interface IceServerList {
  iceServers: RTCIceServer[];
  ttl: number;
}

/**
 * The ICE servers of one visitor, relays with their credentials among them. They are asked for when they are first needed
 * and, by whoever makes a connection then, once half of their life is over.
 */
export class IceServerSource {
  readonly #ask: () => Promise<IceServerList>;
  #servers: RTCIceServer[];
  #renewAt = 0;
  #renewal: Promise<void> | undefined;

  /** `servers` are what there is until the first answer; `ask` ends in time, whatever happens. */
  constructor(servers: RTCIceServer[], ask: () => Promise<IceServerList>) {
    this.#servers = servers;
    this.#ask = ask;
  }

  /** For a connection that is being made. Never rejects: without an answer the last ones have to do. */
  async get(): Promise<RTCIceServer[]> {
    if (Date.now() >= this.#renewAt) await (this.#renewal ??= this.#renew());
    return this.#servers;
  }

  async #renew(): Promise<void> {
    try {
      const { iceServers, ttl } = await this.#ask();
      this.#servers = iceServers;
      this.#renewAt = Date.now() + (ttl * 1000) / 2;
    } catch {
      // Whoever can be reached without a relay still is; the next connection asks again.
    }
    this.#renewal = undefined;
  }
}
