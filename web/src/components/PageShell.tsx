import { useTranslation } from "react-i18next";
import { Link, Outlet } from "react-router";
import { LanguageSwitch } from "./LanguageSwitch";
import { ThemeSwitch } from "./ThemeSwitch";
import { Logo } from "./ui/Logo";

/** The frame of every page but the call itself. */
export function PageShell() {
  const { t } = useTranslation();
  return (
    <div className="flex min-h-dvh flex-col bg-canvas">
      <a
        href="#content"
        className="absolute top-2 left-2 z-20 -translate-y-20 rounded-control bg-surface px-4 py-2 text-14 shadow-float focus:translate-y-0"
      >
        {t("shell.skip")}
      </a>
      <header className="flex items-center justify-between gap-2 px-4 py-3 sm:px-6">
        <Link
          to="/"
          className="touch-target inline-flex items-center gap-2 rounded-control text-16 font-semibold"
        >
          <Logo size={32} />
          <span>Akbuzat</span>
          <span className="sr-only">{t("shell.startPage")}</span>
        </Link>
        <div className="flex items-center gap-1">
          <LanguageSwitch />
          <ThemeSwitch />
        </div>
      </header>
      <main
        id="content"
        tabIndex={-1}
        className="flex flex-1 flex-col px-4 py-4 outline-none sm:px-6 sm:py-8"
      >
        <Outlet />
      </main>
      <footer className="px-4 py-3 sm:px-6">
        <nav aria-label={t("footer.label")} className="flex justify-center gap-4 text-12 text-ink-soft">
          <Link
            to="/legal/terms"
            className="touch-target inline-flex items-center justify-center px-1 hover:text-ink hover:underline"
          >
            {t("footer.terms")}
          </Link>
          <Link
            to="/legal/privacy"
            className="touch-target inline-flex items-center justify-center px-1 hover:text-ink hover:underline"
          >
            {t("footer.privacy")}
          </Link>
        </nav>
      </footer>
    </div>
  );
}
