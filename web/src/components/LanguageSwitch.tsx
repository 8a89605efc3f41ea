import { useTranslation } from "react-i18next";
import { setLanguage } from "../i18n";
import { languageNames, type Language } from "../i18n/languages";

/** With two languages one press is enough: the button bears the other language's own name. */
export function LanguageSwitch() {
  const { i18n } = useTranslation();
  const other: Language = i18n.language === "ru" ? "en" : "ru";
  return (
    <button
      type="button"
      lang={other}
      onClick={() => setLanguage(other)}
      className="touch-target rounded-control px-3 text-14 font-medium transition-colors duration-150 hover:bg-sunken"
    >
      {languageNames[other]}
    </button>
  );
}
