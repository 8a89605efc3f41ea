import { mediaKinds, type MediaKind, type MediaStats } from "../media_path";
import { preferVp8, type SendLimits } from "../encodings";
import { isExpected } from "./negotiation_rule";
import { collectStats } from "./pair_stats";
import { RemoteTracks } from "./remote_tracks";
import type { SessionDescription, SignalBody } from "./signal";

export interface PairConnectionOptions {
  /** Whether this side makes the offers; the other one asks for them. */
  offering: boolean;
  createPeerConnection: () => RTCPeerConnection;
  /** By which it looks for a way to the other side; settles in time, and never rejects. */
  iceServers: () => Promise<RTCIceServer[]>;
  /** What to send from the start. */
  tracks: Readonly<Record<MediaKind, MediaStreamTrack | null>>;
  /** Undefined: as the browser likes. */
  limitsOf: (kind: MediaKind) => SendLimits | undefined;
  send: (body: SignalBody) => void;
  stateChanged: (state: RTCPeerConnectionState) => void;
  tracksChanged: () => void;
  /** A description was refused; this connection will never work. */
  broken: () => void;
}

/**
 * One RTCPeerConnection to one other person, from its first offer to its end. Three transceivers (voice, camera, screen)
 * are made with the first offer and stay; to turn something off is to replace its track by nothing, so that after
 * the first exchange only ICE restarts negotiate. Owned by a PeerLink, which replaces it when it is past help.
 */
