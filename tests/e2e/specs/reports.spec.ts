import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

import { holdBars, inspect } from "../support/inspect.js";
import { Server } from "../support/server.js";
import { expect, test } from "../support/test.js";

/** The host's chat: takes one card after the other. */
async function startChat() {
  const cards: string[] = [];
  const http = createServer((request: IncomingMessage, response) => {
    let body = "";
    request.on("data", (part: Buffer) => (body += part.toString()));
    request.on("end", () => {
      cards.push(body);
      response.end("{}");
    });
  }).listen(0, "127.0.0.1");
  await once(http, "listening");
  const { port } = http.address() as AddressInfo;
  return { cards, url: `http://127.0.0.1:${port}/hook`, close: () => http.close() };
}

test("a person reports a problem, and the host's chat gets it", async ({ person }) => {
  const chat = await startChat();
  const server = await Server.start({ FEEDBACK_URL: chat.url, MEDIA_PATH: "sfu" });
  try {
    const aigul = await person("Aigul");
    const bulat = await person("Bulat");
    await aigul.comeIn(`${server.url}/trouble`);
    await bulat.comeIn(`${server.url}/trouble`);
    await aigul.expectMediaFrom(1);
    const { page } = aigul;
    await holdBars(page, "Call controls");
    const openDialog = async () => {
      await page.getByRole("button", { name: "More", exact: true }).click();
      await page.getByRole("menuitem", { name: "Report a problem" }).click();
    };

    await openDialog();
    const dialog = page.getByRole("dialog", { name: "Report a problem" });
    const field = dialog.getByLabel("What went wrong?");
    await expect(field).toBeFocused();
    await inspect(page, "dialog-report");
    await dialog.getByRole("button", { name: "Send" }).click();
    await expect(dialog.getByText("Please write a few words.")).toBeVisible();
    await expect(field).toBeFocused();
    await page.keyboard.type("Bulat sounds <b>odd</b>");
    const sent = page.waitForRequest("**/api/bugReport");
    await dialog.getByRole("button", { name: "Send" }).click();
    await expect(dialog).toHaveCount(0);
    await expect(page.getByText("Thank you, the report has been sent")).toBeVisible();

    const info: unknown = JSON.parse(new URLSearchParams((await sent).postData() ?? "").get("info") ?? "");
    expect(info).toMatchObject({
      roomName: "trouble",
      identity: { people: [{ name: "Aigul" }, { name: "Bulat" }] },
    });
    expect(JSON.stringify(info)).toContain("tracks/new");
    await expect.poll(() => chat.cards.length).toBe(1);
    expect(chat.cards[0]).toContain("Aigul reports a problem");
    expect(chat.cards[0]).toContain("Bulat sounds &lt;b&gt;odd&lt;/b&gt;");

    // Without the server the text stays in the field.
    await openDialog();
    await field.fill("Again");
    await server.end("SIGKILL");
    await dialog.getByRole("button", { name: "Send" }).click();
    await expect(dialog.getByRole("alert")).toContainText("could not be sent");
    await expect(field).toHaveValue("Again");
  } finally {
    await server.dispose();
    chat.close();
  }
});
