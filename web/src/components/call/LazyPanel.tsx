import { useCallback, useEffect, useState, type ComponentType } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../ui/Button";
import { Notice } from "../ui/Notice";
import { Spinner } from "../ui/Spinner";

interface Props<P> {
  /** Has to keep its identity. */
  load: () => Promise<ComponentType<P>>;
  props: P;
}

/** What is in a dialog that few open: loaded when first wanted; a server that is away must not break the call. */
export function LazyPanel<P extends object>({ load, props }: Props<P>) {
  const { t } = useTranslation();
  const [Panel, setPanel] = useState<ComponentType<P>>();
  const [failed, setFailed] = useState(false);
  const begin = useCallback(() => {
    load().then(
      (panel) => setPanel(() => panel),
      () => setFailed(true),
    );
  }, [load]);
  useEffect(begin, [begin]);

  if (Panel) return <Panel {...props} />;
  if (failed)
    return (
      <Notice
        tone="attention"
        action={
          <Button
            onClick={() => {
              setFailed(false);
              begin();
            }}
          >
            {t("common.retry")}
          </Button>
        }
      >
        {t("connection.notLoaded")}
      </Notice>
    );
  return (
    <p className="flex min-h-40 items-center justify-center gap-3 text-14 text-ink-soft">
      <Spinner size={20} />
      {t("common.loading")}
    </p>
  );
}
