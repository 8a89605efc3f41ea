import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Devices } from "../call/types";

const steps = 5;

/** The level of the own microphone. It moves many times a second, so it is drawn without rendering. */
export function LevelMeter({ devices }: { devices: Devices }) {
  const { t } = useTranslation();
  const ref = useRef<HTMLDivElement>(null);

  useEffect(() => {
    let step = 0;
    return devices.onMicrophoneLevel((level) => {
      const meter = ref.current;
      if (!meter) return;
      // The microphone may listen on while it is off, but nobody hears it.
      const heard = devices.getSnapshot().microphone.enabled ? level : 0;
      // Speech is quiet most of the time: the square root shows it where a straight scale would not.
      const shown = Math.sqrt(Math.min(1, Math.max(0, heard)));
      meter.style.setProperty("--level", shown.toFixed(3));
      const next = Math.round(shown * steps);
      if (next !== step) meter.setAttribute("aria-valuenow", String(next));
      step = next;
    });
  }, [devices]);

  return (
    <div
      ref={ref}
      role="meter"
      aria-label={t("lobby.level")}
      aria-valuemin={0}
      aria-valuemax={steps}
      aria-valuenow={0}
      className="h-1 overflow-hidden rounded-round bg-sunken"
    >
      <div className="level-fill h-full rounded-round bg-accent" />
    </div>
  );
}
