import { Observable, ReplaySubject, type BehaviorSubject } from "rxjs";
import type { PartyTracksClient } from "../party_tracks_client";

/** A track that arrives: mute and unmute are set by the test. */
export class FakeTrack {
  muted = true;
  enabled = true;
  onmute: (() => void) | null = null;
  onunmute: (() => void) | null = null;

  get asTrack(): MediaStreamTrack {
    return this as unknown as MediaStreamTrack;
  }

  unmute(): void {
    this.muted = false;
    this.onunmute?.();
  }
}

export class FakeReceiver {
  readonly track: MediaStreamTrack;
  bytesReceived = 0;
  packetsReceived = 0;
  framesDecoded = 0;

  constructor(track: MediaStreamTrack) {
    this.track = track;
  }

  getStats(): Promise<Map<string, object>> {
    const { bytesReceived, packetsReceived, framesDecoded } = this;
    return Promise.resolve(
      new Map([["1", { type: "inbound-rtp", bytesReceived, packetsReceived, framesDecoded }]]),
    );
  }

  getSynchronizationSources(): { audioLevel: number }[] {
    return [{ audioLevel: 0.25 }];
  }
}

export interface FakeTransceiver {
  mid: string;
  sender?: {
    track: MediaStreamTrack | null;
    replaceTrack: (track: MediaStreamTrack | null) => Promise<void>;
  };
  receiver?: FakeReceiver;
}

/** The connection to the SFU, whose states are set by the test. */
export class FakeConnection extends EventTarget {
  connectionState: RTCPeerConnectionState = "new";
  bytesReceived = 0;
  readonly transceivers: FakeTransceiver[] = [];

  get asConnection(): RTCPeerConnection {
    return this as unknown as RTCPeerConnection;
  }

  become(state: RTCPeerConnectionState): void {
    this.connectionState = state;
    this.dispatchEvent(new Event("connectionstatechange"));
  }

  close(): void {
    this.connectionState = "closed";
  }

  getTransceivers(): FakeTransceiver[] {
    return this.transceivers;
  }

  getReceivers(): FakeReceiver[] {
    return this.transceivers.flatMap(({ receiver }) => receiver ?? []);
  }

  getStats(): Promise<Map<string, object>> {
    return Promise.resolve(new Map([["1", { type: "candidate-pair", bytesReceived: this.bytesReceived }]]));
  }
}

type Push = Parameters<PartyTracksClient["push"]>;
type Pull = Parameters<PartyTracksClient["pull"]>;
type Metadata = Parameters<Parameters<ReturnType<PartyTracksClient["push"]>["subscribe"]>[0] & object>[0];

/** Does nothing by itself: a test says what the SFU answers. Like the library, it pushes again in each new session. */
export class FakePartyTracks implements PartyTracksClient {
  readonly session$ = new ReplaySubject<{ sessionId: string; peerConnection: RTCPeerConnection }>(1);
  readonly transceiver$ = new ReplaySubject<RTCRtpTransceiver>();
  readonly pushes: FakePush[] = [];
  readonly pulls: FakePull[] = [];
  connection = new FakeConnection();
  #mids = 0;

  begin(sessionId: string): FakeConnection {
    const connection = new FakeConnection();
    this.connection = connection;
    this.session$.next({ sessionId, peerConnection: connection.asConnection });
    return connection;
  }

  push(...[track$, options]: Push): ReturnType<PartyTracksClient["push"]> {
    return new Observable<Metadata>((subscriber) => {
      const push = new FakePush(
        track$ as unknown as BehaviorSubject<MediaStreamTrack | null>,
        options?.sendEncodings$ as BehaviorSubject<RTCRtpEncodingParameters[]>,
        (sessionId) => subscriber.next({ sessionId, trackName: push.name, location: "remote" }),
      );
      push.name = `track${this.pushes.length + 1}`;
      this.pushes.push(push);
      const ends = this.session$.subscribe(() => {
        const track = push.track$.value;
        if (track === null) throw new TypeError("a transceiver cannot be made of nothing");
        this.#mids += 1;
        const sender = {
          track: track as MediaStreamTrack | null,
          replaceTrack: (next: MediaStreamTrack | null) => {
            sender.track = next;
            return Promise.resolve();
          },
        };
        push.sender = sender;
        const transceiver: FakeTransceiver = { mid: `${this.#mids}`, sender };
        this.connection.transceivers.push(transceiver);
        this.transceiver$.next(transceiver as unknown as RTCRtpTransceiver);
      });
      return () => {
        push.closed = true;
        ends.unsubscribe();
      };
    });
  }

  pull(...[data$, options]: Pull): ReturnType<PartyTracksClient["pull"]> {
    return new Observable<MediaStreamTrack>((subscriber) => {
      const pull = new FakePull((track) => {
        this.#mids += 1;
        const receiver = new FakeReceiver(track);
        pull.receiver = receiver;
        this.connection.transceivers.push({ mid: `${this.#mids}`, receiver });
        subscriber.next(track);
      });
      data$.subscribe(({ sessionId, trackName }) => (pull.address = `${sessionId}/${trackName}`));
      options?.simulcast?.preferredRid$.subscribe((rid) => pull.rids.push(rid));
      this.pulls.push(pull);
      return () => {
        pull.closed = true;
      };
    });
  }

  /** The pulls that are open, in the order in which they were asked for. */
  get open(): FakePull[] {
    return this.pulls.filter(({ closed }) => !closed);
  }
}

class FakePush {
  name = "";
  closed = false;
  sender: FakeTransceiver["sender"];
  readonly track$: BehaviorSubject<MediaStreamTrack | null>;
  readonly encodings$: BehaviorSubject<RTCRtpEncodingParameters[]>;
  /** What was sent has arrived in the SFU. */
  readonly arrive: (sessionId: string) => void;

  constructor(
    track$: BehaviorSubject<MediaStreamTrack | null>,
    encodings$: BehaviorSubject<RTCRtpEncodingParameters[]>,
    arrive: (sessionId: string) => void,
  ) {
    this.track$ = track$;
    this.encodings$ = encodings$;
    this.arrive = arrive;
  }
}

class FakePull {
  address = "";
  closed = false;
  receiver: FakeReceiver | undefined;
  readonly rids: (string | undefined)[] = [];
  readonly #emit: (track: MediaStreamTrack) => void;

  constructor(emit: (track: MediaStreamTrack) => void) {
    this.#emit = emit;
  }

  /** The SFU has the track; nothing of it has come yet. */
  answer(): FakeTrack {
    const track = new FakeTrack();
    this.#emit(track.asTrack);
    return track;
  }

  /** The SFU has the track, and its packets come. */
  deliver(): FakeTrack {
    const track = this.answer();
    if (this.receiver)
      Object.assign(this.receiver, { packetsReceived: 10, framesDecoded: 1, bytesReceived: 100 });
    track.unmute();
    return track;
  }
}
