export type Language = "en" | "ru";

/** Each language under its own name, as a speaker looks for it. */
export const languageNames: Readonly<Record<Language, string>> = { en: "English", ru: "Русский" };

export const languages = ["en", "ru"] as const satisfies readonly Language[];

/**
 * The language to begin with: the remembered one, else the first of the browser's languages that the
 * catalogue has, else English.
 */
export function chooseLanguage(remembered: string | null, wanted: readonly string[]): Language {
  for (const tag of [remembered ?? "", ...wanted]) {
    const primary = tag.toLowerCase().split("-", 1)[0];
    const match = languages.find((language) => language === primary);
    if (match) return match;
  }
  return "en";
}
