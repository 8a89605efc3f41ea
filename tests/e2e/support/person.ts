import { expect, type Browser, type BrowserContext, type BrowserContextOptions, type Locator, type Page } from "@playwright/test";

/** One peer connection that is open, and what has arrived over it so far. */
export interface Link {
  /** Counts the connections of the page, so that a new one is not taken for the one it replaced. */
  id: number;
  connected: boolean;
  /** Frames decoded, by incoming video. */
  frames: Record<string, number>;
  audioEnergy: number;
}

/** The fake microphone beeps twice and the fake camera shows several frames in this time. */
const stillness = 3_000;

/** What the page keeps for the test. */
interface Watched {
  openPeerConnections: Map<RTCPeerConnection, number>;
  shownToasts: string[];
}

/** Keeps every RTCPeerConnection of a page where the test can ask it for statistics. */
function watchPeerConnections(): void {
  const open = new Map<RTCPeerConnection, number>();
  let made = 0;
  Object.assign(window, { openPeerConnections: open });
  const Original = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Original {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      made += 1;
      open.set(this, made);
    }
    override close(): void {
      open.delete(this);
      super.close();
    }
  };
}

/** Writes down the text of every toast, however short it is shown. */
function watchToasts(): void {
  const shownToasts: string[] = [];
  const seen = new WeakSet<Element>();
  Object.assign(window, { shownToasts });
  new MutationObserver(() => {
    for (const toast of document.querySelectorAll("[role='log'] > *")) {
      if (seen.has(toast)) continue;
      seen.add(toast);
      const parts = [...toast.childNodes].filter((part) => part.nodeName !== "BUTTON");
      shownToasts.push(parts.map((part) => part.textContent).join(""));
    }
  }).observe(document, { childList: true, subtree: true });
}

/** How much more has arrived over each connected link than `before`; a link that is new has all it has. */
function growth(now: readonly Link[], before: readonly Link[]) {
  return now
    .filter((link) => link.connected)
    .map((link) => {
      const old = before.find(({ id }) => id === link.id);
      const frames = Object.entries(link.frames).map(([id, count]) => count - (old?.frames[id] ?? 0));
      return {
        id: link.id,
        frames: Math.max(0, ...frames),
        audioEnergy: link.audioEnergy - (old?.audioEnergy ?? 0),
      };
    });
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
    await context.addInitScript(watchToasts);
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

  /** Every toast since the page was loaded, the oldest first. */
  toasts(): Promise<string[]> {
    return this.page.evaluate(() => (window as unknown as Watched).shownToasts);
  }

  /** Waits for a toast that is shown after the first `after` ones, or was already. */
  async expectToast(text: string, after = 0): Promise<void> {
    await expect.poll(async () => (await this.toasts()).slice(after), { timeout: 30_000 }).toContain(text);
  }

  links(): Promise<Link[]> {
    return this.page.evaluate(async () => {
      const links: Link[] = [];
      for (const [connection, id] of (window as unknown as Watched).openPeerConnections) {
        const link: Link = { id, connected: connection.connectionState === "connected", frames: {}, audioEnergy: 0 };
        for (const entry of (await connection.getStats()).values()) {
          if (entry.type !== "inbound-rtp") continue;
          if (entry.kind === "video") link.frames[entry.id] = entry.framesDecoded ?? 0;
          else link.audioEnergy += entry.totalAudioEnergy ?? 0;
        }
        links.push(link);
      }
      return links;
    });
  }

  /** Waits until from each of `others` people both picture and sound arrive and go on arriving. */
  async expectMediaFrom(others: number): Promise<void> {
    const connected = async () => (await this.links()).filter((link) => link.connected).length;
    await expect.poll(connected, { timeout: 30_000 }).toBe(others);
    const before = await this.links();
    await expect(async () => {
      const grown = growth(await this.links(), before);
      expect(grown).toHaveLength(others);
      for (const { frames, audioEnergy } of grown) {
        expect(frames).toBeGreaterThan(15);
        expect(audioEnergy).toBeGreaterThan(0);
      }
    }).toPass({ timeout: 30_000, intervals: [500] });
  }

  /** Waits until no sound arrives any more. */
  expectSilence(): Promise<void> {
    return this.expectStill((links) => links.map(({ audioEnergy }) => audioEnergy));
  }

  /** Waits until no pictures arrive any more. */
  expectNoPictures(): Promise<void> {
    return this.expectStill((links) => links.map(({ frames }) => frames));
  }

  /** Waits until `count` frames of one video have arrived over each link, which has to be the same all the while. */
  async expectFramesOverSameLinks(count: number): Promise<void> {
    const before = await this.links();
    const ids = before.map(({ id }) => id);
    await expect
      .poll(
        async () => {
          const grown = growth(await this.links(), before);
          expect(grown.map(({ id }) => id)).toEqual(ids);
          return Math.min(...grown.map(({ frames }) => frames));
        },
        { timeout: 60_000, intervals: [500] },
      )
      .toBeGreaterThanOrEqual(count);
  }

  private async expectStill(measure: (links: readonly Link[]) => unknown): Promise<void> {
    let last: string | undefined;
    let since = 0;
    await expect
      .poll(
        async () => {
          const now = JSON.stringify(measure(await this.links()));
          if (now !== last) since = performance.now();
          last = now;
          return performance.now() - since;
        },
        { timeout: 30_000, intervals: [250] },
      )
      .toBeGreaterThanOrEqual(stillness);
  }

  async dispose(): Promise<void> {
    expect(this.violations).toEqual([]);
    await this.context.close();
  }
}
