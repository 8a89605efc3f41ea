import { useTranslation } from "react-i18next";
import type { DeviceInfo, Devices } from "../call/types";
import { useObservable } from "../hooks/use_observable";
import { LevelMeter } from "./LevelMeter";
import { SelectField, type Option } from "./ui/SelectField";

/** Which camera, microphone and speaker to use, for the lobby and for the settings in a call. */
export function DeviceChoice({ devices }: { devices: Devices }) {
  const { t } = useTranslation();
  const snapshot = useObservable(devices);

  // Without permission browsers hide the names, and some even the identifiers.
  const toOptions = (infos: readonly DeviceInfo[]): Option[] =>
    infos
      .filter((info) => info.id !== "")
      .map((info, index) => ({
        value: info.id,
        label: info.label || t("lobby.deviceUnnamed", { number: index + 1 }),
      }));
  const orDefault = (options: Option[]): Option[] =>
    options.length > 0 ? options : [{ value: "", label: t("lobby.systemDefault") }];

  const cameras = orDefault(toOptions(snapshot.cameras));
  const microphones = orDefault(toOptions(snapshot.microphones));
  const speakers = toOptions(snapshot.speakers);

  return (
    <div className="grid gap-3">
      <SelectField
        label={t("lobby.camera")}
        icon="camera"
        value={snapshot.camera.deviceId ?? ""}
        options={cameras}
        disabled={cameras.length < 2}
        onChange={(id) => devices.chooseCamera(id)}
      />
      <div className="grid gap-2">
        <SelectField
          label={t("lobby.microphone")}
          icon="mic"
          value={snapshot.microphone.deviceId ?? ""}
          options={microphones}
          disabled={microphones.length < 2}
          onChange={(id) => devices.chooseMicrophone(id)}
        />
        <LevelMeter devices={devices} />
      </div>
      {speakers.length > 0 ? (
        <SelectField
          label={t("lobby.speaker")}
          icon="speaker"
          value={snapshot.speakerId ?? ""}
          options={speakers}
          disabled={speakers.length < 2}
          onChange={(id) => devices.chooseSpeaker(id)}
        />
      ) : null}
    </div>
  );
}
