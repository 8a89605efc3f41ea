/**
 * The room's name as one path segment. An old client pastes the name into the address and lets the browser escape it,
 * and the escaped form is the room's key on the server; so this escapes exactly what a browser would, and beyond that only
 * what would end the segment.
 */
export function roomSegment(room: string): string {
  return encodeURI(room).replace(/[/?#]/g, encodeURIComponent);
}

/** The scheme follows the page: a secure page may not open an insecure socket, and the other way it would not be found. */
export function socketScheme(pageProtocol: string): "ws" | "wss" {
  return pageProtocol === "https:" ? "wss" : "ws";
}
