import { expect, it } from "vitest";
import { listDevices, orderDevices } from "./device_choice";

const devices = ["Loopback", "Built-in", "OBS Virtual Camera", "Headset", "Aigul's iPhone"].map((label) => ({
  id: `id of ${label}`,
  label,
}));

it.each<[string, string | null, string[], string[]]>([
  [
    "likely ones first",
    null,
    [],
    ["Built-in", "Headset", "Loopback", "OBS Virtual Camera", "Aigul's iPhone"],
  ],
  [
    "the preferred one first",
    "Headset",
    [],
    ["Headset", "Built-in", "Loopback", "OBS Virtual Camera", "Aigul's iPhone"],
  ],
  [
    "even an unlikely one",
    "Loopback",
    [],
    ["Loopback", "Built-in", "Headset", "OBS Virtual Camera", "Aigul's iPhone"],
  ],
  [
    "a preference that is not there",
    "Gone",
    [],
    ["Built-in", "Headset", "Loopback", "OBS Virtual Camera", "Aigul's iPhone"],
  ],
  [
    "failed ones last",
    "Headset",
    ["Headset"],
    ["Built-in", "Loopback", "OBS Virtual Camera", "Aigul's iPhone", "Headset"],
  ],
])("%s", (_, preferred, failed, order) => {
  const failedIds = new Set(failed.map((label) => `id of ${label}`));
  expect(orderDevices(devices, preferred, failedIds).map(({ label }) => label)).toEqual(order);
});

it("lists one kind, without what cannot be chosen", () => {
  const device = (kind: MediaDeviceKind, deviceId: string): MediaDeviceInfo => ({
    kind,
    deviceId,
    label: `${deviceId}!`,
    groupId: "",
    toJSON: () => null,
  });
  expect(
    listDevices(
      [
        device("audioinput", "default"),
        device("audioinput", "communications"),
        device("audioinput", ""),
        device("videoinput", "c"),
      ],
      "audioinput",
    ),
  ).toEqual([{ id: "default", label: "default!" }]);
});
