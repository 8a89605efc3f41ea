import { expect, type Browser, type BrowserContext, type BrowserContextOptions, type Locator, type Page } from "@playwright/test";

import { captureSmall, captureTones, tonesOf, type Camera } from "./capture.js";
import { Witness, watchers } from "./witness.js";

export interface PersonOptions extends BrowserContextOptions {
  /** A microphone that delivers the tones of this voice. */
  voice?: number;
  /** A camera that costs less to encode than 1280×720 with 20 frames a second. */
  camera?: Camera;
}

/** One human with one browser profile. */
export class Person extends Witness {
  private constructor(
    readonly name: string,
    readonly context: BrowserContext,
    readonly page: Page,
  ) {
    super();
  }

  static async create(browser: Browser, name: string, options: PersonOptions = {}): Promise<Person> {
    const { voice, camera, ...rest } = options;
    const context = await browser.newContext({ locale: "en-US", viewport: { width: 1366, height: 768 }, ...rest });
    if (voice !== undefined) await context.addInitScript(captureTones, tonesOf(voice));
    if (camera !== undefined) await context.addInitScript(captureSmall, camera);
    for (const watch of watchers) await context.addInitScript(watch);
    const page = await context.newPage();
    const person = new Person(name, context, page);
    page.on("console", (message) => {
      // The page must work under its own Content-Security-Policy.
      if (message.text().includes("Content Security Policy")) person.violations.push(message.text());
    });
    return person;
  }

  readonly violations: string[] = [];

  protected evaluate<Result>(script: () => Result | Promise<Result>): Promise<Result> {
    return this.page.evaluate(script);
  }

  /** Opens a link of the site for the first time: the name page comes first. */
  async open(url: string): Promise<void> {
    await this.page.goto(url);
    await this.page.getByLabel("Your name").fill(this.name);
    await this.page.keyboard.press("Enter");
  }

  async join(): Promise<void> {
    await this.page.getByRole("button", { name: "Join", exact: true }).click();
    await expect(this.page.getByRole("button", { name: "Leave", exact: true })).toBeVisible();
  }

  async comeIn(url: string): Promise<void> {
    await this.open(url);
    await this.join();
  }

  /** The tiles of the stage that carry this name. */
  tile(name: string): Locator {
    return this.page.getByRole("list", { name: "People in the call" }).getByRole("listitem").filter({ hasText: name });
  }

  /** A button of the bar, which the mouse brings back when it has left. */
  async press(name: string): Promise<void> {
    await this.page.mouse.move(100 + Math.random() * 100, 300);
    await this.page.getByRole("group", { name: "Call controls" }).getByRole("button", { name, exact: true }).click();
  }

  async dispose(): Promise<void> {
    expect(this.violations).toEqual([]);
    await this.context.close();
  }
}
