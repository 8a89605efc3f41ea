import { readRecording, startRecording, type Continuity } from "../support/continuity.js";
import { captureDetail } from "../support/limit_camera.js";
import { LimitedLine } from "../support/limit.js";
import type { Person } from "../support/person.js";
import { expect, test } from "../support/test.js";

const camera = { width: 640, height: 360, frameRate: 15 };
const large = camera.height;
const small = camera.height / 2;

/** Two tiles one above the other, each too high for the small picture to be preferred. */
const viewport = { width: 900, height: 920 };

/** Less than the large picture and two voices take, more than the small one and two voices do. */
const narrow = 400_000;

test.use({ settings: { MEDIA_PATH: "sfu", MAX_WEBCAM_BITRATE: "500000" } });

/** How many lines the picture on the tile of `other` has as it is received. */
function receivedHeight(viewer: Person, other: Person): Promise<number | undefined> {
  return viewer.page.evaluate(async (name) => {
    const tile = [...document.querySelectorAll("li.tile")].find((one) => one.textContent?.includes(name));
    const shown = [...(tile?.querySelectorAll("video") ?? [])].flatMap(({ srcObject }) =>
      srcObject instanceof MediaStream ? srcObject.getVideoTracks().map(({ id }) => id) : [],
    );
    const { openPeerConnections } = window as unknown as { openPeerConnections: Map<RTCPeerConnection, number> };
    for (const connection of openPeerConnections.keys()) {
      for (const entry of (await connection.getStats()).values()) {
        if (entry.type === "inbound-rtp" && shown.includes(entry.trackIdentifier)) return entry.frameHeight;
      }
    }
    return undefined;
  }, other.name);
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

function tell(when: string, { stillPicture, silence, madeUp }: Continuity): void {
  const text = `${when}: picture still ${stillPicture} ms, voice away ${silence} ms, ${madeUp} ms of it made up`;
  test.info().annotations.push({ type: "continuity", description: text });
  console.log(text);
}

/**
 * Who goes on with the large picture on a line that does not carry it sees it stand still for many seconds; who falls in
 * time, for as long as the queue is full and the keyframe on its way. That is half a second on an idle machine, and how
 * much longer depends on what else it does, as a break before shows. What is said goes on in between.
 */
function expectUnbroken({ stillPicture, silence }: Continuity, before: Continuity): void {
  expect(stillPicture).toBeLessThan(3000 + before.stillPicture);
  expect(silence).toBeLessThan(1000);
}

test("a line that gets narrow brings one viewer the small picture, and the large one when it is wide again", async ({
  server,
  person,
}) => {
  test.setTimeout(240_000);
  const room = `${server.url}/narrow`;
  const speaker = await person("Aigul", { voice: 0, viewport: { width: 640, height: 400 } });
  await speaker.context.addInitScript(captureDetail, camera);
  const other = await person("Bulat", { viewport });
  const viewer = await person("Salavat", { viewport });
  const line = await LimitedLine.of(viewer.context);
  await speaker.comeIn(room);
  for (const one of [other, viewer]) {
    await one.comeIn(room);
    await one.press("Turn the camera off");
  }
  const expectHeights = (expected: readonly number[]) =>
    expect
      .poll(() => Promise.all([viewer, other].map((one) => receivedHeight(one, speaker))), {
        timeout: 60_000,
        intervals: [100],
      })
      .toEqual(expected);
  await expectHeights([large, large]);
  await startRecording(viewer, speaker, 0);
  await viewer.expectFramesOverSameLinks(45);
  await expectHeights([large, large]);
  const wide = await readRecording(viewer, speaker);

  const narrowed = performance.now();
  line.become({ rate: narrow });
  await expectHeights([small, large]);
  const fell = performance.now();
  await viewer.expectFramesOverSameLinks(30);
  const falling = await readRecording(viewer, speaker);
  await viewer.expectFramesOverSameLinks(60);
  await expectHeights([small, large]);
  const low = await readRecording(viewer, speaker);

  const released = performance.now();
  line.become({});
  await expectHeights([large, large]);
  const rose = performance.now();
  await viewer.expectFramesOverSameLinks(30);
  const rising = await readRecording(viewer, speaker);
  await line.dispose();

  tell("wide", wide);
  tell(`narrow, small after ${seconds(fell - narrowed)}`, falling);
  tell("still narrow", low);
  tell(`wide again, large after ${seconds(rose - released)}`, rising);
  for (const continuity of [falling, low, rising]) expectUnbroken(continuity, wide);
});
