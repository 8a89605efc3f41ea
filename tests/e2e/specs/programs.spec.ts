import type { Page } from "@playwright/test";
import { addPackage, openProgram } from "../support/program.js";
import { expect, test } from "../support/test.js";

/** The part of partytracks and its observables that is used here, the same in both versions. */
interface Observable<T> {
  subscribe(next: (value: T) => void): { unsubscribe(): void };
}
interface Subject<T> extends Observable<T> {
  next(value: T): void;
}
interface TrackAddress {
  sessionId: string;
  trackName: string;
  location: "remote";
}
interface Session {
  sessionId: string;
  peerConnection: RTCPeerConnection;
}
interface Client {
  session$: Observable<Session>;
  push(track$: Observable<MediaStreamTrack>): Observable<TrackAddress>;
  pull(address$: Observable<TrackAddress>): Observable<MediaStreamTrack>;
}
interface Library {
  PartyTracks: new (config: { prefix: string; apiExtraParams: string }) => Client;
  BehaviorSubject: new <T>(value: T) => Subject<T>;
}

/** What a page of partytracks keeps for the test. */
interface Talk {
  meeting: string;
  sessions: Session[];
  /** Where the others find the camera and the microphone, as it was told last. */
  published: Partial<Record<MediaKind, TrackAddress>>;
  pulled: Partial<Record<MediaKind, MediaStreamTrack>>;
  pull(kind: MediaKind, address: TrackAddress): void;
  stopPulling(kind: MediaKind): void;
  mute(): void;
  unmute(): void;
  leave(): void;
  enter(): Promise<void>;
}
type MediaKind = "camera" | "microphone";
const kinds = ["camera", "microphone"] as const;

interface ProgramWindow {
  party: Library;
  talk: Talk;
}

/** Runs in the page: enters the room and begins to push. */
async function startTalk(room: string): Promise<void> {
  const { PartyTracks, BehaviorSubject } = (window as unknown as ProgramWindow).party;
  let socket: WebSocket;
  const id = crypto.randomUUID();
  // What the room has to know so that our session ends when we leave.
  const announce = (sessionId: string) => {
    const tracks = { audioEnabled: true, audioUnavailable: false, videoEnabled: true, screenShareEnabled: false };
    const user = { id, name: "", transceiverSessionId: sessionId, raisedHand: false, speaking: false, joined: true, tracks };
    socket.send(JSON.stringify({ type: "userUpdate", user }));
  };
  const talk: Omit<Talk, "meeting"> & Partial<Talk> = {
    sessions: [],
    published: {},
    pulled: {},
    pull: () => undefined,
    stopPulling: () => undefined,
    mute: () => undefined,
    unmute: () => undefined,
    leave: () => socket.send(JSON.stringify({ type: "userLeft" })),
    enter: () =>
      new Promise((entered) => {
        socket = new WebSocket(`ws://${location.host}/parties/rooms/${room}?_pk=${id}`);
        socket.onmessage = ({ data }) => {
          const message = JSON.parse(String(data)) as { type: string; state?: { meetingId?: string } };
          if (message.type !== "roomState" || message.state?.meetingId === undefined) return;
          talk.meeting = message.state.meetingId;
          entered();
        };
      }),
  };
  await talk.enter();
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 320, height: 180 } });
  const client = new PartyTracks({ prefix: "/partytracks", apiExtraParams: `correlationId=${talk.meeting}` });
  client.session$.subscribe((session) => {
    talk.sessions.push(session);
    announce(session.sessionId);
  });
  const [picture, voice] = [stream.getVideoTracks()[0], stream.getAudioTracks()[0]];
  if (picture === undefined || voice === undefined) throw new Error("there is no camera or no microphone");
  const voice$ = new BehaviorSubject(voice);
  client.push(new BehaviorSubject(picture)).subscribe((address) => (talk.published.camera = address));
  client.push(voice$).subscribe((address) => (talk.published.microphone = address));

  const pulls: Partial<Record<MediaKind, { unsubscribe(): void }>> = {};
  const addresses: Partial<Record<MediaKind, Subject<TrackAddress>>> = {};
  talk.pull = (kind, address) => {
    const known = addresses[kind];
    if (known !== undefined) {
      known.next(address);
      return;
    }
    const address$ = new BehaviorSubject(address);
    addresses[kind] = address$;
    pulls[kind] = client.pull(address$).subscribe((track) => {
      talk.pulled[kind] = track;
      // Nothing is decoded that nobody plays.
      const element = document.body.appendChild(document.createElement(kind === "camera" ? "video" : "audio"));
      element.muted = kind === "camera";
      element.srcObject = new MediaStream([track]);
      void element.play();
    });
  };
  talk.stopPulling = (kind) => {
    pulls[kind]?.unsubscribe();
    delete addresses[kind];
    delete talk.pulled[kind];
  };
  const silence = new AudioContext().createMediaStreamDestination().stream.getAudioTracks()[0];
  talk.mute = () => silence && voice$.next(silence);
  talk.unmute = () => voice$.next(voice);
  Object.assign(window, { talk });
}

