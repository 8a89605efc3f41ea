import type { DeviceInfo } from "../call/types";

/**
 * Devices that exist in software, and phones that offer themselves to a computer nearby: there when nobody means them, and
 * often without sound or picture.
 */
const unlikelyLabels = /virtual|iphone|ipad|blackhole|loopback|\bobs\b/i;

/**
 * In which order to try the devices of a kind: the preferred one (known by its label, because ids change when cookies are
 * cleared), then the browser's own order with unlikely ones behind, and at last those that have just failed.
 */
export function orderDevices(
  devices: readonly DeviceInfo[],
  preferredLabel: string | null,
  failedIds: ReadonlySet<string>,
): DeviceInfo[] {
  const rank = (device: DeviceInfo): number => {
    if (failedIds.has(device.id)) return 3;
    if (preferredLabel !== null && device.label === preferredLabel) return 0;
    return unlikelyLabels.test(device.label) ? 2 : 1;
  };
  // Sorting is stable, so equals stay in the browser's order.
  return [...devices].sort((a, b) => rank(a) - rank(b));
}

/** The devices of one kind as the user may choose them. */
export function listDevices(all: readonly MediaDeviceInfo[], kind: MediaDeviceKind): DeviceInfo[] {
  return (
    all
      // Chromium's "communications" is an alias of another entry; ids are empty before the permission is given.
      .filter(
        (device) => device.kind === kind && device.deviceId !== "" && device.deviceId !== "communications",
      )
      .map((device) => ({ id: device.deviceId, label: device.label }))
  );
}