export class PairConnection {
  readonly #options: PairConnectionOptions;
  readonly #connection: RTCPeerConnection;
  readonly #remote: RemoteTracks;
  readonly #transceivers = new Map<MediaKind, RTCRtpTransceiver>();
  readonly #tracks: Record<MediaKind, MediaStreamTrack | null>;
  /** What each sender was last told to send; its own `track` still is the one before until the browser is done. */
  readonly #requested: Record<MediaKind, MediaStreamTrack | null> = {
    audio: null,
    camera: null,
    screen: null,
  };
  /** Descriptions are applied one after the other: each decision needs the state in which the one before it ended. */
  #queue: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: PairConnectionOptions) {
    this.#options = options;
    this.#tracks = { ...options.tracks };
    this.#remote = new RemoteTracks(options.tracksChanged);
    const connection = options.createPeerConnection();
    this.#connection = connection;
    // First of all steps: a browser looks for ways as soon as there is a description.
    this.#enqueue(() => this.#takeIceServers());
    if (options.offering) connection.onnegotiationneeded = () => this.#enqueue(() => this.#offer());
    connection.onconnectionstatechange = () => options.stateChanged(connection.connectionState);
    connection.onicecandidate = ({ candidate }) => {
      // An empty one ends the candidates of this round, which nobody needs to know.
      if (candidate?.candidate) options.send({ kind: "candidate", candidate: candidate.toJSON() });
    };
  }

  /** The transceivers come with the first offer: if both sides made them, there would be six. */
  open(): void {
    if (!this.#options.offering) {
      this.#options.send({ kind: "hello" });
      return;
    }
    for (const kind of mediaKinds) {
      const transceiver = this.#connection.addTransceiver(kind === "audio" ? "audio" : "video", {
        direction: "sendrecv",
        sendEncodings: [this.#options.limitsOf(kind) ?? {}],
      });
      this.#adopt(kind, transceiver);
    }
  }

  receive(body: SignalBody): void {
    switch (body.kind) {
      case "hello":
        // The offer is on its way already: it was made when this connection was.
        return;
      case "restart":
        this.#enqueue(() => this.#restartAsked());
        return;
      case "description":
        this.#enqueue(() => this.#applyDescription(body.description));
        return;
      case "candidate":
        this.#enqueue(() => this.#applyCandidate(body.candidate));
        return;
      default:
        return body satisfies never;
    }
  }

  setTrack(kind: MediaKind, track: MediaStreamTrack | null): void {
    this.#tracks[kind] = track;
    this.#sendTrack(kind);
    this.applyLimits();
  }

  /** Asks for the limits again, because they depend on the track and on the number of people. */
  applyLimits(): void {
    this.#enqueue(async () => {
      for (const kind of mediaKinds) await this.#applyLimitsOf(kind);
    });
  }

  restartIce(): void {
    if (this.#options.offering) this.#connection.restartIce();
    else this.#options.send({ kind: "restart" });
  }

  streamOf(kind: MediaKind): MediaStream | undefined {
    return this.#remote.get(kind);
  }

  level(): number {
    const sources = this.#transceivers.get("audio")?.receiver.getSynchronizationSources() ?? [];
    return Math.max(0, ...sources.map((source) => source.audioLevel ?? 0));
  }

  stats(): Promise<MediaStats> {
    return collectStats((kind) => this.#transceivers.get(kind)?.receiver);
  }

  getStats(): Promise<RTCStatsReport> {
    return this.#connection.getStats();
  }

  kindOf(mid: string): MediaKind | undefined {
    return mediaKinds.find((kind) => this.#transceivers.get(kind)?.mid === mid);
  }

  close(): void {
    this.#closed = true;
    this.#connection.onnegotiationneeded = null;
    this.#connection.onconnectionstatechange = null;
    this.#connection.onicecandidate = null;
    this.#remote.clear();
    this.#connection.close();
  }

  #enqueue(step: () => Promise<void>): void {
    this.#queue = this.#queue.then(async () => {
      if (this.#closed) return;
      try {
        await step();
      } catch {
        this.#failed();
      }
    });
  }

  /** After a close everything that was under way fails, as it should. */
  #failed(): void {
    if (!this.#closed) this.#options.broken();
  }

  /** Both sides notice a broken line at about the same time; a restart that is under way already serves both. */
  #restartAsked(): Promise<void> {
    if (this.#options.offering && this.#connection.signalingState === "stable") this.#connection.restartIce();
    return Promise.resolve();
  }

  async #takeIceServers(): Promise<void> {
    const iceServers = await this.#options.iceServers();
    if (this.#closed) return;
    try {
      this.#connection.setConfiguration({ ...this.#connection.getConfiguration(), iceServers });
    } catch {
      // One that this browser refuses; others are called without a relay.
    }
  }

  async #offer(): Promise<void> {
    // Not stable: the browser asks again once it is.
    if (this.#connection.signalingState !== "stable") return;
    await this.#describeLocally();
  }

  async #applyDescription(description: SessionDescription): Promise<void> {
    if (!isExpected(description.type, this.#connection.signalingState, this.#options.offering)) return;
    await this.#connection.setRemoteDescription(description);
    if (!this.#options.offering) {
      if (this.#transceivers.size === 0) this.#adoptOffered();
      await this.#describeLocally();
    }
    for (const kind of mediaKinds) await this.#applyLimitsOf(kind);
  }

  /** Makes, applies and sends the offer or answer that the signaling state asks for. */
  async #describeLocally(): Promise<void> {
    await this.#connection.setLocalDescription();
    const description = this.#connection.localDescription;
    if (this.#closed || description === null) return;
    const { type, sdp } = description;
    if (type === "offer" || type === "answer")
      this.#options.send({ kind: "description", description: { type, sdp } });
  }

  async #applyCandidate(candidate: RTCIceCandidateInit): Promise<void> {
    try {
      await this.#connection.addIceCandidate(candidate);
    } catch {
      // It came late for its round of ICE, or its name cannot be resolved here; others may do.
    }
  }

  /** The offering side made its transceivers in the order of `mediaKinds`, which is the order of the sections. */
  #adoptOffered(): void {
    const offered = this.#connection.getTransceivers();
    for (const [index, kind] of mediaKinds.entries()) {
      const transceiver = offered[index];
      if (transceiver === undefined) throw new Error(`the offer has no ${kind}`);
      transceiver.direction = "sendrecv";
      this.#adopt(kind, transceiver);
    }
  }

  #adopt(kind: MediaKind, transceiver: RTCRtpTransceiver): void {
    this.#transceivers.set(kind, transceiver);
    // Typed as always there; Firefox before 128 lacks it, and prefers VP8 by itself.
    const preferring: Partial<RTCRtpTransceiver> = transceiver;
    const codecs = kind === "audio" ? undefined : RTCRtpReceiver.getCapabilities("video")?.codecs;
    if (codecs !== undefined) preferring.setCodecPreferences?.(preferVp8(codecs));
    this.#sendTrack(kind);
    this.#remote.set(kind, transceiver.receiver.track);
  }

  #sendTrack(kind: MediaKind): void {
    const sender = this.#transceivers.get(kind)?.sender;
    const track = this.#tracks[kind];
    if (sender === undefined || this.#requested[kind] === track) return;
    this.#requested[kind] = track;
    // A connection chains these (WebRTC 1.0, 4.4.1.2), so the last request is the one that stands.
    sender.replaceTrack(track).catch(() => this.#failed());
  }

  async #applyLimitsOf(kind: MediaKind): Promise<void> {
    const limits = this.#options.limitsOf(kind);
    const sender = this.#transceivers.get(kind)?.sender;
    if (limits === undefined || sender === undefined) return;
    const parameters = sender.getParameters();
    const encoding = parameters.encodings[0];
    // Before the first exchange a browser may have none yet; afterwards this is called again.
    if (encoding === undefined) return;
    Object.assign(encoding, limits);
    try {
      await sender.setParameters(parameters);
    } catch {
      // Limits are a courtesy to the line: a browser that refuses them still sends.
    }
  }
}
