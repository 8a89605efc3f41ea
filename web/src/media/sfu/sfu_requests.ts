import { Emitter } from "../../util/emitter";
import { isJsonObject, parseJsonObject, type JsonObject } from "../../util/json";

export const SFU_PREFIX = "/partytracks";
/** The SFU takes as many tracks a call (Cloudflare's Realtime API). */
const MAX_TRACKS = 64;
/** Of an answer that did not get through; the library's queue waits meanwhile. */
const ANSWER_RETRIES_MS = [500, 1000, 2000];

const callPattern = new RegExp(`^${SFU_PREFIX}/sessions/([^/]+)/([a-z/]+)\\?`);

type Fetch = typeof fetch;

/**
 * The library's requests to the SFU. It asks for them as pages do, with `fetch`, and of some it leaves nothing but an
 * unhandled rejection and a track that is never asked for again when they fail. Here each of those gets an answer that the
 * library goes on with; all others pass. Besides, wishes for sizes that are told one by one are told together: an SFU takes 50 requests a
 * second.
 */
export class SfuRequests {
  readonly #fetch: Fetch;
  readonly #broken = new Emitter<string>();
  /** By address: what waits for the end of this turn. */
  readonly #updates = new Map<string, JsonObject[]>();

  constructor(fetchNow: Fetch) {
    this.#fetch = fetchNow;
  }

  /** Told the id of a session with which the browser and the SFU do not agree any more. */
  onBroken(listener: (session: string) => void): () => void {
    return this.#broken.on(listener);
  }

  readonly fetch: Fetch = (input, init) => {
    const address = typeof input === "string" ? input : "";
    const [, session, call] = callPattern.exec(address) ?? [];
    const body = typeof init?.body === "string" ? parseJsonObject(init.body) : null;
    if (session === undefined || call === undefined || init === undefined || body === null)
      return this.#fetch(input, init);
    switch (call) {
      case "tracks/new":
        // A push that fails is begun again by the library.
        return body.sessionDescription === undefined
          ? this.#pull(address, init, tracksOf(body))
          : this.#fetch(input, init);
      case "renegotiate":
        return this.#answer(address, init, session);
      case "tracks/close":
        return this.#close(address, init);
      case "tracks/update":
        return this.#update(address, init, tracksOf(body));
      default:
        return this.#fetch(input, init);
    }
  };

  /** What fails track by track is asked for again. */
  async #pull(address: string, init: RequestInit, tracks: JsonObject[]): Promise<Response> {
    const answer = await this.#ask(address, init);
    if (answer !== null && answer.errorCode === undefined) return respond(answer);
    const failed = tracks.map(({ trackName, sessionId }) => ({
      trackName,
      sessionId,
      mid: "",
      errorCode: answer?.errorCode ?? "unreachable",
    }));
    return respond({ requiresImmediateRenegotiation: false, tracks: failed });
  }

  async #answer(address: string, init: RequestInit, session: string): Promise<Response> {
    let answer = await this.#ask(address, init);
    for (const wait of ANSWER_RETRIES_MS) {
      if (answer !== null) break;
      await new Promise((resolve) => setTimeout(resolve, wait));
      answer = await this.#ask(address, init);
    }
    if (answer === null || answer.errorCode !== undefined) this.#broken.emit(session);
    return respond({});
  }

  /** Without an answer the offer is taken back, so that the next one begins from where it did. */
  async #close(address: string, init: RequestInit): Promise<Response> {
    const answer = await this.#ask(address, init);
    if (isJsonObject(answer?.sessionDescription)) return respond(answer);
    return respond({ sessionDescription: { type: "rollback", sdp: "" } });
  }

  /** Nobody looks at the answer. */
  #update(address: string, init: RequestInit, tracks: JsonObject[]): Promise<Response> {
    const waiting = this.#updates.get(address);
    if (waiting !== undefined) waiting.push(...tracks);
    else {
      this.#updates.set(address, tracks);
      setTimeout(() => {
        const all = this.#updates.get(address) ?? [];
        this.#updates.delete(address);
        for (let i = 0; i < all.length; i += MAX_TRACKS) {
          const body = JSON.stringify({ tracks: all.slice(i, i + MAX_TRACKS) });
          void this.#ask(address, { ...init, body });
        }
      });
    }
    return Promise.resolve(respond({}));
  }

  /** Null when there is no answer, or none that can be read. */
  async #ask(address: string, init: RequestInit): Promise<JsonObject | null> {
    try {
      const response = await this.#fetch(address, init);
      return parseJsonObject(await response.text());
    } catch {
      return null;
    }
  }
}

function respond(body: unknown): Response {
  return new Response(JSON.stringify(body), { headers: { "Content-Type": "application/json" } });
}

function tracksOf({ tracks }: JsonObject): JsonObject[] {
  return Array.isArray(tracks) ? tracks.filter(isJsonObject) : [];
}