/** Frames decoded and sound of what is pulled, so far. */
function arrived(page: Page): Promise<Record<MediaKind, number>> {
  return page.evaluate(async () => {
    const { sessions, pulled } = (window as unknown as ProgramWindow).talk;
    const sums = { camera: 0, microphone: 0 };
    const report = await sessions.at(-1)?.peerConnection.getStats();
    report?.forEach((entry) => {
      if (entry.type !== "inbound-rtp") return;
      if (entry.trackIdentifier === pulled.camera?.id) sums.camera += entry.framesDecoded ?? 0;
      if (entry.trackIdentifier === pulled.microphone?.id) sums.microphone += entry.totalAudioEnergy ?? 0;
    });
    return sums;
  });
}

async function expectArriving(page: Page, what: readonly MediaKind[] = kinds): Promise<void> {
  const before = await arrived(page);
  for (const kind of what) await expect.poll(async () => (await arrived(page))[kind]).toBeGreaterThan(before[kind]);
}

/** Where the others find what the page pushes, once it is another session than the one before. */
async function published(page: Page, before = ""): Promise<Record<MediaKind, TrackAddress>> {
  const isThere = await page.waitForFunction(
    ([all, old]) => {
      const { published, sessions } = (window as unknown as ProgramWindow).talk;
      const session = sessions.at(-1)?.sessionId;
      return session !== old && all.every((kind) => published[kind]?.sessionId === session) ? published : undefined;
    },
    [kinds, before] as const,
    { timeout: 40_000 },
  );
  return (await isThere.jsonValue()) as Record<MediaKind, TrackAddress>;
}

async function pull(page: Page, addresses: Record<MediaKind, TrackAddress>): Promise<void> {
  await page.evaluate(
    ([all, from]) => {
      const { talk } = window as unknown as ProgramWindow;
      for (const kind of all) talk.pull(kind, from[kind]);
    },
    [kinds, addresses] as const,
  );
}

