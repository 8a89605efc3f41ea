import { useTranslation } from "react-i18next";
import type { Devices } from "../call/types";
import { useObservable } from "../hooks/use_observable";
import { Button } from "./ui/Button";
import { Notice } from "./ui/Notice";

const kinds = ["microphone", "camera"] as const;

/** These concern the page as a whole, so they are said once for both devices. */
const shared = ["permissionDenied", "notSupported", "insecureContext"] as const;

/** Nothing that the visitor does on this page would help. */
const incurable: ReadonlySet<string> = new Set(["notSupported", "insecureContext"]);

/** What is wrong with microphone or camera, what to do, and the button to press then. */
export function DeviceProblems({ devices }: { devices: Devices }) {
  const { t } = useTranslation();
  const snapshot = useObservable(devices);
  const failed = kinds
    .filter((kind) => snapshot[kind].state === "failed")
    .map((kind) => ({ kind, problem: snapshot[kind].problem ?? "unknown" }));
  const common = shared.find(
    (problem) => failed.length === kinds.length && failed.every((one) => one.problem === problem),
  );
  const notices = common
    ? [{ text: t(`problem.both.${common}`), problem: common, affected: [...kinds] }]
    : failed.map(({ kind, problem }) => ({
        text: t(`problem.${kind}.${problem}`),
        problem,
        affected: [kind],
      }));

  const retry = (affected: readonly (typeof kinds)[number][]) => {
    for (const kind of affected) devices.retry(kind);
  };

  return (
    <div role="status" className="grid gap-3 empty:hidden">
      {notices.map(({ text, problem, affected }) => (
        <Notice
          key={affected.join()}
          tone="attention"
          action={
            incurable.has(problem) ? undefined : (
              <Button onClick={() => retry(affected)}>{t("common.retry")}</Button>
            )
          }
        >
          {text}
        </Notice>
      ))}
    </div>
  );
}
