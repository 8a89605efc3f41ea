import { Emitter } from "../util/emitter";

const INTERVAL_MS = 50;
/** 43 ms at 48 kHz: nearly all that was heard since the last look. */
const WINDOW_SAMPLES = 2048;
/** The loudness of a moment: shorter than a syllable, longer than a click. */
const MOMENT_SAMPLES = 32;

/** The span that the eye sees as silent to full, in dB below the largest amplitude: a whisper to a loud voice. */
const QUIET_DB = -50;
const LOUD_DB = -10;

/** From linear amplitude to a scale on which a voice moves visibly; both from 0 to 1. */
export function visibleLevel(amplitude: number): number {
  if (amplitude <= 0) return 0;
  const db = 20 * Math.log10(amplitude);
  return Math.min(1, Math.max(0, (db - QUIET_DB) / (LOUD_DB - QUIET_DB)));
}

/** The loudest moment among `samples`, as root mean square. */
export function loudestMoment(samples: Float32Array): number {
  let loudest = 0;
  for (let start = 0; start + MOMENT_SAMPLES <= samples.length; start += MOMENT_SAMPLES) {
    let energy = 0;
    for (const sample of samples.subarray(start, start + MOMENT_SAMPLES)) energy += sample * sample;
    loudest = Math.max(loudest, energy);
  }
  return Math.sqrt(loudest / MOMENT_SAMPLES);
}

/** Measures one track while somebody listens; costs nothing otherwise. */
export class LevelMeter {
  readonly #amplitudes = new Emitter<number>();
  readonly #samples = new Float32Array(WINDOW_SAMPLES);
  #track: MediaStreamTrack | undefined;
  #context: AudioContext | undefined;
  #source: MediaStreamAudioSourceNode | undefined;
  #analyser: AnalyserNode | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;

  setTrack(track: MediaStreamTrack | undefined): void {
    if (track === this.#track) return;
    this.#track = track;
    this.#connect();
  }

  onAmplitude(listener: (amplitude: number) => void): () => void {
    const end = this.#amplitudes.on(listener);
    this.#connect();
    return () => {
      end();
      this.#connect();
    };
  }

  /** Measures exactly while there is both a track and a listener. */
  #connect(): void {
    const wanted = this.#amplitudes.isHeard;
    if (wanted && this.#timer === undefined) this.#timer = setInterval(() => this.#measure(), INTERVAL_MS);
    if (!wanted) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
    const track = wanted ? this.#track : undefined;
    if (this.#source?.mediaStream.getTracks()[0] === track) return;
    this.#source?.disconnect();
    this.#source = track && this.#listenTo(track);
  }

  #listenTo(track: MediaStreamTrack): MediaStreamAudioSourceNode {
    const context = (this.#context ??= createContext());
    this.#analyser ??= new AnalyserNode(context, { fftSize: WINDOW_SAMPLES });
    const source = context.createMediaStreamSource(new MediaStream([track]));
    source.connect(this.#analyser);
    return source;
  }

  #measure(): void {
    let amplitude = 0;
    if (this.#source !== undefined && this.#analyser !== undefined) {
      this.#analyser.getFloatTimeDomainData(this.#samples);
      amplitude = loudestMoment(this.#samples);
    }
    this.#amplitudes.emit(amplitude);
  }
}

/** A browser may hold sound back until the page is touched, and a phone stops it during another call. */
function createContext(): AudioContext {
  const context = new AudioContext();
  const resume = () => {
    if (context.state !== "running") void context.resume();
  };
  resume();
  addEventListener("pointerdown", resume);
  addEventListener("keydown", resume);
  document.addEventListener("visibilitychange", resume);
  return context;
}
