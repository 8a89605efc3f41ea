import type { RefusalReason } from "../call/types";

/**
 * What the server means when it closes the socket with a code for applications (RFC 6455, 7.4.2). Every other code, and
 * no code at all, is a disturbance after which to connect again.
 */
const refusals: ReadonlyMap<number, RefusalReason> = new Map([
  [4403, "idInUse"],
  [4409, "replaced"],
  [4413, "roomFull"],
  [4429, "tooManyMessages"],
]);

/** The reason for which connecting again would not help, or undefined when it would. */
export function refusalOf(closeCode: number): RefusalReason | undefined {
  return refusals.get(closeCode);
}
