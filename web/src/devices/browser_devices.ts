import type { DeviceInfo, Devices, DevicesSnapshot } from "../call/types";
import { readStored, writeStored } from "../preferences/stored_value";
import { shallowEqual } from "../util/equal";
import { Store } from "../util/store";
import { Capture } from "./capture";
import { listDevices } from "./device_choice";
import { problemOf, problemWithoutMedia } from "./device_problem";
import { LevelMeter, visibleLevel } from "./level_meter";
import { captureKinds, PermissionWatch, type CaptureKind, type Permission } from "./permission";
import { PreviewStream } from "./preview_stream";
import { ScreenCapture } from "./screen_capture";

const audioConstraints = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
const videoConstraints = { width: { ideal: 1280 }, height: { ideal: 720 } };

interface DeviceLists {
  microphones: readonly DeviceInfo[];
  cameras: readonly DeviceInfo[];
  speakers: readonly DeviceInfo[];
}

/** The devices of a browser, behind what the pages see of them. */
export class BrowserDevices implements Devices {
  /** Typed as always there; absent on insecure pages. */
  readonly #media = navigator.mediaDevices as MediaDevices | undefined;
  readonly #permission = new PermissionWatch();
  readonly #microphone = this.#createCapture("microphone");
  readonly #camera = this.#createCapture("camera");
  readonly #screen = new ScreenCapture(() => this.#publish());
  readonly #meter = new LevelMeter();
  readonly #cameraPreview = new PreviewStream();
  readonly #screenPreview = new PreviewStream();
  readonly #ready: Promise<void>;
  /** What the browser lists; all of it until it does. */
  #present: readonly CaptureKind[] = captureKinds;
  #lists: DeviceLists = { microphones: [], cameras: [], speakers: [] };
  #speakerId: string | undefined;
  #started = false;
  #asking = false;
  readonly #store: Store<DevicesSnapshot>;

  constructor() {
    this.#store = new Store(this.#describe());
    this.#permission.subscribe(() => this.#permissionChanged());
    this.#media?.addEventListener("devicechange", () => void this.#list());
    document.addEventListener("visibilitychange", () => this.#visibilityChanged());
    this.#ready = Promise.all([this.#permission.ready, this.#list()]).then(() => undefined);
  }

  getSnapshot(): DevicesSnapshot {
    return this.#store.getSnapshot();
  }

  subscribe(listener: () => void): () => void {
    return this.#store.subscribe(listener);
  }

  start(): void {
    this.#started = true;
    // Until the browser has said whether it would ask, nothing may make it ask.
    void this.#ready.then(() => this.#startAllowed());
  }

  stop(): void {
    this.#started = false;
    this.#microphone.stop();
    this.#camera.stop();
    this.#screen.setEnabled(false);
  }

  async requestPermission(): Promise<void> {
    // Whoever presses the button wants both, even if a call was joined without them before.
    for (const capture of [this.#microphone, this.#camera]) {
      if (!capture.state.enabled) capture.setEnabled(true);
    }
    this.#asking = true;
    const answer = await this.#ask();
    this.#asking = false;
    this.#permission.set(answer);
    await this.#list();
    this.#startAllowed();
  }

  setMicrophone(enabled: boolean): void {
    this.#setEnabled(this.#microphone, enabled);
  }

  setCamera(enabled: boolean): void {
    this.#setEnabled(this.#camera, enabled);
  }

  setScreen(enabled: boolean): void {
    this.#screen.setEnabled(enabled);
  }

  chooseMicrophone(id: string): void {
    this.#microphone.choose(id);
  }

  chooseCamera(id: string): void {
    this.#camera.choose(id);
  }

  chooseSpeaker(id: string): void {
    const speaker = this.#store.getSnapshot().speakers.find((device) => device.id === id);
    if (speaker === undefined) return;
    writeStored("speaker", speaker.label);
    this.#speakerId = id;
    this.#publish();
  }

  retry(kind: CaptureKind): void {
    const capture = this.#captureOf(kind);
    if (this.#started) capture.start();
    capture.retry();
  }

  onMicrophoneLevel(listener: (level: number) => void): () => void {
    return this.#meter.onAmplitude((amplitude) => listener(visibleLevel(amplitude)));
  }

  onVoice(listener: (amplitude: number) => void): () => void {
    return this.#meter.onAmplitude(listener);
  }

  async #ask(): Promise<Permission> {
    if (this.#media === undefined) return "unknown";
    // One that is missing, or forbidden for good, would fail the request for both.
    const kinds = this.#present.filter((kind) => this.#permission.stateOf(kind) !== "denied");
    if (kinds.length === 0) return "unknown";
    try {
      const stream = await this.#media.getUserMedia({
        audio: kinds.includes("microphone") && audioConstraints,
        video: kinds.includes("camera") && videoConstraints,
      });
      this.#take(stream);
      return "granted";
    } catch (error) {
      // A device that vanished or is in use fails the request for both; each is tried alone then.
      if (problemOf(error) !== "permissionDenied") return "unknown";
      // What the user has just said no to is not tried alone: the browser might ask again.
      const allowed = kinds.filter((kind) => this.#permission.stateOf(kind) === "granted");
      for (const kind of kinds) {
        if (!allowed.includes(kind)) this.#captureOf(kind).fail("permissionDenied");
      }
      return allowed.length > 0 ? "granted" : "denied";
    }
  }

  #captureOf(kind: CaptureKind): Capture {
    return kind === "microphone" ? this.#microphone : this.#camera;
  }

  #createCapture(kind: CaptureKind): Capture {
    return new Capture({
      open: (deviceId) => this.#open(kind, deviceId),
      impossible: this.#media === undefined ? problemWithoutMedia(isSecureContext) : undefined,
      keepsWhenOff: kind === "microphone",
      readPreference: () => readStored(kind),
      writePreference: (label) => writeStored(kind, label),
      changed: () => this.#publish(),
    });
  }

