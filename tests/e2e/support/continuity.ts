import { tonesOf } from "./capture.js";
import type { Person } from "./person.js";

/** What one human before a page saw and heard of another one. Times are of the page's clock, in milliseconds. */
export interface Continuity {
  /** The longest time between two frames on the other's tile. */
  stillPicture: number;
  /** The longest time without the other's voice in what was played. */
  silence: number;
  /** How much of the played voice the jitter buffer made up. */
  madeUp: number;
}

interface Recording {
  read(): Promise<Continuity>;
}

interface Recorded {
  recordings: Map<string, Recording>;
}

/** Runs in the page: writes down when the tile of `name` shows a frame, and when `tones` are not to be heard. */
function record([name, tones]: readonly [string, readonly number[]]): void {
  const blockMs = 10;
  const pollMs = 20;
  /** A voice that is a quarter of its usual loudness is taken for lost. */
  const lost = 0.25;

  const frames: number[] = [];
  const watched = new WeakSet<HTMLVideoElement>();
  const tile = () => [...document.querySelectorAll("li.tile")].find((one) => one.textContent?.includes(name));
  /** While one picture follows another, the one before lies on top. */
  const onTop = () => {
    const videos = [...(tile()?.querySelectorAll("video") ?? [])];
    return videos.find((video) => getComputedStyle(video).position === "absolute") ?? videos[0];
  };
  const watch = (video: HTMLVideoElement) => {
    if (watched.has(video)) return;
    watched.add(video);
    const presented = (now: number) => {
      if (video === onTop()) frames.push(now);
      if (video.isConnected) video.requestVideoFrameCallback(presented);
    };
    video.requestVideoFrameCallback(presented);
  };

  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 32768 });
  analyser.connect(new GainNode(context, { gain: 0 })).connect(context.destination);
  const samples = new Float32Array(analyser.fftSize);
  const sources = new Map<HTMLAudioElement, MediaStreamAudioSourceNode>();
  const blockLength = Math.round((context.sampleRate * blockMs) / 1000);
  let analysedUntil = context.currentTime;
  let silent = 0;
  let longestSilence = 0;
  let usual = 0;

  /** The amplitude of the loudest tone in a block (Goertzel's algorithm); each tone has whole periods in it. */
  const loudness = (from: number) => {
    let loudest = 0;
    for (const tone of tones) {
      const coefficient = 2 * Math.cos((2 * Math.PI * tone) / context.sampleRate);
      let last = 0;
      let before = 0;
      for (let index = from; index < from + blockLength; index += 1) {
        [before, last] = [last, (samples[index] ?? 0) + coefficient * last - before];
      }
      const power = last * last + before * before - coefficient * last * before;
      loudest = Math.max(loudest, (2 * Math.sqrt(Math.max(0, power))) / blockLength);
    }
    return loudest;
  };
  const listen = () => {
    const playing = new Set([...document.querySelectorAll("audio")].filter(({ paused }) => !paused));
    for (const audio of playing) {
      if (sources.has(audio) || !(audio.srcObject instanceof MediaStream)) continue;
      const source = new MediaStreamAudioSourceNode(context, { mediaStream: audio.srcObject });
      source.connect(analyser);
      sources.set(audio, source);
    }
    for (const [audio, source] of sources) {
      if (playing.has(audio)) continue;
      source.disconnect();
      sources.delete(audio);
    }
    const now = context.currentTime;
    analyser.getFloatTimeDomainData(samples);
    const fresh = Math.round((now - analysedUntil) * context.sampleRate);
    const blocks = Math.min(Math.floor(fresh / blockLength), Math.floor(samples.length / blockLength));
    for (let block = 0; block < blocks; block += 1) {
      const amplitude = loudness(samples.length - (blocks - block) * blockLength);
      usual = usual === 0 ? amplitude : usual + 0.02 * (amplitude - usual);
      if (amplitude > usual * lost && amplitude > 0.001) silent = 0;
      else silent += blockMs;
      longestSilence = Math.max(longestSilence, silent);
    }
    analysedUntil += (blocks * blockLength) / context.sampleRate;
  };

  let madeUp = 0;
  const concealed = new Map<string, number>();
  let counting = false;
  const count = async () => {
    if (counting) return;
    counting = true;
    const heard = new Set(
      [...document.querySelectorAll("audio")].flatMap(({ srcObject }) =>
        srcObject instanceof MediaStream ? srcObject.getTracks().filter(({ enabled }) => enabled).map(({ id }) => id) : [],
      ),
    );
    const { openPeerConnections } = window as unknown as { openPeerConnections: Map<RTCPeerConnection, number> };
    for (const connection of openPeerConnections.keys()) {
      for (const entry of (await connection.getStats()).values()) {
        if (entry.type !== "inbound-rtp" || entry.kind !== "audio") continue;
        const now = entry.concealedSamples ?? 0;
        const before = concealed.get(entry.trackIdentifier) ?? now;
        if (heard.has(entry.trackIdentifier)) madeUp += (now - before) / 48;
        concealed.set(entry.trackIdentifier, now);
      }
    }
    counting = false;
  };

  setInterval(() => {
    tile()?.querySelectorAll("video").forEach(watch);
    listen();
  }, pollMs);
  setInterval(() => void count(), 100);

  const recorded = window as unknown as Partial<Recorded>;
  recorded.recordings ??= new Map();
  recorded.recordings.set(name, {
    async read() {
      listen();
      await count();
      const times = [...frames, performance.now()];
      const gaps = times.slice(1).map((time, index) => time - (times[index] ?? time));
      const result: Continuity = {
        stillPicture: Math.round(Math.max(0, ...gaps)),
        silence: Math.round(longestSilence),
        madeUp: Math.round(madeUp),
      };
      frames.splice(0, frames.length - 1);
      longestSilence = silent;
      madeUp = 0;
      return result;
    },
  });
}

/** Begins to write down what `viewer` sees and hears of `other`, whose microphone delivers the tones of `voice`. */
export async function startRecording(viewer: Person, other: Person, voice: number): Promise<void> {
  await viewer.page.evaluate(record, [other.name, tonesOf(voice)] as const);
}

/** What there was since the last time it was read. */
export function readRecording(viewer: Person, other: Person): Promise<Continuity> {
  return viewer.page.evaluate((name) => {
    const recording = (window as unknown as Recorded).recordings.get(name);
    if (recording === undefined) throw new Error(`nobody recorded ${name}`);
    return recording.read();
  }, other.name);
}
