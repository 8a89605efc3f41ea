import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { FakeDevices } from "./testing";
import { VoiceWatch } from "./voice_watch";

function setUp() {
  const devices = new FakeDevices();
  const speakingChanged = vi.fn();
  const speakingWhileMuted = vi.fn();
  const watch = new VoiceWatch({ devices, speakingChanged, speakingWhileMuted });
  const speakFor = (ms: number, amplitude = 0.5) => {
    for (let passed = 0; passed < ms; passed += 50) {
      devices.voice.emit(amplitude);
      vi.advanceTimersByTime(50);
    }
  };
  return { devices, speakingChanged, speakingWhileMuted, watch, speakFor };
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

it("tells the beginning and the end of speech once each", () => {
  const { speakingChanged, speakFor } = setUp();
  speakFor(2000);
  speakFor(2000, 0);
  expect(speakingChanged.mock.calls).toEqual([[true], [false]]);
});

it("ends speech with the mute, and reminds at most every 10 s", () => {
  const { devices, speakingChanged, speakingWhileMuted, speakFor } = setUp();
  speakFor(500);
  devices.setMicrophone(false);
  speakFor(500, 0.05);
  expect(speakingWhileMuted).not.toHaveBeenCalled();
  expect(speakingChanged).toHaveBeenLastCalledWith(false);
  speakFor(9000);
  expect(speakingWhileMuted).toHaveBeenCalledTimes(1);
  speakFor(2000);
  expect(speakingWhileMuted).toHaveBeenCalledTimes(2);
  expect(speakingChanged).toHaveBeenCalledTimes(2);
});

it("hears nothing after close", () => {
  const { watch, speakingChanged, speakFor } = setUp();
  watch.close();
  speakFor(1000);
  expect(speakingChanged).not.toHaveBeenCalled();
});
