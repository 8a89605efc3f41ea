import { readRecording, startRecording, type Continuity } from "../support/continuity.js";
import type { Person } from "../support/person.js";
import { expect, test } from "../support/test.js";

/** Between the two who stay, one each way. */
interface Figures {
  from: Continuity;
  to: Continuity;
}

async function read(one: Person, other: Person): Promise<Figures> {
  const [from, to] = await Promise.all([readRecording(one, other), readRecording(other, one)]);
  return { from, to };
}

/**
 * An old path that is given up before the new one carries costs seconds: connecting, a keyframe. How much less than that
 * it is depends on the machine, so the figures are told and not judged; idle, they are 300 ms of picture at most and
 * 40 ms of voice.
 */
function expectUnbroken(figures: Figures, before: Figures): void {
  for (const way of ["from", "to"] as const) {
    expect(figures[way].stillPicture).toBeLessThan(Math.max(1500, 5 * before[way].stillPicture));
    expect(figures[way].silence).toBeLessThan(1000);
  }
}

function tell(when: string, { from, to }: Figures): void {
  const words = ({ stillPicture, silence, madeUp }: Continuity) =>
    `picture still ${stillPicture} ms, voice away ${silence} ms, ${madeUp} ms of it made up`;
  const text = `${when}: ${words(from)}; the other way: ${words(to)}`;
  test.info().annotations.push({ type: "continuity", description: text });
  console.log(text);
}

test("two, three and two people again: media changes its path, and nobody notices", async ({ server, person }) => {
  test.setTimeout(180_000);
  const room = `${server.url}/path`;
  const options = { camera: { width: 320, height: 180, frameRate: 20 } };
  const aigul = await person("Aigul", { ...options, voice: 0 });
  const bulat = await person("Bulat", { ...options, voice: 1 });
  const salavat = await person("Salavat", { ...options, voice: 2 });
  await aigul.comeIn(room);
  await bulat.comeIn(room);
  await salavat.open(room);
  await Promise.all([aigul.expectMediaFrom(1), bulat.expectMediaFrom(1)]);
  await Promise.all([aigul.expectPath("p2p", 1), bulat.expectPath("p2p", 1)]);

  await Promise.all([startRecording(aigul, bulat, 1), startRecording(bulat, aigul, 0)]);
  await Promise.all([aigul.expectFramesOverSameLinks(60), bulat.expectFramesOverSameLinks(60)]);
  await read(aigul, bulat);
  await Promise.all([aigul.expectFramesOverSameLinks(60), bulat.expectFramesOverSameLinks(60)]);
  const two = await read(aigul, bulat);
  tell("two, directly", two);

  await salavat.join();
  await Promise.all([aigul, bulat, salavat].map((one) => one.expectMediaFrom(2)));
  await Promise.all([aigul, bulat, salavat].map((one) => one.expectPath("sfu", 2)));
  await Promise.all([aigul, bulat, salavat].map((one) => one.expectMediaFrom(2)));
  const there = await read(aigul, bulat);
  tell("three, the change to the SFU", there);
  expectUnbroken(there, two);
  await Promise.all([aigul.expectFramesOverSameLinks(60), bulat.expectFramesOverSameLinks(60)]);
  const three = await read(aigul, bulat);
  tell("three, by the SFU", three);

  await salavat.press("Leave");
  await Promise.all([aigul.expectPath("p2p", 1), bulat.expectPath("p2p", 1)]);
  await Promise.all([aigul.expectMediaFrom(1), bulat.expectMediaFrom(1)]);
  const back = await read(aigul, bulat);
  tell("two, the change back", back);
  expectUnbroken(back, three);
  await expect(aigul.tile("Salavat")).toHaveCount(0);

  // What finds no gap has to be able to find one.
  await bulat.press("Turn the microphone off");
  await bulat.press("Turn the camera off");
  await aigul.expectSilence();
  const gone = await readRecording(aigul, bulat);
  expect(gone.silence).toBeGreaterThan(1000);
  expect(gone.stillPicture).toBeGreaterThan(1000);
});
