import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { readStored, writeStored } from "../preferences/stored_value";
import en from "./en.json";
import { chooseLanguage, type Language } from "./languages";
import ru from "./ru.json";

declare module "i18next" {
  interface CustomTypeOptions {
    resources: { translation: typeof en };
  }
}

/** Both catalogues come with the page, so that nothing waits and a switch is instant. */
export function startI18n(): void {
  const language = chooseLanguage(readStored("language"), navigator.languages);
  document.documentElement.lang = language;
  void i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: "en",
    resources: { en: { translation: en }, ru: { translation: ru } },
    initAsync: false,
    // Nothing in a visitor’s console that is not about their call.
    showSupportNotice: false,
    // React escapes what it renders.
    interpolation: { escapeValue: false },
  });
}

export function setLanguage(language: Language): void {
  writeStored("language", language);
  document.documentElement.lang = language;
  void i18next.changeLanguage(language);
}
