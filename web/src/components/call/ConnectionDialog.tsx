import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Call, Participant } from "../../call/types";
import { Dialog } from "../ui/Dialog";
import { LazyPanel } from "./LazyPanel";

interface Props {
  call: Call;
  participants: readonly Participant[];
  onClose: () => void;
  returnFocusTo: () => HTMLElement | null;
  notices: ReactNode;
}

const load = () => import("./connection/ConnectionPanel").then((module) => module.ConnectionPanel);

/** How the call is connected. */
export function ConnectionDialog({ call, participants, onClose, returnFocusTo, notices }: Props) {
  const { t } = useTranslation();
  return (
    <Dialog title={t("connection.title")} onClose={onClose} returnFocusTo={returnFocusTo} notices={notices}>
      <LazyPanel load={load} props={{ call, participants }} />
    </Dialog>
  );
}