test.describe("with the library that the web client uses too", () => {
  // So that the server which tells addresses is the one that media comes from: a browser must not take one for the other.
  test.use({ settings: { SHARDS: "1" } });

  for (const version of ["0.0.46", "0.0.54"] as const) {
    test(`a page with partytracks ${version} pushes and pulls camera and microphone`, async ({ server, person }) => {
      const pages: Page[] = [];
      for (const name of ["Aigul", "Bulat"]) {
        const one = await person(name);
        await one.open(server.url);
        await expect(one.page.getByText(`Hello, ${name}`)).toBeVisible();
        const page = await openProgram(one.context, server.url);
        await addPackage(page, `partytracks-${version}/client`, "party");
        await page.evaluate(startTalk, "another-client");
        pages.push(page);
      }
      const [aigul, bulat] = pages;
      if (aigul === undefined || bulat === undefined) throw new Error("there are two");
      await pull(bulat, await published(aigul));
      await pull(aigul, await published(bulat));
      await Promise.all([expectArriving(aigul), expectArriving(bulat)]);

      // A mute is another track in the place of the voice.
      await aigul.evaluate(() => (window as unknown as ProgramWindow).talk.mute());
      let last = -1;
      await expect
        .poll(async () => {
          const { microphone } = await arrived(bulat);
          const growth = microphone - last;
          last = microphone;
          return growth;
        }, { intervals: [1000] })
        .toBeLessThan(1e-6);
      await aigul.evaluate(() => (window as unknown as ProgramWindow).talk.unmute());
      await expectArriving(bulat);

      // A pull that is closed, and made again.
      await bulat.evaluate(() => (window as unknown as ProgramWindow).talk.stopPulling("camera"));
      await expectArriving(bulat, ["microphone"]);
      await pull(bulat, await published(aigul));
      await expectArriving(bulat);

      // Whoever leaves the room loses the session, and gets another one on coming back.
      const before = await published(aigul);
      await aigul.evaluate(() => (window as unknown as ProgramWindow).talk.leave());
      const state = () =>
        aigul.evaluate(() => (window as unknown as ProgramWindow).talk.sessions[0]?.peerConnection.iceConnectionState);
      await expect.poll(state).not.toBe("connected");
      await aigul.evaluate(() => (window as unknown as ProgramWindow).talk.enter());
      const after = await published(aigul, before.camera.sessionId);
      await pull(bulat, after);
      await Promise.all([expectArriving(aigul), expectArriving(bulat)]);
    });
  }
});

test.describe("as a Realtime SFU for other programs", () => {
  const secret = "a-secret-of-this-test";
  test.use({ settings: { REALTIME_APP_ID: "program", REALTIME_APP_SECRET: secret } });

  test("a plain WebRTC program pushes, pulls, updates and closes", async ({ server, context }) => {
    const [publisher, subscriber] = [await openProgram(context, server.url), await openProgram(context, server.url)];
    for (const page of [publisher, subscriber]) await page.evaluate(startProgram, secret);
    const session = await publisher.evaluate(() => (window as unknown as PlainWindow).program.push());
    const mids = await subscriber.evaluate((from) => (window as unknown as PlainWindow).program.pull(from), session);

    await expect.poll(() => widthOf(subscriber), { message: "the large picture" }).toBe(640);
    await subscriber.evaluate((mid) => (window as unknown as PlainWindow).program.prefer(mid, "b"), mids.camera);
    await expect.poll(() => widthOf(subscriber), { message: "the small picture" }).toBe(320);
    await subscriber.evaluate((mid) => (window as unknown as PlainWindow).program.prefer(mid, "a"), mids.camera);
    await expect.poll(() => widthOf(subscriber), { message: "the large picture again" }).toBe(640);

    const tracks = await subscriber.evaluate((mid) => (window as unknown as PlainWindow).program.close(mid), mids.camera);
    expect(tracks).toEqual([{ mid: mids.camera }]);
    const state = await subscriber.evaluate(() => (window as unknown as PlainWindow).program.state());
    expect(state).toMatchObject([{ location: "remote", mid: mids.microphone, trackName: "mic", status: "active" }]);
    await expect
      .poll(() => subscriber.evaluate((mid) => (window as unknown as PlainWindow).program.direction(mid), mids.camera))
      .not.toMatch(/recv/);
    await expect
      .poll(() => subscriber.evaluate(() => (window as unknown as PlainWindow).program.energy()))
      .toBeGreaterThan(0);
  });
});

interface PlainWindow {
  program: Program;
}

interface Program {
  push(): Promise<string>;
  pull(session: string): Promise<Record<MediaKind, string>>;
  prefer(mid: string, rid: string): Promise<void>;
  close(mid: string): Promise<unknown>;
  state(): Promise<unknown>;
  direction(mid: string): string;
  width(): Promise<number>;
  energy(): Promise<number>;
}

