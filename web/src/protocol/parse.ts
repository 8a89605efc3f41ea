import { isJsonObject, isTrue, parseJsonObject, stringOf, type JsonObject } from "../util/json";
import type { RoomAi, RoomMedia, RoomState, ServerMessage, User, UserTracks } from "./messages";

/** Null for what this client does not understand, be it malformed or newer than the client. */
export function parseServerMessage(data: unknown): ServerMessage | null {
  if (typeof data !== "string") return null;
  const message = parseJsonObject(data);
  if (message === null) return null;
  switch (message.type) {
    case "roomState":
      return isJsonObject(message.state) ? { type: "roomState", state: parseRoomState(message.state) } : null;
    case "userLeftNotification":
      return typeof message.id === "string" ? { type: "userLeftNotification", id: message.id } : null;
    case "muteMic":
      return { type: "muteMic" };
    case "p2pSignal":
      return typeof message.from === "string" && typeof message.signal === "string"
        ? { type: "p2pSignal", from: message.from, signal: message.signal }
        : null;
    case "error":
      return { type: "error", code: stringOf(message.code) ?? "unknown" };
    default:
      return null;
  }
}

/** One bad user costs that user only: the others can still be seen and heard. */
function parseRoomState(state: JsonObject): RoomState {
  const users = new Map<string, User>();
  for (const entry of Array.isArray(state.users) ? state.users : []) {
    const user = parseUser(entry);
    if (user !== null && !users.has(user.id)) users.set(user.id, user);
  }
  return {
    meetingId: stringOf(state.meetingId),
    ai: parseAi(state.ai),
    media: parseMedia(state.media),
    users: [...users.values()],
  };
}

function parseAi(value: unknown): RoomAi | undefined {
  if (!isJsonObject(value)) return undefined;
  const { remainingSeconds } = value;
  return {
    enabled: isTrue(value.enabled),
    connectionPending: isTrue(value.connectionPending),
    controllingUser: stringOf(value.controllingUser),
    errorCode: stringOf(value.errorCode),
    remainingSeconds: typeof remainingSeconds === "number" ? remainingSeconds : undefined,
  };
}

/** Undefined for a path that this client does not know: the one that every client has is the best guess then. */
function parseMedia(value: unknown): RoomMedia | undefined {
  if (!isJsonObject(value)) return undefined;
  const { path, capacity, generation } = value;
  if (path !== "p2p" && path !== "sfu") return undefined;
  return typeof capacity === "number" && Number.isInteger(capacity) && capacity > 0
    ? { path, capacity, generation: Number.isSafeInteger(generation) ? (generation as number) : 0 }
    : undefined;
}

function parseUser(value: unknown): User | null {
  if (!isJsonObject(value)) return null;
  const { id, name } = value;
  if (typeof id !== "string" || id === "" || typeof name !== "string") return null;
  return {
    id,
    name,
    transceiverSessionId: stringOf(value.transceiverSessionId),
    raisedHand: isTrue(value.raisedHand),
    speaking: isTrue(value.speaking),
    joined: isTrue(value.joined),
    tracks: parseTracks(isJsonObject(value.tracks) ? value.tracks : {}),
  };
}

/** An old client that leaves the call sends tracks without most members. */
function parseTracks(tracks: JsonObject): UserTracks {
  return {
    audio: stringOf(tracks.audio),
    audioEnabled: isTrue(tracks.audioEnabled),
    audioUnavailable: isTrue(tracks.audioUnavailable),
    video: stringOf(tracks.video),
    videoEnabled: isTrue(tracks.videoEnabled),
    screenshare: stringOf(tracks.screenshare),
    screenShareEnabled: isTrue(tracks.screenShareEnabled),
  };
}
