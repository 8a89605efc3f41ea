import { useEffect, useRef } from "react";

interface Props {
  stream: MediaStream;
  /** Absent where a name stands beside the picture, which is enough for those who do not see it. */
  label?: string;
  mirrored?: boolean;
  /** Whole: nothing is cut off; filled: the frame's shape rules. */
  fit: "whole" | "filled";
  className?: string;
  /** Told the picture's width divided by its height, once known and whenever it changes. */
  onAspect?: (aspect: number) => void;
}

/** A moving picture without its sound, which is played elsewhere. */
export function VideoView({ stream, label, mirrored = false, fit, className = "", onAspect }: Props) {
  const ref = useRef<HTMLVideoElement>(null);

  useEffect(() => {
    const video = ref.current;
    if (!video) return;
    video.srcObject = stream;
    // A muted picture may always play; it only fails when the element is gone again.
    video.play().catch(() => undefined);
  }, [stream]);

  const report = () => {
    const video = ref.current;
    if (video && video.videoWidth > 0 && video.videoHeight > 0)
      onAspect?.(video.videoWidth / video.videoHeight);
  };

  return (
    <video
      ref={ref}
      muted
      autoPlay
      playsInline
      disablePictureInPicture
      aria-label={label}
      aria-hidden={label === undefined}
      onLoadedMetadata={report}
      onResize={report}
      className={`size-full ${fit === "whole" ? "object-contain" : "object-cover"} ${mirrored ? "-scale-x-100" : ""} ${className}`}
    />
  );
}
