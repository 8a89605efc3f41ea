import { fetchIceServers, type ClientConfig } from "../api/client";
import { BrowserDevices } from "../devices/browser_devices";
import { IceServerSource } from "../media/p2p/ice_server_source";
import { P2pMediaPath } from "../media/p2p/p2p_media_path";
import { SwitchingMediaPath } from "../media/path_switch/switching_media_path";
import { RoomCall, type MediaOptions } from "./room_call";
import type { Call, Devices } from "./types";

export interface CallOptions {
  room: string;
  config: ClientConfig;
  devices: Devices;
  self: { name: string };
}

/** The devices of this page; once per page. Captures nothing until they are started. */
export function createDevices(): Devices {
  return new BrowserDevices();
}

/** Opens the room's lobby at once: starts the devices and connects; `join` enters the call. */
export function createCall(options: CallOptions): Call {
  return new RoomCall({ ...options, createMedia });
}

function createMedia(options: MediaOptions): SwitchingMediaPath {
  const { selfId, config } = options;
  return new SwitchingMediaPath({
    createP2p: (meeting) => {
      const ask = () => fetchIceServers(meeting() ?? "");
      return new P2pMediaPath({ ...options, iceServers: new IceServerSource(config.iceServers, ask) });
    },
    loadSfu: async () => {
      const { createSfuMediaPath } = await import("../media/sfu/create_sfu_media_path");
      return ({ meeting, worn }) => createSfuMediaPath({ selfId, config, meeting, worn });
    },
  });
}
