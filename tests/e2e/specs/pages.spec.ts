import { holdBars, inspect } from "../support/inspect.js";
import { expect, test } from "../support/test.js";

const sizes = {
  phone: { width: 360, height: 640 },
  tablet: { width: 768, height: 1024 },
  laptop: { width: 1366, height: 768 },
  wide: { width: 2560, height: 1440 },
} as const;

/** Texts by which the test finds its way, in both languages. */
const words = {
  en: {
    locale: "en-US",
    name: "Your name",
    join: "Join",
    leave: "Leave",
    people: "People in the call",
    controls: "Call controls",
    hello: "Hello, Айгуль",
  },
  ru: {
    locale: "ru-RU",
    name: "Ваше имя",
    join: "Войти",
    leave: "Выйти",
    people: "Участники встречи",
    controls: "Управление встречей",
    hello: "Здравствуйте, Айгуль",
  },
} as const;

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
        await holdBars(page, word.controls);
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

test("the menu and the dialogs of a call are in order", async ({ server, person }) => {
  const aigul = await person("Aigul");
  const bulat = await person("Bulat");
  await aigul.comeIn(`${server.url}/dialogs`);
  await bulat.comeIn(`${server.url}/dialogs`);
  await aigul.expectMediaFrom(1);
  const { page } = aigul;
  const more = page.getByRole("button", { name: "More", exact: true });
  await holdBars(page, words.en.controls);
  await more.click();
  await expect(page.getByRole("menu")).toBeVisible();
  await inspect(page, "menu");
  await page.keyboard.press("Escape");
  for (const [item, title] of [
    ["Settings", "Settings"],
    ["Participants", "2 people in the call"],
    ["Keyboard shortcuts", "Keyboard shortcuts"],
  ] as const) {
    await more.click();
    await page.getByRole("menuitem", { name: item }).click();
    const dialog = page.getByRole("dialog", { name: title });
    await expect(dialog).toBeVisible();
    await inspect(page, `dialog-${item.toLowerCase().replaceAll(" ", "-")}`);
    await page.keyboard.press("Escape");
    await expect(dialog).toHaveCount(0);
  }
});

test("the name, the lobby and the call together load less than 200 kB of JavaScript", async ({ server, person }) => {
  const aigul = await person("Aigul");
  const carried = new Map<string, Promise<number>>();
  aigul.page.on("requestfinished", (request) => {
    const { pathname } = new URL(request.url());
    // Asked for again by a later page of the visit, a script comes from the cache.
    if (request.resourceType() !== "script" || carried.has(pathname)) return;
    carried.set(
      pathname,
      request.sizes().then(({ responseBodySize }) => responseBodySize),
    );
  });
  await aigul.comeIn(`${server.url}/weight`);
  const sizes = await Promise.all(carried.values());
  for (const part of ["LobbyPage", "CallPage"]) expect([...carried.keys()].join(" ")).toContain(part);
  for (const size of sizes) expect(size).toBeGreaterThan(0);
  const sum = sizes.reduce((total, size) => total + size, 0);
  expect(sum, `${sum} bytes of scripts`).toBeLessThan(200_000);
});

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
    await holdBars(viewer.page, words.en.controls);
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
  // The lobby has a button for the microphone too, but no shortcuts.
  await expect(page.getByRole("button", { name: "Leave", exact: true })).toBeVisible();
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