  async #open(kind: CaptureKind, id: string | undefined): Promise<MediaStreamTrack> {
    const deviceId = id === undefined ? undefined : { exact: id };
    const stream = await navigator.mediaDevices.getUserMedia(
      kind === "microphone"
        ? { audio: { ...audioConstraints, deviceId } }
        : { video: { ...videoConstraints, deviceId } },
    );
    const track = stream.getTracks()[0];
    if (track === undefined) throw new DOMException("an empty stream", "NotFoundError");
    // Whatever the browser said before. Names become readable with the first device that opens.
    this.#permission.set("granted");
    void this.#list();
    return track;
  }

  #take(stream: MediaStream): void {
    for (const track of stream.getTracks()) {
      if (!this.#started) {
        track.stop();
        continue;
      }
      const capture = track.kind === "audio" ? this.#microphone : this.#camera;
      capture.adopt(track);
    }
  }

  /** A wish by hand is worth a question by the browser; the start of the page is not. */
  #setEnabled(capture: Capture, enabled: boolean): void {
    if (enabled && this.#started) capture.start();
    capture.setEnabled(enabled);
  }

  #startAllowed(): void {
    if (!this.#started || this.#asking || this.#permission.getSnapshot() === "prompt") return;
    this.#microphone.start();
    this.#camera.start();
  }

  /** The user may give or take the permission in the browser's own settings at any time. */
  #permissionChanged(): void {
    this.#startAllowed();
    if (this.#permission.getSnapshot() === "granted" && !this.#asking) {
      this.#microphone.retry();
      this.#camera.retry();
    }
    this.#publish();
  }

  #visibilityChanged(): void {
    if (document.visibilityState !== "visible") return;
    this.#microphone.pageShown();
    this.#camera.pageShown();
  }

  async #list(): Promise<void> {
    if (this.#media === undefined) return;
    try {
      const all = await this.#media.enumerateDevices();
      this.#present = captureKinds.filter((kind) =>
        all.some((device) => device.kind === (kind === "microphone" ? "audioinput" : "videoinput")),
      );
      this.#lists = {
        microphones: listDevices(all, "audioinput"),
        cameras: listDevices(all, "videoinput"),
        // Without setSinkId a list of speakers would be a list of promises.
        speakers: "setSinkId" in HTMLMediaElement.prototype ? listDevices(all, "audiooutput") : [],
      };
    } catch {
      // A browser that forbids this page its devices may refuse even the list.
      return;
    }
    const { speakers, microphones, cameras } = this.#lists;
    const rememberedSpeaker = readStored("speaker");
    this.#speakerId = speakers.find(({ label }) => label !== "" && label === rememberedSpeaker)?.id;
    this.#permission.setPresent(this.#present);
    this.#microphone.devicesChanged(microphones);
    this.#camera.devicesChanged(cameras);
    this.#publish();
  }

  #publish(): void {
    this.#meter.setTrack(this.#microphone.track);
    const before = this.#store.getSnapshot();
    const next = this.#describe();
    if (shallowEqual(next.outgoing, before.outgoing)) next.outgoing = before.outgoing;
    if (!shallowEqual(next, before)) this.#store.set(next);
  }

  #describe(): DevicesSnapshot {
    const microphone = this.#microphone.state;
    return {
      microphone,
      camera: this.#camera.state,
      screen: this.#screen.state,
      screenSupported: ScreenCapture.isSupported,
      ...this.#lists,
      speakerId: this.#speakerId,
      cameraPreview: this.#cameraPreview.of(this.#camera.track),
      screenPreview: this.#screenPreview.of(this.#screen.track),
      outgoing: {
        microphone: microphone.enabled ? this.#microphone.track : undefined,
        camera: this.#camera.track,
        screen: this.#screen.track,
      },
      permission: this.#permission.getSnapshot(),
    };
  }
}
