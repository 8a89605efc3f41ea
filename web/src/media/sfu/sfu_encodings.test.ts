import { expect, it } from "vitest";
import type { ClientConfig } from "../../api/client";
import { sfuEncodings } from "./sfu_encodings";

const config: ClientConfig = {
  version: "",
  iceServers: [],
  maxWebcamBitrate: 2_500_000,
  maxWebcamFramerate: 30,
  maxWebcamQualityLevel: 1080,
  hasFeedback: false,
  maxApiHistory: 100,
  traceLink: "",
  hasUserDirectory: false,
  hasAi: false,
};

const trackOf = (width: number, height: number) =>
  ({ getSettings: () => ({ width, height }) }) as MediaStreamTrack;

it("sends a camera in two sizes", () => {
  expect(sfuEncodings("camera", trackOf(1280, 720), config, false)).toEqual([
    { rid: "a", active: true, maxBitrate: 1_300_000, maxFramerate: 30, scaleResolutionDownBy: 1 },
    { rid: "b", active: true, maxBitrate: 500_000, maxFramerate: 24, scaleResolutionDownBy: 2 },
  ]);
});

it("keeps to what the operator allows, in both sizes", () => {
  const modest = { ...config, maxWebcamBitrate: 650_000, maxWebcamFramerate: 15, maxWebcamQualityLevel: 360 };
  expect(sfuEncodings("camera", trackOf(1280, 720), modest, false)).toEqual([
    { rid: "a", active: true, maxBitrate: 650_000, maxFramerate: 15, scaleResolutionDownBy: 2 },
    { rid: "b", active: true, maxBitrate: 250_000, maxFramerate: 15, scaleResolutionDownBy: 4 },
  ]);
});

it("sends only the small size of a camera over a line that is dear", () => {
  const encodings = sfuEncodings("camera", null, config, true);
  expect(encodings.map(({ rid, active }) => [rid, active])).toEqual([
    ["a", false],
    ["b", true],
  ]);
});

it("sends a screen in one size, whole", () => {
  expect(sfuEncodings("screen", null, config, true)).toEqual([
    { maxBitrate: 2_500_000, maxFramerate: 15, scaleResolutionDownBy: 1 },
  ]);
});
