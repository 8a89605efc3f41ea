import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launch, type Browser } from "puppeteer-core";

/** The system's Firefox, driven by WebDriver BiDi, with a profile of its own. */
export class Firefox {
  private constructor(
    readonly browser: Browser,
    private readonly profile: string,
  ) {}

  static async start(): Promise<Firefox> {
    const profile = await mkdtemp(join(tmpdir(), "akbuzat-firefox-"));
    const browser = await launch({
      browser: "firefox",
      executablePath: process.env.FIREFOX ?? "/usr/bin/firefox-esr",
      userDataDir: profile,
      defaultViewport: { width: 1366, height: 768 },
      // Made-up devices, which it gives without asking.
      extraPrefsFirefox: {
        "media.navigator.streams.fake": true,
        "media.navigator.permission.disabled": true,
        "intl.accept_languages": "en-US",
      },
    });
    return new Firefox(browser, profile);
  }

  /** Not asked but killed, since one that hangs does not answer. */
  async end(): Promise<void> {
    const main = this.browser.process();
    if (main?.pid !== undefined && main.exitCode === null && main.signalCode === null) {
      const gone = once(main, "exit");
      // It is the first of a process group, in which it has put all of its processes.
      process.kill(-main.pid, "SIGKILL");
      await gone;
    }
    // The last of its processes may still be writing.
    await rm(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
