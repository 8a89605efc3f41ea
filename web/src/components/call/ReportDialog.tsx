import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { CallSnapshot } from "../../call/types";
import { Dialog } from "../ui/Dialog";
import { LazyPanel } from "./LazyPanel";

interface Props {
  snapshot: CallSnapshot;
  onSent: () => void;
  onClose: () => void;
  returnFocusTo: () => HTMLElement | null;
  notices: ReactNode;
}

const load = () => import("./report/ReportForm").then((module) => module.ReportForm);

/** Tells those who run the server what went wrong. */
export function ReportDialog({ snapshot, onSent, onClose, returnFocusTo, notices }: Props) {
  const { t } = useTranslation();
  return (
    <Dialog title={t("report.title")} onClose={onClose} returnFocusTo={returnFocusTo} notices={notices}>
      <LazyPanel load={load} props={{ snapshot, onSent, onCancel: onClose }} />
    </Dialog>
  );
}
