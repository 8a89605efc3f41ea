import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { AiState, Call } from "../../call/types";
import { Dialog } from "../ui/Dialog";
import { LazyPanel } from "./LazyPanel";

interface Props {
  call: Call;
  ai: AiState;
  onClose: () => void;
  returnFocusTo: () => HTMLElement | null;
  notices: ReactNode;
}

const load = () => import("./ai/AiForm").then((module) => module.AiForm);

/** Invites the voice AI, or sends it away. */
export function AiDialog({ call, ai, onClose, returnFocusTo, notices }: Props) {
  const { t } = useTranslation();
  return (
    <Dialog title={t("ai.title")} onClose={onClose} returnFocusTo={returnFocusTo} notices={notices}>
      <LazyPanel load={load} props={{ call, ai, onDone: onClose }} />
    </Dialog>
  );
}
