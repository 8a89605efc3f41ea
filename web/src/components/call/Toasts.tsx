import { useTranslation } from "react-i18next";
import { useObservable } from "../../hooks/use_observable";
import type { Toast, ToastQueue, ToastTone } from "../../notices/toast_queue";
import { Icon, type IconName } from "../ui/Icon";

const marks: Readonly<Record<ToastTone, { icon: IconName; color: string } | undefined>> = {
  calm: undefined,
  attention: { icon: "alert", color: "text-attention" },
  danger: { icon: "alert", color: "text-danger" },
};

function ToastCard({ toast, queue }: { toast: Toast; queue: ToastQueue }) {
  const { t } = useTranslation();
  const mark = marks[toast.tone ?? "calm"];
  const { action } = toast;
  return (
    <div className="toast pointer-events-auto flex max-w-full items-center gap-3 rounded-card bg-surface py-1 pr-1 pl-4 text-14 shadow-float ring-1 ring-line">
      {mark ? <Icon name={mark.icon} className={mark.color} /> : null}
      <span className="min-w-0 py-1.5 wrap-anywhere">{toast.text}</span>
      {action ? (
        <button
          type="button"
          onClick={() => {
            queue.dismiss(toast.id);
            action.run();
          }}
          className="touch-target shrink-0 rounded-control px-2 font-medium text-accent hover:bg-sunken"
        >
          {action.label}
        </button>
      ) : null}
      <button
        type="button"
        aria-label={t("toast.dismiss")}
        onClick={() => queue.dismiss(toast.id)}
        className="touch-target inline-flex w-10 shrink-0 items-center justify-center rounded-round text-ink-soft hover:bg-sunken hover:text-ink"
      >
        <Icon name="close" size={16} />
      </button>
    </div>
  );
}

/** What just happened in the call. One live region stays in the page, or screen readers would miss the first. */
export function Toasts({ queue }: { queue: ToastQueue }) {
  const { t } = useTranslation();
  const toasts = useObservable(queue);
  return (
    // Hovering only stops the clock; nothing here has to be pressed.
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions
    <div
      onPointerEnter={() => queue.pause()}
      onPointerLeave={() => queue.resume()}
      onFocus={() => queue.pause()}
      onBlur={() => queue.resume()}
      className="pointer-events-none absolute inset-x-3 top-[max(68px,calc(env(safe-area-inset-top)+56px))] z-20"
    >
      <div
        role="log"
        aria-live="polite"
        aria-relevant="additions"
        aria-label={t("toast.region")}
        className="flex flex-col items-center gap-2"
      >
        {toasts.map((toast) =>
          toast.spoken ? (
            <p key={toast.id} className="sr-only">
              {toast.text}
            </p>
          ) : (
            <ToastCard key={toast.id} toast={toast} queue={queue} />
          ),
        )}
      </div>
    </div>
  );
}
