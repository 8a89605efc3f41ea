import { useCallback, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Participant } from "../../call/types";
import { useSuccession } from "../../hooks/use_succession";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";

interface VoiceProps {
  stream: MediaStream;
  speakerId: string | undefined;
  /** Counts the presses that allow sound, each a reason to try again. */
  attempt: number;
  onBlocked: () => void;
}

function Voice({ stream, ...rest }: VoiceProps) {
  const { streams, begun } = useSuccession(stream);
  return streams.map((one) => <Sound key={one.id} stream={one} {...rest} onBegun={begun} />);
}

interface SoundProps extends VoiceProps {
  onBegun: (stream: MediaStream) => void;
}

function Sound({ stream, speakerId, attempt, onBlocked, onBegun }: SoundProps) {
  const ref = useRef<HTMLAudioElement>(null);

  useEffect(() => {
    const audio = ref.current;
    if (!audio) return;
    if (audio.srcObject !== stream) audio.srcObject = stream;
    audio.play().catch((error: unknown) => {
      if (error instanceof DOMException && error.name === "NotAllowedError") onBlocked();
    });
  }, [stream, attempt, onBlocked]);

  useEffect(() => {
    const audio = ref.current;
    if (!audio || speakerId === undefined || !("setSinkId" in audio)) return;
    // A speaker that was unplugged meanwhile: the browser goes on with the default one.
    audio.setSinkId(speakerId).catch(() => undefined);
  }, [speakerId]);

  // Live voices have no captions to offer.
  // eslint-disable-next-line jsx-a11y/media-has-caption
  return <audio ref={ref} autoPlay onPlaying={() => onBegun(stream)} />;
}

interface Props {
  participants: readonly Participant[];
  speakerId: string | undefined;
}

/** The voices of the others, through the chosen speaker, and a prompt where the browser wants a press first. */
export function AudioPlayback({ participants, speakerId }: Props) {
  const { t } = useTranslation();
  const [blocked, setBlocked] = useState(false);
  const [attempt, setAttempt] = useState(0);
  const onBlocked = useCallback(() => setBlocked(true), []);

  return (
    <>
      {participants.map((person) =>
        person.audio && !person.isSelf ? (
          <Voice
            key={person.id}
            stream={person.audio}
            speakerId={speakerId}
            attempt={attempt}
            onBlocked={onBlocked}
          />
        ) : null,
      )}
      {blocked ? (
        <div
          role="alert"
          className="absolute inset-x-4 top-1/2 z-20 mx-auto flex max-w-80 -translate-y-1/2 flex-col items-center gap-3 rounded-card bg-surface p-6 text-center shadow-float"
        >
          <Icon name="speakerOff" size={28} className="text-attention" />
          <p className="text-16">{t("call.tapToHear")}</p>
          <Button
            kind="primary"
            onClick={() => {
              setBlocked(false);
              setAttempt((count) => count + 1);
            }}
          >
            {t("call.tapToHearAction")}
          </Button>
        </div>
      ) : null}
    </>
  );
}
