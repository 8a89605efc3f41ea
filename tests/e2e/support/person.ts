import { expect, type Browser, type BrowserContext, type BrowserContextOptions, type Locator, type Page } from "@playwright/test";

/** What has arrived from the others so far, over all peer connections that are still open. */
export interface Received {
  links: number;
  framesDecoded: number;
  audioEnergy: number;
}

/** Keeps every RTCPeerConnection of a page where the test can ask it for statistics. */
function watchPeerConnections(): void {
  const open = new Set<RTCPeerConnection>();
  Object.assign(window, { openPeerConnections: open });
  const Original = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Original {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      open.add(this);
    }
    override close(): void {
      open.delete(this);
      super.close();
    }
  };
}

/** One human with one browser profile. */
export class Person {
  private constructor(
    readonly name: string,
    readonly context: BrowserContext,
    readonly page: Page,
  ) {}

  static async create(browser: Browser, name: string, options: BrowserContextOptions = {}): Promise<Person> {
    const context = await browser.newContext({ locale: "en-US", viewport: { width: 1366, height: 768 }, ...options });
    await context.addInitScript(watchPeerConnections);
    const page = await context.newPage();
    const person = new Person(name, context, page);
    page.on("console", (message) => {
      // The page must work under its own Content-Security-Policy.
      if (message.text().includes("Content Security Policy")) person.violations.push(message.text());
    });
    return person;
  }

  readonly violations: string[] = [];

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

  async received(): Promise<Received> {
    return this.page.evaluate(async () => {
      const { openPeerConnections } = window as unknown as { openPeerConnections: Set<RTCPeerConnection> };
      const sum = { links: 0, framesDecoded: 0, audioEnergy: 0 };
      for (const connection of openPeerConnections) {
        if (connection.connectionState === "connected") sum.links += 1;
        for (const entry of (await connection.getStats()).values()) {
          if (entry.type !== "inbound-rtp") continue;
          sum.framesDecoded += entry.framesDecoded ?? 0;
          sum.audioEnergy += entry.totalAudioEnergy ?? 0;
        }
      }
      return sum;
    });
  }

  /** Waits until picture and sound of `others` people arrive and go on arriving. */
  async expectMediaFrom(others: number): Promise<void> {
    await expect.poll(async () => (await this.received()).links, { timeout: 30_000 }).toBe(others);
    const before = await this.received();
    await expect
      .poll(
        async () => {
          const now = await this.received();
          return (
            now.framesDecoded > before.framesDecoded + 15 * others && now.audioEnergy > before.audioEnergy
          );
        },
        { timeout: 30_000 },
      )
      .toBe(true);
  }

  async dispose(): Promise<void> {
    expect(this.violations).toEqual([]);
    await this.context.close();
  }
}
