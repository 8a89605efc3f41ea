import { useEffect, useRef } from "react";
import { useSuccession } from "../hooks/use_succession";

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
export function VideoView({ stream, className = "", ...rest }: Props) {
  const { streams, begun } = useSuccession(stream);
  return streams.map((one) => {
    // The one before lies over the new one until that has a picture.
    const leaving = one !== stream;
    return (
      <Picture
        key={one.id}
        stream={one}
        {...rest}
        label={leaving ? undefined : rest.label}
        className={leaving ? `absolute inset-0 ${className}` : className}
        onBegun={begun}
      />
    );
  });
}

function Picture({
  stream,
  label,
  mirrored = false,
  fit,
  className = "",
  onAspect,
  onBegun,
}: Props & { onBegun: (stream: MediaStream) => void }) {
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
      onPlaying={() => onBegun(stream)}
      className={`size-full ${fit === "whole" ? "object-contain" : "object-cover"} ${mirrored ? "-scale-x-100" : ""} ${className}`}
    />
  );
}
