import { expect, it } from "vitest";
import type { ClientConfig } from "../api/client";
import { cameraLimits, preferVp8, screenLimits } from "./encodings";

const config: ClientConfig = {
  version: "",
  iceServers: [],
  maxWebcamBitrate: 2_400_000,
  maxWebcamFramerate: 24,
  maxWebcamQualityLevel: 1080,
  hasFeedback: false,
  maxApiHistory: 100,
  traceLink: "",
  hasUserDirectory: false,
  hasAi: false,
};

const trackOf = (width?: number, height?: number) =>
  ({ getSettings: () => ({ width, height }) }) as MediaStreamTrack;

it.each([
  ["alone", 1, trackOf(1280, 720), 2_400_000, 1],
  ["two", 2, trackOf(1280, 720), 2_400_000, 1],
  ["three", 3, trackOf(1280, 720), 1_200_000, 720 / 540],
  ["four", 4, trackOf(1280, 720), 800_000, 1.5],
  ["more than the path is made for", 6, trackOf(1280, 720), 480_000, 1.5],
  ["a phone held upright", 4, trackOf(720, 1280), 800_000, 1.5],
  ["a large camera", 2, trackOf(3840, 2160), 2_400_000, 2],
  ["a small camera is not scaled up", 4, trackOf(320, 240), 800_000, 1],
  ["a size that the browser does not tell", 4, trackOf(), 800_000, 1],
  ["no camera", 4, null, 800_000, 1],
])("limits of a camera: %s", (_, people, track, maxBitrate, scaleResolutionDownBy) => {
  expect(cameraLimits(config, people, track)).toEqual({
    maxBitrate,
    maxFramerate: 24,
    scaleResolutionDownBy,
  });
});

it("keeps to the operator's quality level", () => {
  const limits = cameraLimits({ ...config, maxWebcamQualityLevel: 360 }, 2, trackOf(1280, 720));
  expect(limits.scaleResolutionDownBy).toBe(2);
});

it.each([
  [2, 2_500_000],
  [3, 1_250_000],
  [4, 1_000_000],
])("the screen for %i people has %i bit/s in full size", (people, maxBitrate) => {
  expect(screenLimits(people)).toEqual({ maxBitrate, maxFramerate: 15, scaleResolutionDownBy: 1 });
});

it("puts VP8 first and loses no codec", () => {
  const codecs = ["video/VP9", "video/rtx", "video/VP8", "video/H264"].map((mimeType) => ({
    mimeType,
    clockRate: 90_000,
  }));
  expect(preferVp8(codecs).map(({ mimeType }) => mimeType)).toEqual([
    "video/VP8",
    "video/VP9",
    "video/rtx",
    "video/H264",
  ]);
});
