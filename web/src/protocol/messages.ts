/**
 * The messages of the room's WebSocket, as this client sends and understands them. Old clients talk the same language,
 * and both sides ignore members and types that they do not know.
 */

/** What somebody says about their own media; the optional names point into an SFU and are absent between two browsers. */
export interface UserTracks {
  audio?: string;
  audioEnabled: boolean;
  audioUnavailable: boolean;
  video?: string;
  videoEnabled: boolean;
  screenshare?: string;
  screenShareEnabled: boolean;
}

export interface User {
  /** The connection id, which is the user's id everywhere. */
  id: string;
  name: string;
  transceiverSessionId?: string;
  raisedHand: boolean;
  speaking: boolean;
  /** False while in the lobby. */
  joined: boolean;
  tracks: UserTracks;
}

/** How the server wants media to run, and how many people that can hold, the self included. */
export interface RoomMedia {
  path: "p2p" | "sfu";
  capacity: number;
  /** Which SFU the room is in: another number is another one, or one that has lost everything. */
  generation: number;
}

/** The voice AI of the room. */
export interface RoomAi {
  /** It is here, and listed as a user. */
  enabled: boolean;
  connectionPending: boolean;
  /** Whom it hears. */
  controllingUser?: string;
  /** Why it is not here although somebody wanted it. */
  errorCode?: string;
  remainingSeconds?: number;
}

export interface RoomState {
  meetingId?: string;
  /** Absent from a server that knows of no AI. */
  ai?: RoomAi;
  /** Absent from a server that knows only media between browsers. */
  media?: RoomMedia;
  /** Everybody whose connection the server knows, the lobby included. */
  users: readonly User[];
}

/** The id of the AI, which the server lists like a user. */
export const AI_USER_ID = "ai";

export type ServerMessage =
  | { type: "roomState"; state: RoomState }
  | { type: "userLeftNotification"; id: string }
  | { type: "muteMic" }
  | { type: "p2pSignal"; from: string; signal: string }
  | { type: "error"; code: string };

export type ClientMessage =
  | { type: "userUpdate"; user: User }
  | { type: "heartbeat" }
  /** Asks for a "partyserver-pong", which proves that the connection is alive in both directions. */
  | { type: "partyserver-ping" }
  | { type: "userLeft" }
  | { type: "muteUser"; id: string }
  | { type: "p2pSignal"; to: string; signal: string }
  /** The first word on every connection: whether this client can do media between browsers. Old clients cannot. */
  | { type: "mediaSupport"; p2p: boolean }
  /** A direct connection with this person did not come about. */
  | { type: "p2pFailed"; peer: string }
  | { type: "enableAi"; instructions?: string; voice?: string }
  | { type: "disableAi" }
  /** Asks that the AI hears this track of ours. */
  | { type: "requestAiControl"; track: { location: "remote"; sessionId: string; trackName: string } }
  /** Spelt so on the wire. */
  | { type: "relenquishAiControl" };
