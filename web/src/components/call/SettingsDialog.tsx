import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Devices } from "../../call/types";
import { useObservable } from "../../hooks/use_observable";
import { setLanguage } from "../../i18n";
import { languageNames, languages } from "../../i18n/languages";
import { setSingleKeys, singleKeys } from "../../preferences/single_keys";
import { isThemeChoice, setTheme, themeChoice, themeChoices } from "../../preferences/theme";
import { DeviceChoice } from "../DeviceChoice";
import { DeviceProblems } from "../DeviceProblems";
import { Dialog } from "../ui/Dialog";
import { SelectField } from "../ui/SelectField";
import { Switch } from "../ui/Switch";

interface Props {
  devices: Devices;
  onClose: () => void;
  returnFocusTo: () => HTMLElement | null;
  notices: ReactNode;
}

export function SettingsDialog({ devices, onClose, returnFocusTo, notices }: Props) {
  const { t, i18n } = useTranslation();
  const theme = useObservable(themeChoice);
  const single = useObservable(singleKeys);

  return (
    <Dialog title={t("settings.title")} onClose={onClose} returnFocusTo={returnFocusTo} notices={notices}>
      <section className="flex flex-col gap-3">
        <h3 className="text-14 font-semibold">{t("settings.devices")}</h3>
        <DeviceProblems devices={devices} />
        <DeviceChoice devices={devices} />
      </section>
      <section className="flex flex-col gap-3 border-t border-line pt-4">
        <h3 className="text-14 font-semibold">{t("settings.appearance")}</h3>
        <div className="grid grid-cols-2 gap-3">
          <SelectField
            label={t("language.switch")}
            icon="globe"
            value={i18n.language}
            options={languages.map((language) => ({ value: language, label: languageNames[language] }))}
            onChange={(value) => {
              const chosen = languages.find((language) => language === value);
              if (chosen) setLanguage(chosen);
            }}
          />
          <SelectField
            label={t("theme.label")}
            icon="theme"
            value={theme}
            options={themeChoices.map((choice) => ({ value: choice, label: t(`theme.${choice}`) }))}
            onChange={(value) => {
              if (isThemeChoice(value)) setTheme(value);
            }}
          />
        </div>
      </section>
      <section className="border-t border-line pt-4 pointer-coarse:hidden">
        <Switch
          label={t("settings.singleKeys")}
          hint={t("settings.singleKeysHint")}
          checked={single}
          onChange={setSingleKeys}
        />
      </section>
    </Dialog>
  );
}
