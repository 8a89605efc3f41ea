import { AiProvider } from "../support/ai_provider.js";
import type { Person } from "../support/person.js";
import { Server } from "../support/server.js";
import { expect, test } from "../support/test.js";

const camera = { width: 320, height: 180, frameRate: 10 };

/** The button that talks to the AI while it is held. */
function talkButton({ page }: Person) {
  return page.getByRole("group", { name: "Voice AI" }).getByRole("button", { name: "Hold to talk" });
}

/** A tile whose whole name is the AI’s: others have these two letters in theirs. */
function aiTile({ page }: Person) {
  return page
    .getByRole("list", { name: "People in the call" })
    .getByRole("listitem")
    .filter({ has: page.getByText("AI", { exact: true }) });
}

async function openDialog(person: Person): Promise<void> {
  await person.press("More");
  await person.page.getByRole("menuitem", { name: "Voice AI" }).click();
}

test("an AI is invited, hears only who holds the button, is heard by all, and is hung up", async ({
  browser,
  person,
}) => {
  test.slow();
  const provider = await AiProvider.start(browser);
  const server = await Server.start(provider.settings);
  try {
    const aigul = await person("Aigul", { camera });
    const bulat = await person("Bulat", { camera });
    for (const one of [aigul, bulat]) await one.comeIn(`${server.url}/ai`);
    await aigul.expectMediaFrom(1);

    await openDialog(aigul);
    await aigul.page.getByLabel("How it should behave").fill("Answer briefly.");
    await aigul.page.getByLabel("Voice", { exact: true }).selectOption("ash");
    await aigul.page.getByRole("button", { name: "Invite" }).click();
    for (const one of [aigul, bulat]) {
      await one.expectToast("An AI is in the call now. What is said to it goes to its provider.");
      await expect(aiTile(one)).toHaveCount(1);
      await expect(talkButton(one)).toBeEnabled();
    }
    expect(provider.sessions).toEqual([
      { type: "realtime", model: "gpt-realtime", instructions: "Answer briefly.", audio: { output: { voice: "ash" } } },
    ]);
    // Its tone reaches both, beside the other person's voice.
    for (const one of [aigul, bulat]) {
      await expect(async () => {
        const heard = (await one.links()).flatMap(({ audioEnergy }) => Object.values(audioEnergy));
        expect(heard.filter((energy) => energy > 0).length).toBeGreaterThanOrEqual(2);
      }).toPass({ timeout: 60_000 });
    }

    // Nobody holds the button: whoever speaks, the AI hears nothing.
    expect(await provider.energyHeard()).toBe(0);
    await talkButton(aigul).hover();
    await aigul.page.mouse.down();
    await expect(aigul.page.getByText("The AI hears you").first()).toBeVisible();
    await expect(bulat.page.getByText("Aigul is talking to the AI")).toBeVisible();
    await expect(talkButton(bulat)).toBeDisabled();
    await expect.poll(() => provider.energyHeard(), { timeout: 30_000 }).toBeGreaterThan(0);
    await aigul.page.mouse.up();
    await expect(talkButton(bulat)).toBeEnabled();
    // What was said last is still on its way for a moment; then it stays silent although both microphones are on.
    let last = -1;
    await expect
      .poll(
        async () => {
          const before = last;
          last = await provider.energyHeard();
          return last - before;
        },
        { intervals: [3_000], timeout: 60_000 },
      )
      .toBe(0);

    // Then the other one, by the keyboard.
    await bulat.page.locator("body").click({ position: { x: 5, y: 300 } });
    await bulat.page.keyboard.down("a");
    await expect(aigul.page.getByText("Bulat is talking to the AI")).toBeVisible();
    await expect.poll(() => provider.energyHeard(), { timeout: 30_000 }).toBeGreaterThan(last);
    await bulat.page.keyboard.up("a");
    await expect(talkButton(aigul)).toBeEnabled();

    await openDialog(bulat);
    await bulat.page.getByRole("button", { name: "Send away" }).click();
    for (const one of [aigul, bulat]) {
      await one.expectToast("The AI has left the call");
      await expect(aiTile(one)).toHaveCount(0);
    }
    await expect.poll(() => provider.hangUps).toEqual(["/v1/realtime/calls/rtc_1/hangup"]);
  } finally {
    await server.dispose();
    await provider.dispose();
  }
});

test("a server that is killed hangs the AI up when it is back, and the people go on talking", async ({
  browser,
  person,
}) => {
  test.slow();
  const provider = await AiProvider.start(browser);
  const server = await Server.start(provider.settings);
  try {
    const aigul = await person("Aigul", { camera });
    await aigul.comeIn(`${server.url}/ai`);
    await openDialog(aigul);
    await aigul.page.getByRole("button", { name: "Invite" }).click();
    await expect(talkButton(aigul)).toBeEnabled();
    expect(provider.hangUps).toEqual([]);

    await server.end("SIGKILL");
    await server.run();
    await expect.poll(() => provider.hangUps).toEqual(["/v1/realtime/calls/rtc_1/hangup"]);
    await expect(talkButton(aigul)).toHaveCount(0);
  } finally {
    await server.dispose();
    await provider.dispose();
  }
});

test("a link prefills the form, and a provider that refuses is told in words", async ({ browser, person }) => {
  const provider = await AiProvider.start(browser);
  const server = await Server.start({ ...provider.settings, OPENAI_API_TOKEN: "not the token it takes" });
  try {
    const aigul = await person("Aigul", { camera });
    await aigul.comeIn(`${server.url}/ai?instructions=Answer%20briefly.&voice=ash`);
    await openDialog(aigul);
    await expect(aigul.page.getByLabel("How it should behave")).toHaveValue("Answer briefly.");
    await expect(aigul.page.getByLabel("Voice", { exact: true })).toHaveValue("ash");
    await aigul.page.getByRole("button", { name: "Invite" }).click();
    await expect(aigul.page.getByRole("dialog").getByRole("alert")).toContainText("its provider refused this server");
    await expect(talkButton(aigul)).toHaveCount(0);
    // No call has begun, so there is none to hang up.
    expect(provider.sessions).toEqual([]);
    expect(provider.hangUps).toEqual([]);
  } finally {
    await server.dispose();
    await provider.dispose();
  }
});

test("who cannot hold a button turns it on and off by a press", async ({ browser, person }) => {
  test.slow();
  const provider = await AiProvider.start(browser);
  const server = await Server.start(provider.settings);
  try {
    const aigul = await person("Aigul", { camera });
    await aigul.comeIn(`${server.url}/ai`);
    await openDialog(aigul);
    await aigul.page.getByRole("button", { name: "Invite" }).click();
    await expect(talkButton(aigul)).toBeEnabled();
    // As a screen reader does it: a click without a pointer.
    await talkButton(aigul).dispatchEvent("click");
    await expect(aigul.page.getByRole("status").getByText("The AI hears you")).toBeAttached();
    await expect.poll(() => provider.energyHeard(), { timeout: 30_000 }).toBeGreaterThan(0);
    await aigul.page.getByRole("button", { name: "Stop talking" }).dispatchEvent("click");
    await expect(talkButton(aigul)).toHaveAttribute("aria-pressed", "false");
    await expect(aigul.page.getByText("The AI hears you")).toHaveCount(0);
  } finally {
    await server.dispose();
    await provider.dispose();
  }
});
