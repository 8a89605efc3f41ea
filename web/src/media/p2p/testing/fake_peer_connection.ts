import { vi } from "vitest";

class FakeSender {
  track: MediaStreamTrack | null = null;
  encodings: RTCRtpEncodingParameters[];
  replaced = 0;

  constructor(encodings: RTCRtpEncodingParameters[]) {
    this.encodings = encodings;
  }

  /** Like a browser's, it is done only afterwards, and one after the other. */
  async replaceTrack(track: MediaStreamTrack | null): Promise<void> {
    this.replaced += 1;
    await Promise.resolve();
    this.track = track;
  }

  getParameters() {
    return { encodings: this.encodings.map((encoding) => ({ ...encoding })) };
  }

  setParameters({ encodings }: { encodings: RTCRtpEncodingParameters[] }): Promise<void> {
    this.encodings = encodings;
    return Promise.resolve();
  }
}

class FakeReceiver {
  readonly track = { muted: false, onmute: null, onunmute: null };
  bytesReceived = 0;

  getStats(): Promise<Map<string, object>> {
    return Promise.resolve(new Map([["1", { type: "inbound-rtp", bytesReceived: this.bytesReceived }]]));
  }

  getSynchronizationSources(): { audioLevel: number }[] {
    return [{ audioLevel: 0.25 }];
  }
}

class FakeTransceiver {
  direction = "recvonly";
  readonly sender: FakeSender;
  readonly receiver = new FakeReceiver();
  readonly setCodecPreferences = vi.fn();

  constructor(encodings: RTCRtpEncodingParameters[]) {
    this.sender = new FakeSender(encodings);
  }
}

/** Its descriptions say only what they are and of which round of ICE: "offer 1", "answer 1", "offer 2", … */
export class FakePeerConnection {
  static all: FakePeerConnection[] = [];

  signalingState: RTCSignalingState = "stable";
  connectionState: RTCPeerConnectionState = "new";
  localDescription: RTCSessionDescriptionInit | null = null;
  onnegotiationneeded: (() => void) | null = null;
  onconnectionstatechange: (() => void) | null = null;
  onicecandidate:
    ((event: { candidate: { candidate: string; toJSON: () => object } | null }) => void) | null = null;
  closed = false;
  refusesDescriptions = false;
  readonly transceivers: FakeTransceiver[] = [];
  readonly applied: string[] = [];
  readonly candidates: string[] = [];
  #round = 1;
  #remoteRound = 0;

  #configuration: RTCConfiguration = { bundlePolicy: "max-bundle" };
  refusesConfiguration = false;
  /** What the first description was made with. */
  gatheredWith: RTCConfiguration | undefined;

  constructor() {
    FakePeerConnection.all.push(this);
  }

  get asConnection(): RTCPeerConnection {
    return this as unknown as RTCPeerConnection;
  }

  addTransceiver(
    _kind: string,
    init: { direction: string; sendEncodings: RTCRtpEncodingParameters[] },
  ): FakeTransceiver {
    const transceiver = new FakeTransceiver(init.sendEncodings);
    transceiver.direction = init.direction;
    this.transceivers.push(transceiver);
    if (this.transceivers.length === 1) this.#needNegotiation();
    return transceiver;
  }

  getTransceivers(): FakeTransceiver[] {
    return this.transceivers;
  }

  getConfiguration(): RTCConfiguration {
    return this.#configuration;
  }

  setConfiguration(configuration: RTCConfiguration): void {
    if (this.refusesConfiguration) throw new Error("refused");
    this.#configuration = configuration;
  }

  restartIce(): void {
    this.#round += 1;
    this.#needNegotiation();
  }

  setLocalDescription(): Promise<void> {
    this.gatheredWith ??= this.#configuration;
    const isAnswer = this.signalingState === "have-remote-offer";
    const [type, round] = isAnswer
      ? (["answer", this.#remoteRound] as const)
      : (["offer", this.#round] as const);
    this.localDescription = { type, sdp: `${type} ${round}` };
    this.signalingState = isAnswer ? "stable" : "have-local-offer";
    const candidate = `of ${type} ${round}`;
    // Candidates are found after the promise is settled.
    setTimeout(() => this.onicecandidate?.({ candidate: { candidate, toJSON: () => ({ candidate }) } }));
    return Promise.resolve();
  }

  setRemoteDescription({ type, sdp = "" }: RTCSessionDescriptionInit): Promise<void> {
    if (this.refusesDescriptions) return Promise.reject(new Error("refused"));
    this.applied.push(sdp);
    this.signalingState = type === "offer" ? "have-remote-offer" : "stable";
    this.#remoteRound = Number(sdp.split(" ")[1]);
    // Sections of an offer make transceivers that only receive.
    while (type === "offer" && this.transceivers.length < 3)
      this.transceivers.push(new FakeTransceiver([{}]));
    return Promise.resolve();
  }

  addIceCandidate({ candidate = "" }: RTCIceCandidateInit): Promise<void> {
    this.candidates.push(candidate);
    return Promise.resolve();
  }

  become(state: RTCPeerConnectionState): void {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }

  receive(bytes: number): void {
    for (const { receiver } of this.transceivers) receiver.bytesReceived += bytes;
  }

  close(): void {
    this.closed = true;
    this.signalingState = "closed";
  }

  #needNegotiation(): void {
    queueMicrotask(() => this.onnegotiationneeded?.());
  }
}

/** What the code under test takes from the browser beside the connection. */
export function stubMediaGlobals(): void {
  vi.stubGlobal(
    "MediaStream",
    class {
      readonly #tracks: MediaStreamTrack[];

      constructor(tracks: MediaStreamTrack[]) {
        this.#tracks = tracks;
      }

      getTracks(): MediaStreamTrack[] {
        return this.#tracks;
      }
    },
  );
  vi.stubGlobal("RTCRtpReceiver", {
    getCapabilities: () => ({ codecs: [{ mimeType: "video/H264" }, { mimeType: "video/VP8" }] }),
  });
}
