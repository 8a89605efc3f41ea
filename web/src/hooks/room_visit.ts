import { createContext, useContext } from "react";
import type { ClientConfig } from "../api/client";
import type { Call } from "../call/types";

/** What the lobby and the call page of one visit to a room share. */
export interface RoomVisit {
  room: string;
  /** The visitor's own name. */
  name: string;
  config: ClientConfig;
  call: Call;
  /** The visitor came through the lobby, so there was a choice of devices and a press of a button. */
  entered: boolean;
  /** Joins the call; the caller then shows the call page. */
  enter: () => void;
  /** Ends this visit's call and begins anew in the lobby, with a connection of its own. */
  restart: () => void;
}

export const RoomVisitContext = createContext<RoomVisit | null>(null);

export function useRoomVisit(): RoomVisit {
  const visit = useContext(RoomVisitContext);
  if (!visit) throw new Error("useRoomVisit is used outside of a room's pages");
  return visit;
}