function widthOf(page: Page): Promise<number> {
  return page.evaluate(() => (window as unknown as PlainWindow).program.width());
}

/** Runs in the page: the calls of a program that knows the API and nothing else. */
async function startProgram(secret: string): Promise<void> {
  interface Answer {
    sessionId: string;
    errorCode?: string;
    sessionDescription: RTCSessionDescriptionInit;
    tracks: { mid: string; trackName: string; errorCode?: string }[];
  }
  const connection = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
  connection.ontrack = ({ track }) => {
    const element = document.body.appendChild(document.createElement(track.kind === "video" ? "video" : "audio"));
    element.muted = track.kind === "video";
    element.srcObject = new MediaStream([track]);
    void element.play();
  };
  const call = async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const headers = { Authorization: `Bearer ${secret}` };
    const response = await fetch(`/v1/apps/program/${path}`, { method, headers, body: JSON.stringify(body) });
    const answer = (await response.json()) as Answer;
    if (!response.ok || answer.errorCode !== undefined) {
      throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
    }
    return answer;
  };
  const { sessionId } = await call("POST", "sessions/new");
  const path = (name: string) => `sessions/${sessionId}/${name}`;
  const inbound = async (kind: string, what: string) => {
    let value = 0;
    (await connection.getStats()).forEach((entry) => {
      if (entry.type === "inbound-rtp" && entry.kind === kind) value = Number(entry[what] ?? 0);
    });
    return value;
  };
  const offer = async () => {
    await connection.setLocalDescription(await connection.createOffer());
    return { type: "offer", sdp: connection.localDescription?.sdp };
  };
  const program: Program = {
    async push() {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 640, height: 360 } });
      const [picture, voice] = [stream.getVideoTracks()[0], stream.getAudioTracks()[0]];
      if (picture === undefined || voice === undefined) throw new Error("there is no camera or no microphone");
      const camera = connection.addTransceiver(picture, {
        direction: "sendonly",
        sendEncodings: [{ rid: "a" }, { rid: "b", scaleResolutionDownBy: 2 }],
      });
      const microphone = connection.addTransceiver(voice, { direction: "sendonly" });
      const sessionDescription = await offer();
      const answer = await call("POST", path("tracks/new"), {
        sessionDescription,
        tracks: [
          { location: "local", mid: camera.mid, trackName: "cam" },
          { location: "local", mid: microphone.mid, trackName: "mic" },
        ],
      });
      await connection.setRemoteDescription(answer.sessionDescription);
      return sessionId;
    },
    async pull(session) {
      const answer = await call("POST", path("tracks/new"), {
        tracks: ["cam", "mic"].map((trackName) => ({ location: "remote", sessionId: session, trackName })),
      });
      await connection.setRemoteDescription(answer.sessionDescription);
      await connection.setLocalDescription(await connection.createAnswer());
      const sessionDescription = { type: "answer", sdp: connection.localDescription?.sdp };
      await call("PUT", path("renegotiate"), { sessionDescription });
      const midOf = (name: string) => answer.tracks.find(({ trackName }) => trackName === name)?.mid ?? "";
      return { camera: midOf("cam"), microphone: midOf("mic") };
    },
    async prefer(mid, preferredRid) {
      await call("PUT", path("tracks/update"), { tracks: [{ location: "remote", mid, simulcast: { preferredRid } }] });
    },
    async close(mid) {
      connection.getTransceivers().find((one) => one.mid === mid)?.stop();
      const sessionDescription = await offer();
      const answer = await call("PUT", path("tracks/close"), { tracks: [{ mid }], sessionDescription, force: false });
      await connection.setRemoteDescription(answer.sessionDescription);
      return answer.tracks;
    },
    state: async () => (await call("GET", `sessions/${sessionId}`)).tracks,
    direction: (mid) => connection.getTransceivers().find((one) => one.mid === mid)?.currentDirection ?? "none",
    width: () => inbound("video", "frameWidth"),
    energy: () => inbound("audio", "totalAudioEnergy"),
  };
  Object.assign(window, { program });
}
