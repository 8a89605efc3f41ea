import { fetchSession, reportDeadTrack, type ClientConfig } from "../api/client";
import type { MediaKind, MovableMediaPath, SignalChannel, Subscription, Tiles } from "../media/media_path";
import { StatisticsHistory } from "../media/statistics/statistics_history";
import { StatisticsSampler } from "../media/statistics/statistics_sampler";
import type { ServerMessage, User } from "../protocol/messages";
import { RoomStore, type RoomChange } from "../room/room_store";
import { SelfPublisher } from "../room/self_publisher";
import { RoomSocket, type RoomSocketListener, type RoomSocketOptions } from "../signaling/room_socket";
import { Emitter } from "../util/emitter";
import { shallowEqual } from "../util/equal";
import { randomUuid } from "../util/random_id";
import { Store } from "../util/store";
import { DeadTrackWatch } from "./dead_track_watch";
import { AiTalk } from "./ai_talk";
import { describeAi } from "./describe_ai";
import { LevelPoll } from "./level_poll";
import { describeTracks } from "./own_tracks";
import { onPageGone } from "./page_lifecycle";
import { describeOther, describeSelf, keepUnchanged } from "./participants";
import { traceOf } from "./trace_link";
import type {
  AiWish,
  Call,
  CallEvent,
  CallSnapshot,
  CallStatistics,
  ConnectionStatus,
  Devices,
  Participant,
  RefusalReason,
  StatisticsPace,
} from "./types";
import { VoiceWatch } from "./voice_watch";

/** After as many vain attempts in a row it is time to ask whether the server still knows our name. */
const ATTEMPTS_PER_CHECK = 3;

/** Answers to signals that crossed with somebody's coming or going; the links look after themselves. */
const harmlessErrors: ReadonlySet<string> = new Set(["not_joined", "unknown_user"]);

/** The AI does not hear us, and will not. */
const aiErrors: ReadonlySet<string> = new Set(["ai_taken", "ai_unavailable"]);

export interface MediaOptions {
  selfId: string;
  config: ClientConfig;
  channel: SignalChannel;
  /** A try at a direct connection with this person has come to nothing. */
  attemptFailed: (peer: string) => void;
}

export interface RoomCallOptions {
  room: string;
  config: ClientConfig;
  devices: Devices;
  self: { name: string };
  createMedia: (options: MediaOptions) => MovableMediaPath;
  /** A parameter for tests. */
  createSocket?: (options: RoomSocketOptions) => RoomSocket;
}

/** Brings together the room, the media and the devices, each of which knows nothing of the others. */
export class RoomCall implements Call, RoomSocketListener {
  readonly devices: Devices;
  readonly #id = randomUuid();
  readonly #name: string;
  readonly #store: Store<CallSnapshot>;
  readonly #events = new Emitter<CallEvent>();
  readonly #signals = new Emitter<{ from: string; signal: string }>();
  readonly #room: RoomStore;
  readonly #publisher: SelfPublisher;
  readonly #socket: RoomSocket;
  readonly #media: MovableMediaPath;
  readonly #aiTalk: AiTalk;
  readonly #levels: LevelPoll;
  readonly #statistics: StatisticsSampler;
  readonly #deadTracks: DeadTrackWatch;
  readonly #traceLink: string;
  readonly #hasAi: boolean;
  readonly #ends: (() => void)[];
  #voice: VoiceWatch | undefined;
  #joined = false;
  #speaking = false;
  #handRaised = false;
  #status: ConnectionStatus = "connecting";
  #statusSince = Date.now();
  #refusal: RefusalReason | undefined;
  #failedAttempts = 0;
  #left = false;

