import { expect } from "@playwright/test";
import type { Browser, BrowserContext, Page } from "puppeteer-core";

import { captureSmall, type Camera } from "./capture.js";
import { Witness, watchers } from "./witness.js";

interface Watched {
  policyViolations: string[];
}

/** Writes down what the page's own Content-Security-Policy keeps from it. */
function watchViolations(): void {
  const policyViolations: string[] = [];
  Object.assign(window, { policyViolations });
  document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => {
    policyViolations.push(`${violatedDirective}: ${blockedURI}`);
  });
}

/** One human with one Firefox profile. */
export class FirefoxPerson extends Witness {
  private constructor(
    readonly name: string,
    private readonly context: BrowserContext,
    readonly page: Page,
  ) {
    super();
  }

  static async create(browser: Browser, name: string, camera: Camera): Promise<FirefoxPerson> {
    const context = await browser.createBrowserContext();
    const page = await context.newPage();
    await page.evaluateOnNewDocument(captureSmall, camera);
    for (const watch of [...watchers, watchViolations]) await page.evaluateOnNewDocument(watch);
    return new FirefoxPerson(name, context, page);
  }

  protected evaluate<Result>(script: () => Result | Promise<Result>): Promise<Result> {
    return this.page.evaluate(script) as Promise<Result>;
  }

  /** Opens a link of the site for the first time: the name page comes first. */
  async open(url: string): Promise<void> {
    await this.page.goto(url);
    await this.page.locator(`::-p-xpath(//input[@id = //label[. = "Your name"]/@for])`).fill(this.name);
    await this.page.keyboard.press("Enter");
  }

  /** Firefox does not tell a page that it would give the devices without asking: the lobby asks for a press. */
  async join(): Promise<void> {
    await this.button("Allow camera and microphone").click();
    await this.button("Turn the camera off").wait();
    await this.button("Join").click();
    await this.button("Leave").wait();
  }

  async comeIn(url: string): Promise<void> {
    await this.open(url);
    await this.join();
  }

  /** A button of the bar, which the mouse brings back when it has left. */
  async press(name: string): Promise<void> {
    await this.page.mouse.move(100 + Math.random() * 100, 300);
    await this.button(name).click();
  }

  /** The tiles of the stage that carry this name: what they say, and how wide the picture on them is. */
  tiles(name: string): Promise<{ text: string; pictureWidth: number }[]> {
    return this.page.evaluate(
      (name) =>
        [...document.querySelectorAll("li.tile")]
          .filter(({ textContent }) => textContent.includes(name))
          .map((tile) => ({
            text: tile.textContent,
            pictureWidth: tile.querySelector("video")?.videoWidth ?? 0,
          })),
      name,
    );
  }

  /** By its text or label: for accessible names Firefox repaints the page once for each element, and stands still. */
  private button(name: string) {
    return this.page.locator(`::-p-xpath(//button[normalize-space() = "${name}" or @aria-label = "${name}"])`);
  }

  async dispose(): Promise<void> {
    expect(await this.page.evaluate(() => (window as unknown as Watched).policyViolations)).toEqual([]);
    await this.context.close();
  }
}
