import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { PictureFigures } from "../../../call/types";

const MEGABIT = 1_000_000;

/** Figures as the language writes them; a dash for what cannot be told. */
export function useFigures() {
  const { t, i18n } = useTranslation();
  return useMemo(() => {
    const whole = new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 0 });
    const tenths = new Intl.NumberFormat(i18n.language, {
      minimumFractionDigits: 1,
      maximumFractionDigits: 1,
    });
    const percent = new Intl.NumberFormat(i18n.language, { style: "percent", maximumFractionDigits: 1 });
    const unknown = "–";
    return {
      bitrate: (bits: number | undefined) => {
        if (bits === undefined) return unknown;
        if (bits >= MEGABIT) return t("connection.megabits", { value: tenths.format(bits / MEGABIT) });
        return t("connection.kilobits", { value: whole.format(bits / 1000) });
      },
      loss: (value: number | undefined) => (value === undefined ? unknown : percent.format(value / 100)),
      roundTrip: (milliseconds: number | undefined) => {
        if (milliseconds === undefined) return unknown;
        const value = milliseconds < 1 ? `< ${whole.format(1)}` : whole.format(milliseconds);
        return t("connection.milliseconds", { value });
      },
      frames: (value: number | undefined) =>
        value === undefined ? unknown : t("connection.frames", { value: whole.format(value) }),
      picture: ({ width, height, layer }: PictureFigures) => {
        const size = `${width}×${height}`;
        return layer === undefined ? size : t(`connection.layer.${layer}`, { size });
      },
    };
  }, [t, i18n.language]);
}

export type Figures = ReturnType<typeof useFigures>;