  constructor({ room, config, devices, self, createMedia, createSocket }: RoomCallOptions) {
    this.devices = devices;
    this.#name = self.name;
    this.#room = new RoomStore(this.#id);
    this.#publisher = new SelfPublisher((user) => this.#socket.send({ type: "userUpdate", user }));
    this.#media = createMedia({
      selfId: this.#id,
      config,
      channel: this.#createChannel(),
      attemptFailed: (peer) => this.#reportFailure(peer),
    });
    this.#hasAi = config.hasAi;
    this.#aiTalk = new AiTalk({
      devices,
      media: this.#media,
      send: (message) => void this.#socket.send(message),
    });
    this.#levels = new LevelPoll((id) => (this.#sends(id) ? this.#media.level(id) : 0));
    this.#statistics = new StatisticsSampler(
      () => this.#media.connections(),
      new StatisticsHistory(this.#id),
    );
    this.#traceLink = config.traceLink;
    this.#deadTracks = new DeadTrackWatch({
      connections: () => this.#media.connections(),
      expected: () => this.#room.view.others.map(toSubscription),
      found: (id, kind) => this.#reportDeadTrack(id, kind),
    });
    this.#store = new Store<CallSnapshot>({
      room,
      status: this.#status,
      statusSince: this.#statusSince,
      joined: false,
      participants: [],
      capacity: this.#room.view.media.capacity,
    });
    const socketOptions = { room, id: this.#id, listener: this };
    this.#socket = createSocket?.(socketOptions) ?? new RoomSocket(socketOptions);
    const online = () => this.#media.networkChanged();
    addEventListener("online", online);
    // A machine that slept may have lost everything.
    const shown = () => {
      if (document.visibilityState === "visible") this.#socket.probe();
    };
    document.addEventListener("visibilitychange", shown);
    this.#ends = [
      () => removeEventListener("online", online),
      () => document.removeEventListener("visibilitychange", shown),
      devices.subscribe(() => this.#refresh()),
      this.#media.onChange(() => this.#mediaChanged()),
      onPageGone(() => this.leave()),
    ];
    devices.start();
    this.#refresh();
  }

  getSnapshot(): CallSnapshot {
    return this.#store.getSnapshot();
  }

  subscribe(listener: () => void): () => void {
    return this.#store.subscribe(listener);
  }

  join(): void {
    if (this.#joined || this.#left || this.#status === "refused") return;
    if (this.devices.getSnapshot().permission === "prompt") {
      // Nobody has answered the browser's question, so nothing is captured: the buttons have to say "off", and one press
      // then turns on and asks.
      this.devices.setMicrophone(false);
      this.devices.setCamera(false);
    }
    this.#joined = true;
    this.#voice = new VoiceWatch({
      devices: this.devices,
      speakingChanged: (speaking) => {
        this.#speaking = speaking;
        this.#refresh();
      },
      speakingWhileMuted: () => this.#events.emit({ type: "speakingWhileMuted" }),
    });
    this.#refresh();
  }

  leave(): void {
    if (this.#left) return;
    this.#left = true;
    this.#aiTalk.end();
    this.#socket.send({ type: "userLeft" });
    this.#socket.close();
    for (const end of this.#ends) end();
    this.#voice?.close();
    this.#publisher.close();
    this.#levels.close();
    this.#statistics.close();
    this.#deadTracks.close();
    this.#media.close();
    this.devices.stop();
  }

  setHandRaised(raised: boolean): void {
    this.#handRaised = raised;
    this.#refresh();
  }

  muteOther(id: string): void {
    this.#socket.send({ type: "muteUser", id });
  }

  inviteAi({ instructions, voice }: AiWish): void {
    this.#socket.send({ type: "enableAi", instructions, voice });
  }

  dismissAi(): void {
    this.#socket.send({ type: "disableAi" });
  }

  talkToAi(talking: boolean): void {
    this.#aiTalk.set(talking && this.getSnapshot().ai?.state === "here");
  }

  show(tiles: Tiles): void {
    this.#media.show(tiles);
  }

  onLevel(participantId: string, listener: (level: number) => void): () => void {
    if (participantId !== this.#id) return this.#levels.on(participantId, listener);
    return this.devices.onMicrophoneLevel((level) => {
      // The microphone listens on while it is muted; the others do not.
      listener(this.devices.getSnapshot().microphone.enabled ? level : 0);
    });
  }

  onEvent(listener: (event: CallEvent) => void): () => void {
    return this.#events.on(listener);
  }

  onStatistics(listener: (statistics: CallStatistics) => void, pace: StatisticsPace): () => void {
    return this.#statistics.on(listener, pace);
  }

  statusChanged(status: ConnectionStatus, refusal?: RefusalReason): void {
    const before = this.#status;
    this.#status = status;
    this.#statusSince = Date.now();
    this.#refusal = refusal;
    if (status === "open") {
      this.#failedAttempts = 0;
      this.#socket.send({ type: "mediaSupport", p2p: true });
      this.#publisher.resend();
      this.#aiTalk.askAgain();
      if (before === "reconnecting") this.#events.emit({ type: "reconnected" });
    } else {
      this.#room.socketLost();
    }
    if (status === "refused") {
      // This is the end of the call: no light of a camera may go on behind the message, and no connection.
      this.#voice?.close();
      this.#media.close();
      this.devices.stop();
    }
    this.#refresh();
  }

  attemptFailed(): void {
    this.#failedAttempts += 1;
    if (this.#failedAttempts % ATTEMPTS_PER_CHECK === 0) void this.#checkName();
  }

  received(message: ServerMessage): void {
    switch (message.type) {
      case "roomState":
        this.#tell(this.#room.applyState(message.state));
        break;
      case "userLeftNotification":
        this.#tell(this.#room.applyLeft(message.id));
        break;
      case "muteMic":
        this.#mutedByOther();
        return;
      case "p2pSignal":
        this.#signals.emit({ from: message.from, signal: message.signal });
        return;
      case "error":
        if (aiErrors.has(message.code)) this.#aiTalk.end();
        if (!harmlessErrors.has(message.code)) this.#events.emit({ type: "serverError", code: message.code });
        return;
      default:
        message satisfies never;
    }
    this.#refresh();
    const { self } = this.#room.view;
    if (this.#joined && self !== undefined) this.#publisher.reconcile(self);
  }

  /** A link that broke may mean that our own network is another one, and links cannot heal over a dead socket. */
  #mediaChanged(): void {
    const wasConnected = new Set(
      this.getSnapshot()
        .participants.filter(isConnected)
        .map(({ id }) => id),
    );
    this.#refresh();
    this.#statistics.refresh();
    const broken = this.getSnapshot().participants.some(
      (person) => wasConnected.has(person.id) && !isConnected(person),
    );
    if (broken) this.#socket.probe();
  }

  #createChannel(): SignalChannel {
    return {
      send: (to, signal) => void this.#socket.send({ type: "p2pSignal", to, signal }),
      onSignal: (listener) => this.#signals.on(({ from, signal }) => listener(from, signal)),
    };
  }

  /** The server decides what follows from it; once it has led us elsewhere there is nothing to say. */
  #reportFailure(peer: string): void {
    if (this.#room.view.media.path === "p2p") this.#socket.send({ type: "p2pFailed", peer });
  }

  /** Only the server's log is interested; the visitor need not know when it cannot be told. */
  #reportDeadTrack(id: string, kind: MediaKind): void {
    const { others, meetingId } = this.#room.view;
    const user = others.find((one) => one.id === id);
    if (user === undefined) return;
    const { session } = this.#media.published();
    const address = toSubscription(user).tracks[kind];
    reportDeadTrack({
      trackId: address ?? `${id} ${kind}`,
      pushingUser: user.name,
      pullSessionTrace: traceOf(this.#traceLink, session),
      pushedSessionTrace: traceOf(this.#traceLink, address?.split("/")[0]),
      meetingId,
    }).catch(() => undefined);
  }

  #mutedByOther(): void {
    const wasHeard = this.devices.getSnapshot().microphone.enabled;
    this.devices.setMicrophone(false);
    // The server has muted its record of us already, and expects ours in answer.
    this.#publisher.resend();
    if (wasHeard) this.#events.emit({ type: "mutedByOther" });
  }

  #tell(changes: readonly RoomChange[]): void {
    for (const { type, user } of changes) this.#events.emit({ type, id: user.id, name: user.name });
  }

  /** A browser does not tell why a WebSocket was not accepted; that our name is not known any more can be asked. */
  async #checkName(): Promise<void> {
    const session = await fetchSession().catch(() => null);
    if (session === null || session.username !== null || this.#left || this.#status === "open") return;
    this.#socket.close();
    this.statusChanged("refused", "notAllowed");
  }

  /** Brings what we send, whom we are linked with, and what the pages see in line with what is. */
  #refresh(): void {
    if (this.#left) return;
    const self = this.#describeOwnUser();
    const { outgoing } = this.devices.getSnapshot();
    this.#media.publish("audio", outgoing.microphone ?? null);
    this.#media.publish("camera", outgoing.camera ?? null);
    this.#media.publish("screen", outgoing.screen ?? null);
    if (this.#joined) this.#publisher.update(self);
    this.#link();
    this.#show(self);
  }

  /** Links are kept while the room is out of sight: media between browsers does not need the server. */
  #link(): void {
    if (this.#status === "refused") return;
    const { self, others, ai, aiUser, media, meetingId } = this.#room.view;
    const ready = this.#joined && self?.joined === true;
    // First where it leads: a path that is to be left is not to be mended.
    if (ready) this.#media.setPath({ path: media.path, meeting: meetingId, generation: media.generation });
    this.#media.setSignalingReady(ready);
    if (ready) this.#media.subscribe([...others, ...(aiUser ? [aiUser] : [])].map(toSubscription));
    // Two may have pressed at once.
    const taken = ai?.controllingUser !== undefined && ai.controllingUser !== this.#id;
    if (aiUser === undefined || taken) this.#aiTalk.end();
    else this.#aiTalk.refresh();
  }

  #show(self: User): void {
    const before = this.#store.getSnapshot();
    const devices = this.devices.getSnapshot();
    const { meetingId, others, ai, aiUser, media } = this.#room.view;
    const participants = [...others, ...(aiUser ? [aiUser] : [])].map((user) =>
      describeOther(user, this.#media.remote(user.id)),
    );
    if (this.#joined) {
      participants.unshift(
        describeSelf({
          user: self,
          devices,
          status: this.#status,
          statusSince: this.#statusSince,
          unsentSince: this.#media.unsentSince(),
        }),
      );
    }
    const next: CallSnapshot = {
      ...before,
      status: this.#status,
      statusSince: this.#statusSince,
      refusal: this.#refusal,
      meetingId,
      capacity: media.capacity,
      joined: this.#joined,
      ai: this.#hasAi ? describeAi(ai, before.ai) : undefined,
      participants: keepUnchanged(before.participants, participants),
    };
    if (!shallowEqual(next, before)) this.#store.set(next);
  }

  #describeOwnUser(): User {
    const { session, tracks } = this.#media.published();
    return {
      id: this.#id,
      name: this.#room.view.self?.name ?? this.#name,
      raisedHand: this.#handRaised,
      speaking: this.#speaking,
      joined: this.#joined,
      transceiverSessionId: session,
      tracks: describeTracks(this.devices.getSnapshot(), tracks),
    };
  }

  #sends(id: string): boolean {
    const { others, aiUser } = this.#room.view;
    const user = id === aiUser?.id ? aiUser : others.find((other) => other.id === id);
    return user?.tracks.audioEnabled === true;
  }
}

function isConnected({ link }: Participant): boolean {
  return link === "connected";
}

function toSubscription({ id, tracks }: User): Subscription {
  return {
    id,
    sends: { audio: tracks.audioEnabled, camera: tracks.videoEnabled, screen: tracks.screenShareEnabled },
    tracks: { audio: tracks.audio, camera: tracks.video, screen: tracks.screenshare },
  };
}
