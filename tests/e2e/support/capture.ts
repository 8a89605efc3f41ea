/** What a microphone hears instead of the fake one's beeps: six tones without a pause, other ones for every voice. */
export function tonesOf(voice: number): number[] {
  return Array.from({ length: 6 }, (_, index) => 300 + 100 * voice + 500 * index);
}

/** Runs in the page before all else: the microphone delivers tones, and no processing takes them for noise. */
export function captureTones(tones: readonly number[]): void {
  const media = navigator.mediaDevices;
  const original = media.getUserMedia.bind(media);
  let context: AudioContext | undefined;
  media.getUserMedia = async (constraints) => {
    const stream = await original(constraints);
    for (const real of stream.getAudioTracks()) {
      context ??= new AudioContext();
      const destination = context.createMediaStreamDestination();
      const gain = new GainNode(context, { gain: 0.6 / tones.length });
      gain.connect(destination);
      for (const frequency of tones) {
        const oscillator = new OscillatorNode(context, { frequency });
        oscillator.connect(gain);
        oscillator.start();
      }
      const [track] = destination.stream.getAudioTracks();
      if (track === undefined) throw new Error("an audio destination has a track");
      const settings = real.getSettings();
      track.getSettings = () => settings;
      Object.defineProperty(track, "label", { value: real.label });
      stream.removeTrack(real);
      stream.addTrack(track);
    }
    return stream;
  };
}

export interface Camera {
  width: number;
  height: number;
  frameRate: number;
}

/** Runs in the page before all else: a camera that costs little to encode. */
export function captureSmall(camera: Camera): void {
  const media = navigator.mediaDevices;
  const original = media.getUserMedia.bind(media);
  media.getUserMedia = (constraints) => {
    const video = constraints?.video;
    if (!video) return original(constraints);
    return original({ ...constraints, video: { ...(typeof video === "object" ? video : {}), ...camera } });
  };
}
