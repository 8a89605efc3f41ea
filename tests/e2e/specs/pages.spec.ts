import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { expect, test } from "../support/test.js";

const artifacts = process.env.AKBUZAT_ARTIFACTS ?? fileURLToPath(new URL("../../../build/artifacts", import.meta.url));

const sizes = {
  phone: { width: 360, height: 640 },
  tablet: { width: 768, height: 1024 },
  laptop: { width: 1366, height: 768 },
  wide: { width: 2560, height: 1440 },
} as const;

/** Texts by which the test finds its way, in both languages. */
const words = {
  en: { locale: "en-US", name: "Your name", join: "Join", leave: "Leave", people: "People in the call", hello: "Hello, Айгуль" },
  ru: { locale: "ru-RU", name: "Ваше имя", join: "Войти", leave: "Выйти", people: "Участники встречи", hello: "Здравствуйте, Айгуль" },
} as const;

/** Nothing serious for axe, nothing wider than the window, and a picture to look at. */
async function inspect(page: Page, picture: string): Promise<void> {
  const result = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]).analyze();
  expect(result.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
  await page.screenshot({ path: join(artifacts, "screenshots", `${picture}.png`) });
}

for (const language of ["en", "ru"] as const) {
  for (const theme of ["light", "dark"] as const) {
    for (const size of ["phone", "laptop"] as const) {
      test(`every page is in order: ${language}, ${theme}, ${size}`, async ({ server, person }) => {
        const word = words[language];
        const picture = (name: string) => `${name}-${size}-${theme}-${language}`;
        const options = { locale: word.locale, colorScheme: theme, viewport: sizes[size] };
        const { page } = await person("Айгуль", options);

        await page.goto(server.url);
        await expect(page.getByLabel(word.name)).toBeVisible();
        expect(await page.evaluate(() => document.documentElement.lang)).toBe(language);
        await inspect(page, picture("name"));
        await page.getByLabel(word.name).fill("Айгуль");
        await page.keyboard.press("Enter");
        await expect(page.getByText(word.hello)).toBeVisible();
        await inspect(page, picture("home"));

        await page.goto(`${server.url}/sabantuy`);
        await expect(page.getByRole("button", { name: word.join, exact: true })).toBeEnabled();
        await inspect(page, picture("lobby"));
        await page.getByRole("button", { name: word.join, exact: true }).click();
        await expect(page.getByRole("button", { name: word.leave, exact: true })).toBeVisible();
        await inspect(page, picture("alone"));

        const guest = await person("Bulat");
        await guest.comeIn(`${server.url}/sabantuy`);
        await expect(page.getByRole("list", { name: word.people }).getByText("Bulat")).toBeVisible();
        await guest.expectMediaFrom(1);
        await page.mouse.move(50, 200);
        await inspect(page, picture("call"));
        await page.getByRole("button", { name: word.leave, exact: true }).click();
        await expect(page).toHaveURL(/call-quality-feedback/);
        await inspect(page, picture("feedback"));

        for (const path of ["legal/terms", "legal/privacy", "no/such/page"]) {
          await page.goto(`${server.url}/${path}`);
          await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
          await inspect(page, picture(path.replaceAll("/", "-")));
        }
      });
    }
  }
}

test("legal pages are open to visitors without a name", async ({ server, person }) => {
  const { page } = await person("Nobody");
  await page.goto(`${server.url}/legal/privacy`);
  await expect(page.getByRole("heading", { name: "Privacy", level: 1 })).toBeVisible();
});

test("the page loads nothing from another origin", async ({ server, person }) => {
  const aigul = await person("Aigul");
  const foreign: string[] = [];
  aigul.page.on("request", (request) => {
    if (!request.url().startsWith(server.url) && !/^(blob|data):/.test(request.url())) foreign.push(request.url());
  });
  await aigul.comeIn(`${server.url}/origin`);
  await aigul.page.reload();
  expect(foreign).toEqual([]);
});

test("four people fill the space of a wide screen, a tablet and a phone", async ({ server, person }) => {
  test.slow();
  const viewer = await person("Aigul", { viewport: sizes.wide });
  await viewer.comeIn(`${server.url}/four`);
  for (const name of ["Bulat", "Salavat", "Имя, которое гораздо длиннее, чем помещается на плитке"]) {
    const guest = await person(name);
    await guest.comeIn(`${server.url}/four`);
  }
  await viewer.expectMediaFrom(3);
  for (const [name, viewport] of Object.entries(sizes)) {
    await viewer.page.setViewportSize(viewport);
    await viewer.page.mouse.move(60, 200);
    const tiles = viewer.page.getByRole("list", { name: "People in the call" }).getByRole("listitem");
    await expect(tiles).toHaveCount(3);
    // Tiles glide to their places; what counts is where they end.
    await expect
      .poll(async () => {
        const boxes = await tiles.evaluateAll((list) =>
          list.map((tile) => {
            const { x, y, width, height } = tile.getBoundingClientRect();
            return { x, y, width, height };
          }),
        );
        const inside = boxes.every(
          ({ x, y, width, height }) =>
            x >= 0 && y >= 0 && x + width <= viewport.width + 1 && y + height <= viewport.height + 1,
        );
        const area = boxes.reduce((sum, { width, height }) => sum + width * height, 0);
        return inside && area > viewport.width * viewport.height * 0.45;
      })
      .toBe(true);
    await inspect(viewer.page, `four-${name}`);
  }
});

test("a call by keyboard alone", async ({ server, person }) => {
  const { page } = await person("Aigul");
  await page.goto(`${server.url}/keys`);
  await page.keyboard.type("Aigul");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Join", exact: true })).toBeEnabled();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Turn the microphone off" })).toBeVisible();
  await page.keyboard.press("Control+d");
  await expect(page.getByRole("button", { name: "Turn the microphone on" })).toBeVisible();
  await page.keyboard.press("m");
  await expect(page.getByRole("button", { name: "Turn the microphone off" })).toBeVisible();
  await page.keyboard.press("Control+e");
  await expect(page.getByRole("button", { name: "Turn the camera on" })).toBeVisible();
  await page.keyboard.press("h");
  await expect(page.getByRole("button", { name: "Lower the hand" })).toBeVisible();
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
});

test("a browser without camera and microphone can join and listen", async ({ server, person }) => {
  const mute = await person("Mute");
  await mute.context.addInitScript(() => {
    navigator.mediaDevices.getUserMedia = () =>
      Promise.reject(new DOMException("Requested device not found", "NotFoundError"));
  });
  const aigul = await person("Aigul");
  await aigul.comeIn(`${server.url}/listen`);
  await mute.open(`${server.url}/listen`);
  await expect(mute.page.getByText("No microphone was found")).toBeVisible();
  await mute.join();
  await mute.expectMediaFrom(1);
  await expect(aigul.tile("Mute").getByText("no microphone")).toBeAttached();
});
