/** The few things that the page asks the server over HTTP. */

import { isJsonObject, stringOf, type JsonObject } from "../util/json";

export interface Session {
  /** Null: nobody is named yet; the name page comes first. */
  username: string | null;
  /** `header`: a proxy in front of the server decides the name, so it cannot be changed here. */
  source: "cookie" | "header" | null;
}

/** What the operator set and the browser must know. */
export interface ClientConfig {
  version: string;
  iceServers: RTCIceServer[];
  /** Bits a second of one camera. */
  maxWebcamBitrate: number;
  /** Frames a second of one camera. */
  maxWebcamFramerate: number;
  /** The largest smaller side of a sent camera picture, in pixels. */
  maxWebcamQualityLevel: number;
  /** The server keeps the answer to the question after a call. */
  hasFeedback: boolean;
  /** How many calls to the SFU go with a report of a problem. */
  maxApiHistory: number;
  /** Base of links to the trace of a session in the SFU; empty: there are none. */
  traceLink: string;
  /** The server knows people's names and photos. */
  hasUserDirectory: boolean;
  /** A voice AI can be invited. */
  hasAi: boolean;
}

/** What goes with a report of a problem (the server's /api/bugReport). */
export interface BugReportInfo {
  roomName: string;
  meetingId: string | undefined;
  url: string;
  identity: unknown;
  roomHistory: readonly unknown[];
}

/** A track that should bring something and does not. */
export interface DeadTrack {
  trackId: string;
  pushingUser: string;
  pullSessionTrace: string | undefined;
  pushedSessionTrace: string | undefined;
  meetingId: string | undefined;
}

export interface DirectoryPerson {
  firstName: string;
  lastName: string;
  /** A data: URL. */
  photo: string | undefined;
}

/** The server answered with an error; `code` is its short code, or `http_<status>` when it gave none. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
  }
}

/** Rejects with `ApiError` when the server says no, with `TypeError` when it cannot be reached. */
export async function fetchSession(): Promise<Session> {
  const { username, source } = await requestJson("/api/session");
  return {
    username: stringOf(username) ?? null,
    source: source === "cookie" || source === "header" ? source : null,
  };
}

/** Rejects as `fetchSession` does; what the answer lacks gets the server's own defaults. */
export async function fetchConfig(): Promise<ClientConfig> {
  const body = await requestJson("/api/config");
  return {
    version: stringOf(body.version) ?? "",
    iceServers: iceServersOf(body),
    maxWebcamBitrate: positiveNumber(body.maxWebcamBitrate, 2_500_000),
    maxWebcamFramerate: positiveNumber(body.maxWebcamFramerate, 24),
    maxWebcamQualityLevel: positiveNumber(body.maxWebcamQualityLevel, 1080),
    hasFeedback: body.hasFeedback === true,
    maxApiHistory: positiveNumber(body.maxApiHistory, 100),
    traceLink: stringOf(body.traceLink) ?? "",
    hasUserDirectory: body.hasUserDirectory === true,
    hasAi: body.hasAi === true,
  };
}

/** Longer than the server itself waits for those that it asks. */
const ICE_SERVERS_TIMEOUT_MS = 4000;

/**
 * Where direct connections may find relays, with credentials for this visitor, who has to be in the meeting. Good for
 * `ttl` seconds. Rejects as `fetchSession` does, and within a few seconds.
 */
export async function fetchIceServers(meeting: string): Promise<{ iceServers: RTCIceServer[]; ttl: number }> {
  const query = new URLSearchParams({ correlationId: meeting }).toString();
  const signal = AbortSignal.timeout(ICE_SERVERS_TIMEOUT_MS);
  const body = await requestJson(`/api/ice-servers?${query}`, { signal });
  return { iceServers: iceServersOf(body), ttl: positiveNumber(body.ttl, 60) };
}

/** Tells that the page was reloaded in the middle of a call. */
export async function reportRefresh(): Promise<void> {
  await request("/api/reportRefresh", { method: "POST" });
}

/** Rejects as `fetchSession` does. */
export async function sendBugReport(description: string, info: BugReportInfo): Promise<void> {
  const body = new URLSearchParams({ description, info: JSON.stringify(info) });
  await request("/api/bugReport", { method: "POST", body });
}

/** Rejects as `fetchSession` does. */
export async function reportDeadTrack(track: DeadTrack): Promise<void> {
  await request("/api/deadTrack", { method: "POST", body: JSON.stringify(track) });
}

/** Rejects as `fetchSession` does: also for who is not in the directory. */
export async function fetchPerson(name: string): Promise<DirectoryPerson> {
  const body = await requestJson(`/api/user-directory?${new URLSearchParams({ name }).toString()}`);
  return {
    firstName: stringOf(body.firstName) ?? "",
    lastName: stringOf(body.lastName) ?? "",
    photo: stringOf(body.photo),
  };
}

async function request(path: string, init?: RequestInit): Promise<Response> {
  const response = await fetch(path, { credentials: "same-origin", ...init });
  if (response.ok) return response;
  throw await toApiError(response);
}

async function requestJson(path: string, init?: RequestInit): Promise<JsonObject> {
  const response = await request(path, { headers: { Accept: "application/json" }, ...init });
  const body = await readBody(response);
  if (!isJsonObject(body)) throw new ApiError(response.status, "bad_answer", `${path} is not a JSON object`);
  return body;
}

async function toApiError(response: Response): Promise<ApiError> {
  const body = await readBody(response);
  const error = isJsonObject(body) && isJsonObject(body.error) ? body.error : {};
  return new ApiError(
    response.status,
    stringOf(error.code) ?? `http_${response.status}`,
    stringOf(error.message) ?? response.statusText,
  );
}

/** Null when it is no JSON: a proxy in front of the server answers with pages of its own. */
async function readBody(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return null;
  }
}

function iceServersOf({ iceServers }: JsonObject): RTCIceServer[] {
  return Array.isArray(iceServers) ? iceServers.filter(isIceServer) : [];
}

function isIceServer(value: unknown): value is RTCIceServer {
  if (!isJsonObject(value)) return false;
  const { urls } = value;
  return typeof urls === "string" || (Array.isArray(urls) && urls.every((url) => typeof url === "string"));
}

function positiveNumber(value: unknown, fallback: number): number {
  return typeof value === "number" && Number.isFinite(value) && value > 0 ? value : fallback;
}
