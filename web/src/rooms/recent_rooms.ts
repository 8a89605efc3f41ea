import type { Observable } from "../call/types";
import { readStored, writeStored } from "../preferences/stored_value";
import { Store } from "../util/store";

const storageKey = "recentRooms";

/** More would be a history, and nobody asked for one. */
const longestList = 8;

function load(): readonly string[] {
  try {
    const value: unknown = JSON.parse(readStored(storageKey) ?? "[]");
    if (!Array.isArray(value)) return [];
    return value.filter((room): room is string => typeof room === "string").slice(0, longestList);
  } catch {
    return [];
  }
}

const rooms = new Store(load());

function save(next: readonly string[]): void {
  writeStored(storageKey, next.length === 0 ? null : JSON.stringify(next));
  rooms.set(next);
}

/** Puts `room` first. */
export function rememberRoom(room: string): void {
  save([room, ...rooms.getSnapshot().filter((other) => other !== room)].slice(0, longestList));
}

export function forgetRoom(room: string): void {
  save(rooms.getSnapshot().filter((other) => other !== room));
}

/** The rooms visited in this browser, the latest first. */
export const recentRooms: Observable<readonly string[]> = rooms;
