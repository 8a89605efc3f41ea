import { Component, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "./ui/Button";

function CrashMessage() {
  const { t } = useTranslation();
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-120 flex-col items-start justify-center gap-4 p-6">
      <h1 className="text-28 font-semibold">{t("crash.title")}</h1>
      <p className="text-16 text-ink-soft">{t("crash.text")}</p>
      <Button kind="primary" onClick={() => location.reload()}>
        {t("crash.reload")}
      </Button>
    </main>
  );
}

/** The last resort: a fault in rendering shows words and a way out, not an empty page. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    return this.state.failed ? <CrashMessage /> : this.props.children;
  }
}
