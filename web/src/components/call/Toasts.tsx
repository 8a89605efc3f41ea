import { useEffect, useRef, type MouseEvent } from "react";
import { useTranslation } from "react-i18next";
import { useObservable } from "../../hooks/use_observable";
import type { Toast, ToastQueue, ToastTone } from "../../notices/toast_queue";
import { Icon, type IconName } from "../ui/Icon";

const marks: Readonly<Record<ToastTone, { icon: IconName; color: string } | undefined>> = {
  calm: undefined,
  attention: { icon: "alert", color: "text-attention" },
  danger: { icon: "alert", color: "text-danger" },
};

interface CardProps {
  toast: Toast;
  /** Takes the pressed toast away. */
  onDismiss: (event: MouseEvent<HTMLButtonElement>) => void;
}

function ToastCard({ toast, onDismiss }: CardProps) {
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
          onClick={(event) => {
            onDismiss(event);
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
        data-dismiss=""
        onClick={onDismiss}
        className="touch-target inline-flex w-10 shrink-0 items-center justify-center rounded-round text-ink-soft hover:bg-sunken hover:text-ink"
      >
        <Icon name="close" size={16} />
      </button>
    </div>
  );
}

function heading(): HTMLElement | null {
  return document.querySelector<HTMLElement>("[data-route-heading]");
}

/** What just happened in the call. One live region stays in the page, or screen readers would miss the first. */
export function Toasts({ queue }: { queue: ToastQueue }) {
  const { t } = useTranslation();
  const toasts = useObservable(queue);
  const region = useRef<HTMLDivElement>(null);
  /** What had the focus before a toast got it. */
  const origin = useRef<HTMLElement | null>(null);
  const paused = useRef(false);
  const pause = () => {
    paused.current = true;
    queue.pause();
  };
  const resume = () => {
    paused.current = false;
    queue.resume();
  };

  useEffect(() => {
    // A toast that goes away under the pointer or the focus says nothing of their leaving.
    if (!paused.current || region.current?.matches(":focus-within") || region.current?.matches(":hover"))
      return;
    paused.current = false;
    queue.resume();
  }, [toasts, queue]);

  // The next region, in or behind a dialog, knows nothing of what was over this one.
  useEffect(() => () => queue.resume(), [queue]);

  // Behind a dialog nothing takes the focus.
  const fallback = () => region.current?.closest("dialog")?.querySelector("button") ?? heading();

  const dismiss = (toast: Toast, button: HTMLButtonElement) => {
    const others = [...(region.current?.querySelectorAll<HTMLElement>("[data-dismiss]") ?? [])].filter(
      (other) => !button.parentElement?.contains(other),
    );
    // The keyboard goes on with the next toast; a mouse would only stop its clock by that.
    const next = button.matches(":focus-visible") ? others[0] : undefined;
    const hadFocus = button.contains(document.activeElement);
    queue.dismiss(toast.id);
    resume();
    if (hadFocus) (next ?? (origin.current?.isConnected ? origin.current : null) ?? fallback())?.focus();
  };

  return (
    // Hovering only stops the clock; nothing here has to be pressed.
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions
    <div
      ref={region}
      onPointerEnter={pause}
      onPointerLeave={resume}
      onFocus={(event) => {
        const from = event.relatedTarget;
        if (from instanceof HTMLElement && !event.currentTarget.contains(from)) origin.current = from;
        pause();
      }}
      onBlur={resume}
      className="pointer-events-none fixed inset-x-3 top-[max(68px,calc(env(safe-area-inset-top)+56px))] z-20"
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
            <ToastCard
              key={toast.id}
              toast={toast}
              onDismiss={(event) => dismiss(toast, event.currentTarget)}
            />
          ),
        )}
      </div>
    </div>
  );
}
