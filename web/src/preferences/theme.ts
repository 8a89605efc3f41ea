import type { Observable } from "../call/types";
import { Store } from "../util/store";
import { readStored, writeStored } from "./stored_value";

export type ThemeChoice = "system" | "light" | "dark";

export const themeChoices = ["system", "light", "dark"] as const satisfies readonly ThemeChoice[];

const canvasColors = { light: "#f6f5f2", dark: "#151412" } as const;

export function isThemeChoice(value: string | null): value is ThemeChoice {
  return themeChoices.some((choice) => choice === value);
}

function readChoice(): ThemeChoice {
  const stored = readStored("theme");
  return isThemeChoice(stored) ? stored : "system";
}

const chosen = new Store<ThemeChoice>(readChoice());

export const themeChoice: Observable<ThemeChoice> = chosen;

function systemPrefersDark(): MediaQueryList {
  return matchMedia("(prefers-color-scheme: dark)");
}

function apply(): void {
  const choice = chosen.getSnapshot();
  const dark = choice === "dark" || (choice === "system" && systemPrefersDark().matches);
  const theme = dark ? "dark" : "light";
  document.documentElement.dataset.theme = theme;
  document.querySelector('meta[name="theme-color"]')?.setAttribute("content", canvasColors[theme]);
}

/** Applies the remembered choice and follows the system from now on. */
export function startTheme(): void {
  apply();
  systemPrefersDark().addEventListener("change", apply);
}

export function setTheme(choice: ThemeChoice): void {
  writeStored("theme", choice === "system" ? null : choice);
  chosen.set(choice);
  apply();
}
