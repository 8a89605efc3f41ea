import { inspect } from "../support/inspect.js";
import { expect, test } from "../support/test.js";

test("two people meet by a link, hear and see each other, and part", async ({ server, person }) => {
  const aigul = await person("Айгуль");
  await aigul.open(server.url);
  await aigul.page.getByRole("link", { name: "New room" }).or(aigul.page.getByRole("button", { name: "New room" })).click();
  await expect(aigul.page.getByText("Nobody is here yet")).toBeVisible();
  await aigul.join();
  await expect(aigul.page.getByText("You are the only one here")).toBeVisible();
  const link = aigul.page.url().replace(/\/room$/, "");

  const bulat = await person("Bulat");
  await bulat.open(link);
  await expect(bulat.page.getByText("1 person is in the call")).toBeVisible();
  await bulat.join();
  await expect(aigul.tile("Bulat")).toHaveCount(1);
  await expect(bulat.tile("Айгуль")).toHaveCount(1);
  await aigul.expectToast("Bulat joined");
  await Promise.all([aigul.expectMediaFrom(1), bulat.expectMediaFrom(1)]);

  // Microphone off and on again: the others see it, and no sound leaves.
  await bulat.press("Turn the microphone off");
  await expect(aigul.tile("Bulat").getByText("microphone off")).toBeAttached();
  await aigul.expectSilence();
  await bulat.press("Turn the microphone on");
  await expect(aigul.tile("Bulat").getByText("microphone off")).not.toBeAttached();
  await aigul.expectMediaFrom(1);

  // Camera off and on again.
  await bulat.press("Turn the camera off");
  await expect(aigul.tile("Bulat").locator("video")).toHaveCount(0);
  await aigul.expectNoPictures();
  await bulat.press("Turn the camera on");
  await expect(aigul.tile("Bulat").locator("video")).toHaveCount(1);
  await aigul.expectMediaFrom(1);

  await bulat.press("Raise the hand");
  await aigul.expectToast("Bulat raised a hand");
  await bulat.press("Leave");
  await aigul.expectToast("Bulat left");
  await expect(aigul.page.getByText("You are the only one here")).toBeVisible();
  await expect(bulat.page.getByRole("heading", { name: "You left the call" })).toBeVisible();
  await bulat.page.getByRole("button", { name: "No, all was well" }).click();
  await expect(bulat.page.getByText("Hello, Bulat")).toBeVisible();
});

test("one mutes another, who alone can speak again", async ({ server, person }) => {
  const room = `${server.url}/mute-room`;
  const aigul = await person("Aigul");
  const bulat = await person("Bulat");
  await aigul.comeIn(room);
  await bulat.comeIn(room);
  await expect(aigul.tile("Bulat")).toHaveCount(1);
  await aigul.expectMediaFrom(1);
  await aigul.press("More");
  await aigul.page.getByRole("menuitem", { name: "Participants" }).click();
  await aigul.page.getByRole("button", { name: "Mute Bulat" }).click();
  await aigul.page.getByRole("button", { name: "Mute", exact: true }).click();
  await bulat.expectToast("Somebody turned your microphone off");
  await aigul.expectSilence();
  await aigul.page.keyboard.press("Escape");
  await expect(aigul.tile("Bulat").getByText("microphone off")).toBeAttached();
  await bulat.press("Turn the microphone on");
  await expect(aigul.tile("Bulat").getByText("microphone off")).not.toBeAttached();
  await aigul.expectMediaFrom(1);
});

test.describe("where media goes directly only", () => {
  test.use({ settings: { MEDIA_PATH: "p2p" } });

  test("three people see and hear each other, and a fourth is the last who fits", async ({ server, person }) => {
    test.slow();
    const room = `${server.url}/three`;
    const people = [await person("Aigul"), await person("Bulat"), await person("Salavat")];
    for (const one of people) await one.comeIn(room);
    await Promise.all(people.map((one) => one.expectMediaFrom(2)));
    await Promise.all(people.map((one) => one.expectPath("p2p", 2)));
    for (const one of people) {
      for (const other of people) {
        if (other !== one) await expect(one.tile(other.name)).toHaveCount(1);
      }
    }
    const fourth = await person("Zilya");
    await fourth.comeIn(room);
    await fourth.expectMediaFrom(3);
    const fifth = await person("Late");
    await fifth.open(room);
    await expect(fifth.page.getByText("The call is full")).toBeVisible();
    await expect(fifth.page.getByRole("button", { name: "Join", exact: true })).toBeDisabled();
    await inspect(fifth.page, "lobby-full");
  });
});

test("a shared screen reaches the others", async ({ server, person }) => {
  const room = `${server.url}/share`;
  const aigul = await person("Aigul");
  const bulat = await person("Bulat");
  await aigul.comeIn(room);
  await bulat.comeIn(room);
  await aigul.expectMediaFrom(1);
  await bulat.press("Share the screen");
  await expect(aigul.tile("Screen of Bulat").locator("video")).toHaveCount(1);
  await expect
    .poll(() => aigul.tile("Screen of Bulat").locator("video").evaluate((video: HTMLVideoElement) => video.videoWidth))
    .toBeGreaterThan(0);
  await bulat.press("Stop sharing");
  await expect(aigul.tile("Screen of Bulat")).toHaveCount(0);
});

test("a link on another site leads a known visitor straight to the lobby", async ({ server, person }) => {
  const { page } = await person("Aigul");
  await page.goto(server.url);
  await page.getByLabel("Your name").fill("Aigul");
  await page.keyboard.press("Enter");
  await expect(page.getByText("Hello, Aigul")).toBeVisible();
  // A page of no site at all is another site: the browser keeps the cookie back.
  await page.goto("about:blank");
  await page.setContent(`<a href="${server.url}/invited">Come</a>`);
  await page.getByRole("link", { name: "Come" }).click();
  await expect(page.getByRole("button", { name: "Join", exact: true })).toBeEnabled();
  expect(new URL(page.url()).pathname).toBe("/invited");
});
