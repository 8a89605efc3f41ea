import { PartyTracks } from "partytracks/client";
import type { ClientConfig } from "../../api/client";
import { SfuMediaPath } from "./sfu_media_path";

export interface SfuPathOptions {
  selfId: string;
  config: ClientConfig;
  meeting: string | undefined;
}

/** In a module of its own, because it brings the library with it: loaded only by visitors who come to a call. */
export function createSfuMediaPath({ selfId, config, meeting }: SfuPathOptions): SfuMediaPath {
  const client = new PartyTracks({
    prefix: "/partytracks",
    apiExtraParams: new URLSearchParams(meeting === undefined ? {} : { correlationId: meeting }).toString(),
    // An explicit list keeps the library from asking for one. It has to be empty: the SFU is reached as it is, and from an
    // address that is also a STUN server of the connection Chromium takes nothing else than answers of that server.
    iceServers: [],
    // The least it allows; its entries hold whole descriptions, and nobody reads them here.
    maxApiHistory: 1,
  });
  return new SfuMediaPath({ selfId, config, client, saveData: savesData() });
}

/** Not every browser tells what its user chose. */
function savesData(): boolean {
  return (navigator as { connection?: { saveData?: boolean } }).connection?.saveData === true;
}
