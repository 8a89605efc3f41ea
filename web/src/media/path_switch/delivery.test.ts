import { expect, it } from "vitest";
import { mediaKinds, type MediaStats } from "../media_path";
import { Delivery } from "./delivery";

type Look = Partial<MediaStats["framesDecoded"] & MediaStats["voice"]>;

const statsOf = ({ camera = 0, screen = 0, packets = 0, samples = 0, concealed = 0 }: Look): MediaStats => ({
  bytesReceived: { audio: 0, camera: 0, screen: 0 },
  packetsLost: 0,
  framesDecoded: { camera, screen },
  voice: { packets, samples, concealed },
});

const voice = (packets: number, samples: number, concealed = 0): Look => ({ packets, samples, concealed });

it.each<[string, Look[], string[]]>([
  ["nothing", [{}, {}, {}], []],
  ["frames that were decoded before", [{ camera: 9 }, { camera: 9 }], []],
  ["a frame more", [{ camera: 9 }, { camera: 10 }], ["camera"]],
  [
    "the frames of a new connection, counted from nothing",
    [{ camera: 9 }, { camera: 1 }, { camera: 2 }],
    ["camera"],
  ],
  ["a screen on which nothing moves", [{ screen: 1 }, { screen: 1 }], ["screen"]],
  ["a voice", [voice(0, 0), voice(5, 4800), voice(10, 9600)], ["audio"]],
  ["a voice that has only begun", [voice(0, 0), voice(5, 4800)], []],
  ["a voice that nobody plays yet", [voice(0, 0), voice(5, 0), voice(10, 0)], ["audio"]],
  ["stray packets", [voice(0, 0), voice(1, 4800), voice(2, 9600), voice(3, 14_400)], []],
  ["a voice that is made up", [voice(0, 0), voice(5, 4800, 4000), voice(10, 9600, 8000)], []],
  [
    "a voice that was made up at first",
    [voice(0, 0), voice(5, 4800, 4000), voice(10, 9600, 4100), voice(15, 14_400, 4100)],
    ["audio"],
  ],
  ["a voice with a gap", [voice(0, 0), voice(5, 4800), voice(10, 9600, 4000), voice(15, 14_400, 4000)], []],
])("finds delivered: %s", (_, looks, kinds) => {
  const delivery = new Delivery();
  for (const look of looks) delivery.look(statsOf(look));
  expect(mediaKinds.filter((kind) => delivery.has(kind))).toEqual(kinds);
  expect(delivery.isComplete).toBe(false);
});

it("stays with what it found", () => {
  const delivery = new Delivery();
  for (const camera of [1, 2, 2]) delivery.look(statsOf({ camera }));
  expect(delivery.has("camera")).toBe(true);
});
