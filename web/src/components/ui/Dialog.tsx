import { useEffect, useId, useRef, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "./Icon";

interface Props {
  title: string;
  onClose: () => void;
  /** Gets the focus afterwards when what had it before is gone, as the item of a closed menu is. */
  returnFocusTo?: () => HTMLElement | null;
  /** What has to be seen and heard while the dialog makes the rest of the page inert. */
  notices?: ReactNode;
  children: ReactNode;
}

/**
 * A modal dialog on the browser's own element, which keeps the focus inside, closes on Escape and hides
 * the rest from screen readers. Mount it to open it. On a phone it is a sheet at the bottom.
 */
export function Dialog({ title, onClose, returnFocusTo, notices, children }: Props) {
  const { t } = useTranslation();
  const titleId = useId();
  const ref = useRef<HTMLDialogElement>(null);

  useEffect(() => {
    const dialog = ref.current;
    if (!dialog) return undefined;
    const opener = document.activeElement;
    if (!dialog.open) dialog.showModal();
    return () => {
      dialog.close();
      if (document.activeElement !== document.body) return;
      const isThere = opener instanceof HTMLElement && opener.isConnected && opener !== document.body;
      (isThere ? opener : returnFocusTo?.())?.focus();
    };
    // Opened once; the later identity of returnFocusTo does not matter.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);

  return (
    // A click beside the dialog is a convenience for the mouse; the keyboard has Escape and the close button.
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions
    <dialog
      ref={ref}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
      className={
        "sheet mx-auto mt-auto mb-0 w-full max-w-full rounded-t-card bg-surface p-0 text-ink shadow-float " +
        "sm:my-auto sm:max-w-120 sm:rounded-card max-h-[85dvh] overflow-y-auto"
      }
    >
      <div className="flex flex-col gap-4 p-4 pb-[max(16px,env(safe-area-inset-bottom))] sm:p-6">
        <header className="flex items-start justify-between gap-4">
          <h2 id={titleId} className="text-20 font-semibold">
            {title}
          </h2>
          <button
            type="button"
            onClick={onClose}
            aria-label={t("common.close")}
            className="touch-target -my-1.5 -mr-2 inline-flex w-10 items-center justify-center rounded-round hover:bg-sunken"
          >
            <Icon name="close" />
          </button>
        </header>
        {children}
      </div>
      {notices}
    </dialog>
  );
}
