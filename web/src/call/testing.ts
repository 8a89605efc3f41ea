import { vi } from "vitest";
import type { MediaPath, MovableMediaPath } from "../media/media_path";
import { Emitter } from "../util/emitter";
import { Store } from "../util/store";
import type { CaptureState, Devices, DevicesSnapshot } from "./types";

const live: CaptureState = { enabled: true, state: "live" };
const off: CaptureState = { enabled: false, state: "off" };

/** Devices that work at once, and a microphone that hears what a test says. */
export class FakeDevices extends Store<DevicesSnapshot> implements Devices {
  readonly voice = new Emitter<number>();
  readonly start = vi.fn();
  readonly stop = vi.fn();
  readonly requestPermission = vi.fn(() => Promise.resolve());
  readonly chooseMicrophone = vi.fn();
  readonly chooseCamera = vi.fn();
  readonly chooseSpeaker = vi.fn();
  readonly retry = vi.fn();

  constructor() {
    super({
      microphone: live,
      camera: live,
      screen: off,
      screenSupported: true,
      microphones: [],
      cameras: [],
      speakers: [],
      outgoing: {},
      permission: "granted",
    });
  }

  setMicrophone(enabled: boolean): void {
    this.set({ ...this.getSnapshot(), microphone: enabled ? live : off });
  }

  setCamera(enabled: boolean): void {
    this.set({ ...this.getSnapshot(), camera: enabled ? live : off });
  }

  setScreen(enabled: boolean): void {
    this.set({ ...this.getSnapshot(), screen: enabled ? live : off });
  }

  onMicrophoneLevel(listener: (level: number) => void): () => void {
    return this.voice.on(listener);
  }

  onVoice(listener: (amplitude: number) => void): () => void {
    return this.voice.on(listener);
  }
}

/** A media path that is told everything and does nothing. */
export function createFakeMedia() {
  const changes = new Emitter<undefined>();
  return {
    changes,
    publish: vi.fn<MediaPath["publish"]>(),
    talk: vi.fn<MediaPath["talk"]>(),
    subscribe: vi.fn<MediaPath["subscribe"]>(),
    remote: vi.fn<MediaPath["remote"]>(),
    published: vi.fn<MediaPath["published"]>(() => ({ tracks: {} })),
    show: vi.fn<MediaPath["show"]>(),
    setPath: vi.fn<MovableMediaPath["setPath"]>(),
    unsentSince: vi.fn<MovableMediaPath["unsentSince"]>(),
    onChange: (listener: () => void) => changes.on(listener),
    level: vi.fn<MediaPath["level"]>(() => 0.1),
    stats: vi.fn<MediaPath["stats"]>(() => Promise.resolve(null)),
    connections: vi.fn<MediaPath["connections"]>(() => []),
    setSignalingReady: vi.fn<MediaPath["setSignalingReady"]>(),
    networkChanged: vi.fn<MediaPath["networkChanged"]>(),
    close: vi.fn<MediaPath["close"]>(),
  } satisfies MovableMediaPath & { changes: Emitter<undefined> };
}
