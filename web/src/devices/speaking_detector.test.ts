import { expect, it } from "vitest";
import { SpeakingDetector } from "./speaking_detector";

/** Pairs of the time in ms and the amplitude; the answer to the last one counts. */
it.each<[string, [number, number][], boolean]>([
  ["silence", [[0, 0]], false],
  ["a quiet noise does not start", [[0, 0.1]], false],
  ["a loud voice starts", [[0, 0.11]], true],
  [
    "a voice goes on quietly",
    [
      [0, 0.2],
      [900, 0.03],
      [1800, 0.03],
    ],
    true,
  ],
  [
    "a pause shorter than 1 s belongs to speech",
    [
      [0, 0.2],
      [999, 0],
    ],
    true,
  ],
  [
    "a second of quiet ends it",
    [
      [0, 0.2],
      [1000, 0.02],
    ],
    false,
  ],
  [
    "quiet does not start it again",
    [
      [0, 0.2],
      [1000, 0],
      [1100, 0.05],
    ],
    false,
  ],
  [
    "a loud voice starts it again",
    [
      [0, 0.2],
      [1000, 0],
      [1100, 0.5],
    ],
    true,
  ],
  [
    "a late look after a long time",
    [
      [0, 0.2],
      [60_000, 0.01],
    ],
    false,
  ],
])("%s", (_, heard, speaking) => {
  const detector = new SpeakingDetector();
  const answers = heard.map(([time, amplitude]) => detector.hear(amplitude, time));
  expect(answers.at(-1)).toBe(speaking);
});

it("has to be spoken up for after a reset", () => {
  const detector = new SpeakingDetector();
  detector.hear(0.5, 0);
  detector.reset();
  expect(detector.hear(0.05, 50)).toBe(false);
});
