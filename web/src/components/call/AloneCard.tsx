import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { CopyLinkButton } from "../CopyLinkButton";

// The code's arithmetic is needed only while somebody waits alone.
const QrCode = lazy(async () => ({ default: (await import("./QrCode")).QrCode }));

/** Nobody else is here yet: the link to send, and its code for a phone that is near. */
export function AloneCard({ url }: { url: string }) {
  const { t } = useTranslation();
  return (
    <section
      aria-labelledby="alone-title"
      className="flex w-full max-w-100 shrink-0 flex-col gap-4 self-center rounded-card bg-surface p-4 landscape:max-w-72"
    >
      <div className="flex gap-4 landscape:flex-col-reverse">
        <div className="flex min-w-0 flex-1 flex-col gap-2">
          <h2 id="alone-title" className="text-16 font-semibold text-balance">
            {t("call.alone")}
          </h2>
          <p className="text-14 text-pretty text-ink-soft">{t("call.aloneText")}</p>
          <p className="text-12 wrap-anywhere text-ink-soft select-all">{url}</p>
        </div>
        <div className="size-28 shrink-0 landscape:size-44 landscape:self-center short:hidden">
          <Suspense fallback={<div className="size-full rounded-control bg-white" />}>
            <QrCode text={url} label={t("call.qr")} className="size-full rounded-control" />
          </Suspense>
        </div>
      </div>
      <CopyLinkButton url={url} />
    </section>
  );
}
