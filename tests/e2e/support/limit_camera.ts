import type { Camera } from "./capture.js";

/**
 * Runs in the page before all else: a camera whose picture takes the bits that it may, in both sizes and without losing
 * frames. The fake one's hardly takes any.
 */
export function captureDetail({ width, height, frameRate }: Camera): void {
  // Smaller ones take so many bits that the encoder leaves frames out.
  const grain = 64;
  const pictureOf = (canvas: OffscreenCanvas) => {
    const context = canvas.getContext("2d");
    if (context === null) throw new Error("a new canvas has a context");
    for (let y = 0; y < canvas.height; y += grain) {
      for (let x = 0; x < canvas.width; x += grain) {
        context.fillStyle = `hsl(${Math.random() * 360} 60% ${40 + Math.random() * 20}%)`;
        context.fillRect(x, y, grain, grain);
      }
    }
    return canvas;
  };
  /** A window of the camera's size goes round on a picture of twice its size. */
  const move = (): MediaStreamTrack => {
    const picture = pictureOf(new OffscreenCanvas(2 * width, 2 * height));
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    const context = canvas.getContext("2d");
    let angle = 0;
    setInterval(() => {
      angle += 0.05;
      context?.drawImage(picture, ((Math.sin(angle) - 1) * width) / 2, ((Math.cos(angle) - 1) * height) / 2);
    }, 1000 / frameRate);
    const [track] = canvas.captureStream(frameRate).getVideoTracks();
    if (track === undefined) throw new Error("a canvas has a picture");
    return track;
  };

  const media = navigator.mediaDevices;
  const original = media.getUserMedia.bind(media);
  media.getUserMedia = async (constraints) => {
    const stream = await original(constraints);
    for (const real of stream.getVideoTracks()) {
      const track = move();
      const settings = { ...real.getSettings(), width, height, frameRate };
      track.getSettings = () => settings;
      Object.defineProperty(track, "label", { value: real.label });
      stream.removeTrack(real);
      stream.addTrack(track);
    }
    return stream;
  };
}
