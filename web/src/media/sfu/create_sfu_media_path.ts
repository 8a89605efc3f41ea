import { PartyTracks } from "partytracks/client";
import type { ClientConfig } from "../../api/client";
import { apiHistory } from "./api_history";
import { SfuMediaPath } from "./sfu_media_path";
import { SFU_PREFIX, SfuRequests } from "./sfu_requests";

export interface SfuPathOptions {
  selfId: string;
  config: ClientConfig;
  meeting: string | undefined;
  worn: () => void;
}

/** The library takes `fetch` from the page, and nothing else of it passes by here. */
const requests = new SfuRequests(globalThis.fetch.bind(globalThis));
globalThis.fetch = requests.fetch;

/** In a module of its own, because it brings the library with it: loaded only by visitors who come to a call. */
export function createSfuMediaPath({ selfId, config, meeting, worn }: SfuPathOptions): SfuMediaPath {
  // It asks the server for ICE servers with each new session, because it is given none. The page's own list has the
  // server's STUN, and from an address that is also a STUN server of the connection Chromium takes nothing else than
  // answers of that server.
  const client = new PartyTracks({
    prefix: SFU_PREFIX,
    apiExtraParams: new URLSearchParams(meeting === undefined ? {} : { correlationId: meeting }).toString(),
    // The least it allows: what is kept is kept beyond the library's life.
    maxApiHistory: 1,
  });
  const keep = apiHistory.keeper(config.maxApiHistory);
  // The event has no entry, whatever its type says.
  client.history.addEventListener("logentry", () => keep(client.history.entries.at(-1)));
  return new SfuMediaPath({
    selfId,
    config,
    client,
    saveData: savesData(),
    worn,
    onBroken: (listener) => requests.onBroken(listener),
  });
}

/** Not every browser tells what its user chose. */
function savesData(): boolean {
  return (navigator as { connection?: { saveData?: boolean } }).connection?.saveData === true;
}
