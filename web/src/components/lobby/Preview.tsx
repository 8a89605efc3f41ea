import { useTranslation } from "react-i18next";
import type { Devices } from "../../call/types";
import { useObservable } from "../../hooks/use_observable";
import { CaptureToggles } from "../CaptureToggles";
import { Initial } from "../Initial";
import { Button } from "../ui/Button";
import { Spinner } from "../ui/Spinner";
import { VideoView } from "../VideoView";

/** How the others will see the visitor, as in a mirror; before that, why the browser is about to ask. */
export function Preview({ devices, name }: { devices: Devices; name: string }) {
  const { t } = useTranslation();
  const snapshot = useObservable(devices);

  if (snapshot.permission === "prompt") {
    return (
      <div className="stage-theme flex min-h-72 flex-col items-center justify-center gap-3 rounded-card bg-surface p-6 text-center text-ink sm:aspect-video">
        <h2 className="text-20 font-semibold">{t("lobby.askTitle")}</h2>
        <p className="max-w-100 text-14 text-pretty text-ink-soft">{t("lobby.askText")}</p>
        <Button kind="primary" className="my-1" onClick={() => void devices.requestPermission()}>
          {t("lobby.askAction")}
        </Button>
        <p className="max-w-100 text-12 text-pretty text-ink-soft">{t("lobby.askSkip")}</p>
      </div>
    );
  }

  const { state } = snapshot.camera;
  const note =
    state === "starting"
      ? "lobby.previewStarting"
      : state === "failed"
        ? "toast.cameraFailed"
        : "lobby.previewOff";
  return (
    <div className="stage-theme relative aspect-video overflow-hidden rounded-card bg-surface text-ink">
      {snapshot.cameraPreview ? (
        <VideoView stream={snapshot.cameraPreview} label={t("lobby.preview")} mirrored fit="whole" />
      ) : (
        <div className="absolute inset-0 flex flex-col items-center justify-center gap-3 pb-12">
          <Initial name={name} size="72px" />
          <p className="flex items-center gap-2 text-14 text-ink-soft">
            {state === "starting" ? <Spinner size={16} /> : null}
            {t(note)}
          </p>
        </div>
      )}
      <div className="absolute inset-x-0 bottom-3 flex justify-center gap-3">
        <CaptureToggles devices={devices} />
      </div>
    </div>
  );
}
