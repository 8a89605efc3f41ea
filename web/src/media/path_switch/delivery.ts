import { mediaKinds, type MediaKind, type MediaStats, type VoiceStats } from "../media_path";

/** 60 ms of a voice: enough to tell it from a stray packet. */
const MIN_PACKETS = 3;
/** More of what is played than this is made up: the jitter buffer has not found its length yet. */
const MAX_CONCEALED = 0.1;
/** So many looks in a row have to find the voice whole. */
const WHOLE_LOOKS = 2;

/**
 * Finds out whether a path really delivers the media of one person: not that a connection is there, but that frames are
 * decoded and that a voice comes without gaps. Pure; looked at about ten times a second.
 */
export class Delivery {
  readonly #delivered: Record<MediaKind, boolean> = { audio: false, camera: false, screen: false };
  readonly #frames: Partial<Record<"camera" | "screen", number>> = {};
  #voice: VoiceStats | undefined;
  #wholeLooks = 0;

  look(stats: MediaStats): void {
    this.#lookAtFrames("camera", stats.framesDecoded.camera);
    this.#lookAtFrames("screen", stats.framesDecoded.screen);
    // A screen on which nothing moves is one frame and then nothing.
    if (stats.framesDecoded.screen > 0) this.#delivered.screen = true;
    this.#lookAtVoice(stats.voice);
  }

  /** Once true, it stays: what comes later is not a matter of finding the path. */
  has(kind: MediaKind): boolean {
    return this.#delivered[kind];
  }

  get isComplete(): boolean {
    return mediaKinds.every((kind) => this.#delivered[kind]);
  }

  #lookAtFrames(kind: "camera" | "screen", frames: number): void {
    const before = this.#frames[kind];
    this.#frames[kind] = frames;
    if (before !== undefined && frames > before) this.#delivered[kind] = true;
  }

  #lookAtVoice(voice: VoiceStats): void {
    const before = this.#voice;
    this.#voice = voice;
    if (before === undefined) return;
    const samples = voice.samples - before.samples;
    // Where nothing is played nothing is made up either, and the packets have to do.
    const isWhole = samples <= 0 || voice.concealed - before.concealed <= samples * MAX_CONCEALED;
    if (voice.packets - before.packets < MIN_PACKETS || !isWhole) this.#wholeLooks = 0;
    else this.#wholeLooks += 1;
    if (this.#wholeLooks >= WHOLE_LOOKS) this.#delivered.audio = true;
  }
}
