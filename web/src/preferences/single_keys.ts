import type { Observable } from "../call/types";
import { Store } from "../util/store";
import { readStored, writeStored } from "./stored_value";

const allowed = new Store(readStored("singleKeys") !== "off");

/** Whether a key without Ctrl may do something. */
export const singleKeys: Observable<boolean> = allowed;

/** WCAG 2.1.4: people who speak to their computer must be able to turn single keys off. */
export function setSingleKeys(enabled: boolean): void {
  writeStored("singleKeys", enabled ? null : "off");
  allowed.set(enabled);
}
