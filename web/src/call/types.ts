import type { PathName, Tiles } from "../media/media_path";

/**
 * The seam between what a call is (room, media, devices: no React) and how it is shown (hooks and components).
 * Everything here is plain data or an object that announces its changes; snapshots are immutable and keep
 * their identity until something in them changes, as `useSyncExternalStore` wants it.
 */

/** Anything whose state is read as one immutable snapshot. */
export interface Observable<Snapshot> {
  /** Calls `listener` after each change; returns the function that ends it. */
  subscribe(listener: () => void): () => void;
  getSnapshot(): Snapshot;
}

/** `refused`: the server said why, and reconnecting would not help. */
export type ConnectionStatus = "connecting" | "open" | "reconnecting" | "refused";

/** Why the server refused or ended our connection for good. */
export type RefusalReason = "replaced" | "idInUse" | "tooManyMessages" | "notAllowed" | "roomFull";

/** How media from one other person reaches us. */
export type LinkState = "connecting" | "connected" | "interrupted" | "failed";

export interface Participant {
  id: string;
  name: string;
  isSelf: boolean;
  /** The voice AI, which has no name of its own. */
  isAi: boolean;
  raisedHand: boolean;
  speaking: boolean;
  audioEnabled: boolean;
  /** The person has no working microphone. */
  audioUnavailable: boolean;
  videoEnabled: boolean;
  screenShareEnabled: boolean;
  /** In an SFU, by which those who run it find it; absent where there is none. */
  session?: string;
  /** The signaling connection of the self, or the media link to the other. */
  link: LinkState;
  /** When `link` left "connected", as `Date.now()`; absent while connected. */
  linkSince?: number;
  /** Present while there is something to show or play; the self has no audio stream here. */
  camera?: MediaStream;
  screen?: MediaStream;
  audio?: MediaStream;
}

/** Why the voice AI is not here although somebody wanted it. */
export type AiFailure = "limitReached" | "media" | "refused" | "unavailable";

/** The voice AI that members can invite. */
export interface AiState {
  state: "away" | "coming" | "here";
  /** Whom it hears, by id. */
  talker?: string;
  failure?: AiFailure;
  /** How long it may stay, rounded up. */
  minutesLeft?: number;
}

export interface AiWish {
  instructions?: string;
  voice?: string;
}

export interface CallSnapshot {
  room: string;
  status: ConnectionStatus;
  /** When `status` last changed, as `Date.now()`. */
  statusSince: number;
  refusal?: RefusalReason;
  meetingId?: string;
  joined: boolean;
  /** Who is in the call; after joining the self comes first, the others in the order they came. */
  participants: readonly Participant[];
  /** Absent where the server has none. */
  ai?: AiState;
  /** How many people the media path can hold, the self included. */
  capacity: number;
}

/** Things that happen once and are told to the user. */
export type CallEvent =
  | { type: "joined"; id: string; name: string }
  | { type: "left"; id: string; name: string }
  | { type: "handRaised"; id: string; name: string }
  /** Somebody turned our microphone off. */
  | { type: "mutedByOther" }
  /** We speak, and the microphone is off; at most once in 10 s. */
  | { type: "speakingWhileMuted" }
  | { type: "reconnected" }
  /** The server could not do what was asked; `code` is one of the server's error codes. */
  | { type: "serverError"; code: string };

/** How media runs between us and one other end: a person, or the SFU. */
export interface ConnectionFigures {
  path: PathName;
  /** Between browsers: who is at the other end. */
  peer?: string;
  /** Media can run over it now. */
  established: boolean;
  route: "direct" | "relayed" | "sfu";
  protocol?: "udp" | "tcp";
  /** Browsers hide addresses from pages that need not know them. */
  family: "IPv4" | "IPv6" | "unknown";
  roundTripMs?: number;
  /** Of what arrived in the last seconds. */
  lossPercent?: number;
  /** As the browser names it. */
  encryption: { dtlsState?: string; dtlsCipher?: string; srtpCipher?: string; tlsVersion?: string };
}

export interface PictureFigures {
  kind: "camera" | "screen";
  width: number;
  height: number;
  framesPerSecond?: number;
  /** Of the sizes in which a picture goes to an SFU; absent where there is but one, or it cannot be told. */
  layer?: "high" | "low";
}

/** The figures of one person at one moment; absent is what cannot be told. */
export interface PersonSample {
  /** As `Date.now()`. */
  at: number;
  /** In bits per second: what arrives from another person, or what we send to all. */
  bitrate?: number;
  /** Of what arrives from another; of what we send, as the other ends report it. Over the last seconds. */
  lossPercent?: number;
  /** To another person without an SFU between; of the self, to the SFU or the only other person. */
  roundTripMs?: number;
  /** Of the largest picture. */
  framesPerSecond?: number;
  /** Which part of the time the picture stood still, from 0 to 1. */
  frozen?: number;
}

