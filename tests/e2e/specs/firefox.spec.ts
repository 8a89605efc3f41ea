import { networkInterfaces } from "node:os";

import { Firefox } from "../support/firefox.js";
import { FirefoxPerson } from "../support/firefox_person.js";
import { expect, test as base } from "../support/test.js";
import type { Path, Witness } from "../support/witness.js";

const hasNetwork = Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ internal }) => !internal));

const camera = { width: 320, height: 180, frameRate: 10 };

interface Fixtures {
  /** Makes a person with a Firefox, whose profile is closed after the test. */
  firefoxPerson: (name: string) => Promise<FirefoxPerson>;
}

interface WorkerFixtures {
  firefox: Firefox;
}

const test = base.extend<Fixtures, WorkerFixtures>({
  firefox: [
    async ({}, use) => {
      const firefox = await Firefox.start();
      await use(firefox);
      await firefox.end();
    },
    { scope: "worker" },
  ],
  firefoxPerson: async ({ firefox }, use, testInfo) => {
    const people: FirefoxPerson[] = [];
    await use(async (name) => {
      const person = await FirefoxPerson.create(firefox.browser, name, camera);
      people.push(person);
      return person;
    });
    for (const person of people) {
      if (testInfo.status !== testInfo.expectedStatus) {
        const body = Buffer.from(await person.page.screenshot());
        await testInfo.attach(`${person.name} in Firefox`, { body, contentType: "image/png" });
      }
      await person.dispose();
    }
  },
});

// Firefox never connects to a loopback address, whatever its preferences say, so the SFU has to have another one.
test.skip(!hasNetwork, "Firefox does not connect over the loopback interface, and there is no other.");

test.use({ settings: { LISTEN: "0.0.0.0:0" } });

/** Everybody sees and hears everybody else, by this path only. */
async function expectAll(people: readonly Witness[], path: Path): Promise<void> {
  const others = people.length - 1;
  await Promise.all(people.map((one) => one.expectPath(path, others)));
  await Promise.all(people.map((one) => one.expectMediaFrom(others)));
}

test("two people, one of them with Firefox, meet directly and part", async ({ server, person, firefoxPerson }) => {
  const room = `${server.url}/two`;
  const aigul = await person("Aigul", { camera });
  const bulat = await firefoxPerson("Bulat");
  await aigul.comeIn(room);
  await bulat.comeIn(room);
  await expectAll([aigul, bulat], "p2p");

  await bulat.press("Turn the microphone off");
  await expect(aigul.tile("Bulat").getByText("microphone off")).toBeAttached();
  await aigul.expectSilence();
  await bulat.press("Turn the microphone on");
  await aigul.press("Turn the microphone off");
  await expect(aigul.tile("Bulat").getByText("microphone off")).not.toBeAttached();
  await expect
    .poll(() => bulat.tiles("Aigul"))
    .toEqual([expect.objectContaining({ text: expect.stringContaining("microphone off") })]);
  await bulat.expectSilence();
  await aigul.press("Turn the microphone on");
  await expectAll([aigul, bulat], "p2p");

  await aigul.press("Leave");
  await bulat.expectToast("Aigul left");
  await expect.poll(() => bulat.tiles("Aigul")).toEqual([]);
});

test("with a third person the three meet by the server, and without it directly again", async ({
  server,
  person,
  firefoxPerson,
}) => {
  test.slow();
  const room = `${server.url}/three`;
  const aigul = await person("Aigul", { camera });
  const bulat = await firefoxPerson("Bulat");
  const salavat = await person("Salavat", { camera });
  const all = [aigul, bulat, salavat];
  await aigul.comeIn(room);
  await bulat.comeIn(room);
  await expectAll([aigul, bulat], "p2p");
  await salavat.comeIn(room);
  await expectAll(all, "sfu");

  await aigul.press("Share the screen");
  await expect.poll(async () => (await bulat.tiles("Screen of Aigul"))[0]?.pictureWidth).toBeGreaterThan(0);
  await aigul.press("Stop sharing");
  await expect.poll(() => bulat.tiles("Screen of Aigul")).toEqual([]);

  await bulat.press("Turn the microphone off");
  await bulat.press("Turn the camera off");
  for (const one of [aigul, salavat]) {
    await expect(one.tile("Bulat").getByText("microphone off")).toBeAttached();
    await expect(one.tile("Bulat").locator("video")).toHaveCount(0);
  }
  await bulat.press("Turn the microphone on");
  await bulat.press("Turn the camera on");
  await expectAll(all, "sfu");

  await salavat.press("Leave");
  await expectAll([aigul, bulat], "p2p");
  await expect.poll(() => bulat.tiles("Salavat")).toEqual([]);
});
