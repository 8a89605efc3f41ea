import { useCallback, useEffect, useState, type ComponentType, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Call, Participant } from "../../call/types";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Notice } from "../ui/Notice";
import { Spinner } from "../ui/Spinner";

interface PanelProps {
  call: Call;
  participants: readonly Participant[];
}

interface Props extends PanelProps {
  onClose: () => void;
  returnFocusTo: () => HTMLElement | null;
  notices: ReactNode;
}

/** How the call is connected. What is in it is loaded when first wanted; a server that is away must not break the call. */
export function ConnectionDialog({ call, participants, onClose, returnFocusTo, notices }: Props) {
  const { t } = useTranslation();
  const [Panel, setPanel] = useState<ComponentType<PanelProps>>();
  const [failed, setFailed] = useState(false);
  const load = useCallback(() => {
    import("./connection/ConnectionPanel").then(
      (module) => setPanel(() => module.ConnectionPanel),
      () => setFailed(true),
    );
  }, []);
  useEffect(load, [load]);

  return (
    <Dialog title={t("connection.title")} onClose={onClose} returnFocusTo={returnFocusTo} notices={notices}>
      {Panel ? (
        <Panel call={call} participants={participants} />
      ) : failed ? (
        <Notice
          tone="attention"
          action={
            <Button
              onClick={() => {
                setFailed(false);
                load();
              }}
            >
              {t("common.retry")}
            </Button>
          }
        >
          {t("connection.notLoaded")}
        </Notice>
      ) : (
        <p className="flex min-h-40 items-center justify-center gap-3 text-14 text-ink-soft">
          <Spinner size={20} />
          {t("common.loading")}
        </p>
      )}
    </Dialog>
  );
}
