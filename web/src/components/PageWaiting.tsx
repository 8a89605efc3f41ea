import { useTranslation } from "react-i18next";
import { Spinner } from "./ui/Spinner";

/** Shown only when the wait is long enough to be noticed. */
export function PageWaiting() {
  const { t } = useTranslation();
  return (
    <div
      role="status"
      className="appear-late flex flex-1 items-center justify-center gap-3 py-16 text-14 text-ink-soft"
    >
      <Spinner />
      {t("common.loading")}
    </div>
  );
}
