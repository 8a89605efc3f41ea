import { useTranslation } from "react-i18next";

/** A length of time in the largest unit that says enough. */
export function useDuration(milliseconds: number): string {
  const { t } = useTranslation();
  const seconds = Math.max(0, Math.round(milliseconds / 1_000));
  if (seconds < 60) return t("duration.seconds", { count: seconds });
  return t("duration.minutes", { count: Math.floor(seconds / 60) });
}
