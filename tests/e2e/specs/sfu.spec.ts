import { chromium } from "../support/chromium.js";
import { Person } from "../support/person.js";
import { expect, test } from "../support/test.js";

const camera = { width: 320, height: 180, frameRate: 10 };

/** Everybody has a picture and the voice of everybody else, all of it by way of the server. */
async function expectAllBySfu(people: readonly Person[]): Promise<void> {
  const others = people.length - 1;
  await Promise.all(people.map((one) => one.expectMediaFrom(others)));
  await Promise.all(people.map((one) => one.expectPath("sfu", others)));
}

test("six people in one room all see and hear each other", async ({ server, person }) => {
  test.setTimeout(180_000);
  const people: Person[] = [];
  for (const name of ["Aigul", "Bulat", "Salavat", "Zilya", "Ural", "Gulnara"]) {
    const one = await person(name, { camera, viewport: { width: 1024, height: 600 } });
    await one.comeIn(`${server.url}/six`);
    people.push(one);
  }
  await expectAllBySfu(people);
  for (const one of people) {
    for (const other of people) if (other !== one) await expect(one.tile(other.name)).toHaveCount(1);
  }
});

test("a server that is killed and started again has everybody back without a reload", async ({ server, person }) => {
  test.slow();
  const people: Person[] = [];
  for (const name of ["Aigul", "Bulat", "Salavat"]) {
    const one = await person(name, { camera });
    await one.comeIn(`${server.url}/killed`);
    people.push(one);
  }
  await expectAllBySfu(people);

  await server.end("SIGKILL");
  const ended = performance.now();
  await server.run();
  await Promise.all(people.map((one) => one.expectMediaFrom(2)));
  const seconds = (performance.now() - ended) / 1000;
  console.log(`everybody saw and heard everybody ${seconds.toFixed(1)} s after the server was killed`);
  await expectAllBySfu(people);
  for (const one of people) expect((await one.toasts()).join()).not.toContain("left");
});

test.describe("where media goes by the server only", () => {
  test.use({ settings: { MEDIA_PATH: "sfu" } });

  test("two people see and hear each other, also when one has left and come back", async ({ server, person }) => {
    const room = `${server.url}/two`;
    const aigul = await person("Aigul", { camera });
    const bulat = await person("Bulat", { camera });
    await aigul.comeIn(room);
    await bulat.comeIn(room);
    await expectAllBySfu([aigul, bulat]);

    await bulat.press("Leave");
    await expect(aigul.tile("Bulat")).toHaveCount(0);
    await bulat.page.goto(room);
    await bulat.join();
    await expectAllBySfu([aigul, bulat]);

    await bulat.press("Turn the microphone off");
    await aigul.expectSilence();
    await bulat.press("Turn the microphone on");
    await bulat.press("Turn the camera off");
    await aigul.expectNoPictures();
    await bulat.press("Turn the camera on");
    await expectAllBySfu([aigul, bulat]);
  });

  test("a network that blocks UDP lets media through over TCP", async ({ server, person, playwright }) => {
    // This policy leaves a browser without UDP wherever it has no proxy.
    const browser = await playwright.chromium.launch(
      chromium("--webrtc-ip-handling-policy=disable_non_proxied_udp"),
    );
    const bulat = await Person.create(browser, "Bulat", { camera });
    const aigul = await person("Aigul", { camera });
    await aigul.comeIn(`${server.url}/tcp`);
    await bulat.comeIn(`${server.url}/tcp`);
    await expectAllBySfu([aigul, bulat]);
    expect(await aigul.transports()).toEqual(["udp"]);
    expect(await bulat.transports()).toEqual(["tcp"]);
    await bulat.dispose();
    await browser.close();
  });
});
