import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Call, CallEvent, CaptureState } from "../call/types";
import { ToastQueue } from "../notices/toast_queue";
import { useObservable } from "./use_observable";

const knownErrors = [
  "not_saved",
  "rate_limited",
  "too_large",
  "unknown_user",
  "ai_taken",
  "ai_unavailable",
] as const;

/** These describe a fault of this program, which no user could do anything about. */
const silentErrors = new Set(["bad_message", "unknown_type", "not_joined"]);

/** Runs `effect` when `value` changes, and when it is first seen only if it is another one than `initial`. */
function useChange<T>(value: T, effect: (value: T, before: T) => void, initial = value): void {
  const previous = useRef(initial);
  const latest = useRef(effect);
  useEffect(() => {
    latest.current = effect;
  });
  useEffect(() => {
    if (Object.is(previous.current, value)) return;
    const before = previous.current;
    previous.current = value;
    latest.current(value, before);
  }, [value]);
}

function failed({ enabled, state }: CaptureState): boolean {
  return enabled && state === "failed";
}

interface Wanted {
  /** False while a dialog tells them itself. */
  aiFailures: boolean;
}

/** Turns what happens in a call into toasts, and into words for screen readers where the eye sees it anyway. */
export function useCallNotices(call: Call, { aiFailures }: Wanted): ToastQueue {
  const { t } = useTranslation();
  const [queue] = useState(() => new ToastQueue());
  const { participants, status, ai } = useObservable(call);
  const { microphone, camera, screen } = useObservable(call.devices);
  const raised = participants.find((person) => person.isSelf)?.raisedHand ?? false;

  useEffect(() => {
    const nameOf = (event: { name: string }) => event.name || t("common.unnamed");
    const unmute = { label: t("toast.unmute"), run: () => call.devices.setMicrophone(true) };
    const tell = (event: CallEvent): void => {
      switch (event.type) {
        case "joined":
          queue.show({ text: t("toast.joined", { name: nameOf(event) }), topic: event.id });
          break;
        case "left":
          queue.show({ text: t("toast.left", { name: nameOf(event) }), topic: event.id });
          break;
        case "handRaised":
          queue.show({ text: t("toast.hand", { name: nameOf(event) }), topic: event.id });
          break;
        case "mutedByOther":
          queue.show({
            text: t("toast.mutedByOther"),
            tone: "attention",
            action: unmute,
            topic: "microphone",
          });
          break;
        case "speakingWhileMuted":
          queue.show({
            text: t("toast.speakingWhileMuted"),
            tone: "attention",
            action: unmute,
            topic: "microphone",
          });
          break;
        case "reconnected":
          queue.show({ text: t("toast.reconnected"), topic: "server" });
          break;
        case "serverError": {
          if (silentErrors.has(event.code)) break;
          const known = knownErrors.find((code) => code === event.code) ?? "other";
          queue.show({
            text: t(`toast.error.${known}`),
            tone: "danger",
            topic: `error ${event.code}`,
          });
          break;
        }
        default:
          event satisfies never;
      }
    };
    return call.onEvent(tell);
  }, [call, queue, t]);

  useChange(microphone.enabled, (on) => {
    if (on) queue.end("microphone");
    queue.show({
      text: t(on ? "toast.selfUnmuted" : "toast.selfMuted"),
      spoken: true,
      topic: "own microphone",
    });
  });
  useChange(camera.enabled, (on) =>
    queue.show({ text: t(on ? "toast.cameraOn" : "toast.cameraOff"), spoken: true, topic: "own camera" }),
  );
  useChange(raised, (up) =>
    queue.show({ text: t(up ? "toast.handUp" : "toast.handDown"), spoken: true, topic: "own hand" }),
  );
  useChange(status, (now) => {
    if (now === "reconnecting") queue.show({ text: t("toast.reconnecting"), spoken: true, topic: "server" });
  });
  useChange(
    ai?.state ?? "away",
    (state, before) => {
      if (state === "here") queue.show({ text: t("ai.cameNotice"), tone: "attention", topic: "ai" });
      else if (state === "coming") queue.show({ text: t("ai.coming"), spoken: true, topic: "ai" });
      else if (ai?.failure !== undefined) {
        if (aiFailures) queue.show({ text: t(`ai.failure.${ai.failure}`), tone: "attention", topic: "ai" });
      } else if (before === "here") queue.show({ text: t("ai.leftNotice"), topic: "ai" });
    },
    // Whoever comes into a call with an AI in it has to know that as well.
    "away",
  );
  useChange(ai?.minutesLeft, (minutes, before) => {
    if (minutes === 1 && before !== undefined)
      queue.show({ text: t("ai.timeWarning"), tone: "attention", topic: "ai time" });
  });
  useChange(failed(microphone), (broken) => {
    if (broken) queue.show({ text: t("toast.microphoneFailed"), tone: "attention", topic: "microphone" });
  });
  useChange(failed(camera), (broken) => {
    if (broken) queue.show({ text: t("toast.cameraFailed"), tone: "attention", topic: "camera" });
  });
  useChange(screen.state === "failed", (broken) => {
    // Closing the browser's picker is an answer and not a failure.
    if (broken && screen.problem !== "permissionDenied") {
      queue.show({ text: t("problem.screen"), tone: "attention", topic: "screen" });
    }
  });

  return queue;
}