export interface PersonFigures {
  id: string;
  /** The largest first. */
  pictures: readonly PictureFigures[];
  /** Of the last minute, at most 60, the newest last. */
  history: readonly PersonSample[];
}

export interface CallStatistics {
  connections: readonly ConnectionFigures[];
  /** Whoever something is sent to or comes from, in no order; the self too. */
  people: readonly PersonFigures[];
}

/** `live`: once a second, for graphs. `calm`: every few seconds, for a sign that is always there. */
export type StatisticsPace = "live" | "calm";

/** One visit to one room: the room's socket, the media path, and what we send. */
export interface Call extends Observable<CallSnapshot> {
  readonly devices: Devices;
  join(): void;
  /** Leaves for good; the object is of no use afterwards. */
  leave(): void;
  setHandRaised(raised: boolean): void;
  muteOther(id: string): void;
  inviteAi(wish: AiWish): void;
  dismissAi(): void;
  /** As long as this is true the AI hears us, and so does everybody; the microphone is turned on for it. */
  talkToAi(talking: boolean): void;
  /** What is on the stage now, and how large; the pictures of the others follow it. */
  show(tiles: Tiles): void;
  /** A number from 0 to 1 that follows the voice; called about 20 times a second while subscribed. */
  onLevel(participantId: string, listener: (level: number) => void): () => void;
  onEvent(listener: (event: CallEvent) => void): () => void;
  /** Looks at the connections while somebody listens and the page is in sight; each call brings a new snapshot. */
  onStatistics(listener: (statistics: CallStatistics) => void, pace: StatisticsPace): () => void;
}

export type DeviceKind = "microphone" | "camera" | "speaker";

/** What went wrong with a device, by what the user can do about it. */
export type DeviceProblem =
  | "permissionDenied"
  | "notFound"
  | "inUse"
  | "notSupported"
  /** The page is not served over HTTPS or from this very machine. */
  | "insecureContext"
  | "unknown";

export interface DeviceInfo {
  id: string;
  label: string;
}

export interface CaptureState {
  /** What the user wants. */
  enabled: boolean;
  /** `live` only while a track delivers. */
  state: "off" | "starting" | "live" | "failed";
  problem?: DeviceProblem;
  /** The chosen device, once known. */
  deviceId?: string;
}

export interface OutgoingTracks {
  microphone?: MediaStreamTrack;
  camera?: MediaStreamTrack;
  screen?: MediaStreamTrack;
}

export interface DevicesSnapshot {
  microphone: CaptureState;
  camera: CaptureState;
  screen: CaptureState;
  /** False where the browser cannot share a screen (phones). */
  screenSupported: boolean;
  microphones: readonly DeviceInfo[];
  cameras: readonly DeviceInfo[];
  /** Empty where the browser cannot choose a speaker. */
  speakers: readonly DeviceInfo[];
  speakerId?: string;
  /** The camera's picture for the self view. */
  cameraPreview?: MediaStream;
  /** The own screen, to see what the others see. */
  screenPreview?: MediaStream;
  /** What goes to the others: a track is here while its capture is turned on and has one. */
  outgoing: OutgoingTracks;
  /**
   * `prompt`: the browser will ask; explain first, then call `requestPermission`.
   * `unknown`: the browser does not tell; go on as if granted.
   */
  permission: "prompt" | "granted" | "denied" | "unknown";
}

/** The capture devices of this page; outlives a call, so that the lobby's choice carries over. */
export interface Devices extends Observable<DevicesSnapshot> {
  /**
   * Captures what is turned on, from now to `stop`. A call starts its devices when it is made and stops them when it
   * is left; a page that shows a preview without a call does both itself. Before the browser was asked
   * (`permission: "prompt"`) nothing is captured, so that the question comes only with `requestPermission`.
   */
  start(): void;
  /** Lets go of every device; what is turned on and chosen stays for the next `start`. */
  stop(): void;
  /** Asks for camera and microphone together. Never rejects; failures are in the snapshot. */
  requestPermission(): Promise<void>;
  setMicrophone(enabled: boolean): void;
  setCamera(enabled: boolean): void;
  /** Asks the user what to share when turned on. */
  setScreen(enabled: boolean): void;
  chooseMicrophone(id: string): void;
  chooseCamera(id: string): void;
  chooseSpeaker(id: string): void;
  /** Tries again what failed. */
  retry(kind: "microphone" | "camera"): void;
  /** The level of the own microphone, from 0 to 1, about 20 times a second. */
  onMicrophoneLevel(listener: (level: number) => void): () => void;
  /**
   * The loudest moment since the last call as linear amplitude from 0 to 1, muted or not: what speaking is decided by.
   * `onMicrophoneLevel` is the same on the scale of an eye.
   */
  onVoice(listener: (amplitude: number) => void): () => void;
}
