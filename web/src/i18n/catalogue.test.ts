import { describe, expect, it } from "vitest";
import en from "./en.json";
import { chooseLanguage } from "./languages";
import ru from "./ru.json";

type Catalogue = { [key: string]: string | Catalogue };

const catalogues: Record<string, Catalogue> = { en, ru };
const pluralEnding = /_(zero|one|two|few|many|other)$/;

function flatten(catalogue: Catalogue, prefix = ""): Map<string, string> {
  const flat = new Map<string, string>();
  for (const [key, value] of Object.entries(catalogue)) {
    if (typeof value === "string") flat.set(prefix + key, value);
    else for (const [inner, text] of flatten(value, `${prefix}${key}.`)) flat.set(inner, text);
  }
  return flat;
}

function baseKeys(catalogue: Catalogue): string[] {
  return [...new Set([...flatten(catalogue).keys()].map((key) => key.replace(pluralEnding, "")))].sort();
}

function placeholders(text: string): string[] {
  return [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1] ?? "").sort();
}

describe("the catalogues", () => {
  it("have the same keys", () => {
    expect(baseKeys(ru)).toEqual(baseKeys(en));
  });

  it.each(Object.entries(catalogues))("%s has every plural form of its language", (language, catalogue) => {
    const wanted = [...new Intl.PluralRules(language).resolvedOptions().pluralCategories].sort();
    const forms = new Map<string, string[]>();
    for (const key of flatten(catalogue).keys()) {
      const form = pluralEnding.exec(key)?.[1];
      if (!form) continue;
      const base = key.replace(pluralEnding, "");
      forms.set(base, [...(forms.get(base) ?? []), form]);
    }
    expect(forms.size).toBeGreaterThan(0);
    for (const [base, found] of forms) expect([base, found.sort()]).toEqual([base, wanted]);
  });

  it("use the same placeholders in each text", () => {
    const english = flatten(en);
    for (const [key, text] of flatten(ru)) {
      const counterpart = english.get(key) ?? english.get(key.replace(pluralEnding, "_other"));
      expect([key, placeholders(text)]).toEqual([key, placeholders(counterpart ?? "")]);
    }
  });

  it.each(Object.entries(catalogues))("%s has no empty text and no exclamation mark", (_, catalogue) => {
    for (const [key, text] of flatten(catalogue)) {
      expect([key, text.trim() === text && text !== "" && !text.includes("!")]).toEqual([key, true]);
    }
  });

  it("is Cyrillic where it is Russian", () => {
    for (const [key, text] of flatten(ru)) {
      const words = text.replace(/\{\{\w+\}\}/g, "");
      expect([key, /[а-яё]/i.test(words) || !/[a-z]/i.test(words)]).toEqual([key, true]);
    }
  });
});

describe("chooseLanguage", () => {
  it("prefers what was chosen before", () => {
    expect(chooseLanguage("ru", ["en-US"])).toBe("ru");
  });

  it("takes the first language of the browser that the catalogue has", () => {
    expect(chooseLanguage(null, ["ba-RU", "ru-RU", "en"])).toBe("ru");
    expect(chooseLanguage(null, ["de", "EN-gb", "ru"])).toBe("en");
  });

  it("falls back to English", () => {
    expect(chooseLanguage(null, ["de", "fr"])).toBe("en");
    expect(chooseLanguage("xx", [])).toBe("en");
  });
});
