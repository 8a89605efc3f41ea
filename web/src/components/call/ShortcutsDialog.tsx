import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useObservable } from "../../hooks/use_observable";
import { controlKey } from "../../preferences/platform";
import { singleKeys } from "../../preferences/single_keys";
import { Dialog } from "../ui/Dialog";

const rows = [
  { text: "shortcuts.microphone", combination: controlKey("D"), single: "M" },
  { text: "shortcuts.camera", combination: controlKey("E"), single: "V" },
  { text: "shortcuts.hand", combination: undefined, single: "H" },
  { text: "shortcuts.ai", combination: undefined, single: "A" },
  { text: "shortcuts.list", combination: undefined, single: "?" },
] as const;

function Key({ children }: { children: string }) {
  return (
    <kbd className="inline-flex h-7 min-w-7 items-center justify-center rounded-control border border-line-strong px-2 font-sans text-14">
      {children}
    </kbd>
  );
}

interface Props {
  hasAi: boolean;
  onClose: () => void;
  returnFocusTo: () => HTMLElement | null;
  notices: ReactNode;
}

export function ShortcutsDialog({ hasAi, onClose, returnFocusTo, notices }: Props) {
  const { t } = useTranslation();
  const single = useObservable(singleKeys);
  return (
    <Dialog title={t("shortcuts.title")} onClose={onClose} returnFocusTo={returnFocusTo} notices={notices}>
      <dl className="flex flex-col gap-3">
        {rows.map((row) =>
          (row.combination === undefined && !single) || (row.text === "shortcuts.ai" && !hasAi) ? null : (
            <div key={row.text} className="flex items-center justify-between gap-4 text-14">
              <dt>{t(row.text)}</dt>
              <dd className="flex shrink-0 items-center gap-2 text-ink-soft">
                {row.combination === undefined ? null : <Key>{row.combination}</Key>}
                {row.combination !== undefined && single ? t("shortcuts.or") : null}
                {single ? <Key>{row.single}</Key> : null}
              </dd>
            </div>
          ),
        )}
      </dl>
      {single ? null : <p className="text-14 text-pretty text-ink-soft">{t("shortcuts.off")}</p>}
    </Dialog>
  );
}
