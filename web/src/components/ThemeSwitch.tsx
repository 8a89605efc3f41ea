import { useTranslation } from "react-i18next";
import { useObservable } from "../hooks/use_observable";
import { isThemeChoice, setTheme, themeChoice, themeChoices } from "../preferences/theme";
import { Icon } from "./ui/Icon";

/** An icon to look at, with the browser's own select lying over it. */
export function ThemeSwitch() {
  const { t } = useTranslation();
  const theme = useObservable(themeChoice);
  return (
    <span className="touch-target relative inline-flex w-10 items-center justify-center rounded-control transition-colors duration-150 focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-focus hover:bg-sunken">
      <Icon name="theme" />
      <select
        aria-label={t("theme.label")}
        title={t("theme.label")}
        value={theme}
        onChange={(event) => {
          const choice = event.target.value;
          if (isThemeChoice(choice)) setTheme(choice);
        }}
        className="absolute inset-0 size-full appearance-none bg-surface text-ink opacity-0"
      >
        {themeChoices.map((choice) => (
          <option key={choice} value={choice}>
            {t(`theme.${choice}`)}
          </option>
        ))}
      </select>
    </span>
  );
}
