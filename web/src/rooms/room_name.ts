/** What somebody typed or pasted to reach a room. */
export type RoomInput =
  { room: string } | { problem: "empty" | "foreign" | "noRoom" | "reserved" | "tooLong" };

/** The server's limit, counted in the escaped name: a Cyrillic letter takes six. */
const longestEscapedName = 256;

/** First segments of addresses that are pages or files of the site, so no room can have them as its name. */
const reservedNames = new Set([
  ".",
  "..",
  "new",
  "set-username",
  "call-quality-feedback",
  "legal",
  "api",
  "parties",
  "partytracks",
  "assets",
  "healthz",
  "readyz",
  "metrics",
  "index.html",
  "theme.js",
  "favicon.svg",
  "site.webmanifest",
]);

export function roomPath(room: string): string {
  return `/${encodeURIComponent(room)}`;
}

export function roomUrl(room: string, origin: string): string {
  return origin + roomPath(room);
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function checkName(name: string): RoomInput {
  // Old clients and the server make dashes of spaces too, so one name means one room everywhere.
  const room = name.trim().replace(/\s+/g, "-");
  if (room === "") return { problem: "empty" };
  if (reservedNames.has(room.toLowerCase())) return { problem: "reserved" };
  if (encodeURIComponent(room).length > longestEscapedName) return { problem: "tooLong" };
  return { room };
}

/** Understands the name of a room, and a link to one on this site, with or without the scheme. */
export function parseRoomInput(text: string, origin: string): RoomInput {
  const trimmed = text.trim();
  const host = new URL(origin).host;
  const withScheme = trimmed.toLowerCase().startsWith(`${host.toLowerCase()}/`)
    ? `${new URL(origin).protocol}//${trimmed}`
    : trimmed;
  if (!/^https?:\/\//i.test(withScheme)) {
    // A slash, question mark or hash would lead to another address than the room's.
    return checkName(trimmed.replace(/^\/+/, "").replace(/[/?#\\]+/g, "-"));
  }
  if (!URL.canParse(withScheme)) return { problem: "noRoom" };
  const url = new URL(withScheme);
  // The same server may be open to http and https, so only the host decides.
  if (url.host !== host) return { problem: "foreign" };
  const [segment = "", second, ...rest] = url.pathname.slice(1).split("/");
  const leadsToRoom = second === undefined || ((second === "room" || second === "") && rest.length === 0);
  if (segment === "" || !leadsToRoom) return { problem: "noRoom" };
  return checkName(decodeSegment(segment));
}
