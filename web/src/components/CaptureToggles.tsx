import { useTranslation } from "react-i18next";
import type { CaptureState, Devices } from "../call/types";
import { useObservable } from "../hooks/use_observable";
import { RoundToggle } from "./RoundToggle";

function lookOf({ enabled, state }: CaptureState): "on" | "off" | "broken" {
  if (enabled && state === "failed") return "broken";
  return enabled ? "on" : "off";
}

/** Microphone and camera, on or off. */
export function CaptureToggles({ devices }: { devices: Devices }) {
  const { t } = useTranslation();
  const { microphone, camera } = useObservable(devices);
  return (
    <>
      <RoundToggle
        label={t(microphone.enabled ? "call.micOff" : "call.micOn")}
        icon={microphone.enabled && microphone.state !== "failed" ? "mic" : "micOff"}
        look={lookOf(microphone)}
        onClick={() => devices.setMicrophone(!microphone.enabled)}
      />
      <RoundToggle
        label={t(camera.enabled ? "call.cameraOff" : "call.cameraOn")}
        icon={camera.enabled && camera.state !== "failed" ? "camera" : "cameraOff"}
        look={lookOf(camera)}
        onClick={() => devices.setCamera(!camera.enabled)}
      />
    </>
  );
}
