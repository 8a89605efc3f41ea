import { expect } from "@playwright/test";

/** The way of a connection: straight to another browser, or to the server. */
export type Path = "p2p" | "sfu";

/** One peer connection that is open, and what has arrived over it so far. */
export interface Link {
  /** Counts the connections of the page, so that a new one is not taken for the one it replaced. */
  id: number;
  path: Path;
  connected: boolean;
  /** Frames decoded, by incoming video track. */
  frames: Record<string, number>;
  /** By incoming audio track. */
  audioEnergy: Record<string, number>;
}

/** What a page has of its connections, and what of it the human before it sees and hears. */
interface Observation {
  links: Link[];
  /** Tracks on the tiles of the stage. */
  seen: string[];
  /** Tracks that are played. */
  heard: string[];
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

/** How much more of each track has arrived over the links that are connected; of a new track, all there is. */
function growth(now: readonly Link[], before: readonly Link[], what: "frames" | "audioEnergy"): Map<string, number> {
  const grown = new Map<string, number>();
  for (const link of now) {
    if (!link.connected) continue;
    const old = before.find(({ id }) => id === link.id)?.[what];
    for (const [track, amount] of Object.entries(link[what])) grown.set(track, amount - (old?.[track] ?? 0));
  }
  return grown;
}

/** To run in a page before all else, so that a witness can ask it. */
export const watchers = [watchPeerConnections, watchToasts];

/** What the human before a page of the client sees and hears, whatever drives the browser. */
export abstract class Witness {
  /** Runs a script in the page. */
  protected abstract evaluate<Result>(script: () => Result | Promise<Result>): Promise<Result>;

  /** Every toast since the page was loaded, the oldest first. */
  toasts(): Promise<string[]> {
    return this.evaluate(() => (window as unknown as Watched).shownToasts);
  }

  /** Waits for a toast that is shown after the first `after` ones, or was already. */
  async expectToast(text: string, after = 0): Promise<void> {
    await expect.poll(async () => (await this.toasts()).slice(after), { timeout: 30_000 }).toContain(text);
  }

  private observe(): Promise<Observation> {
    return this.evaluate(async () => {
      const links: Link[] = [];
      for (const [connection, id] of (window as unknown as Watched).openPeerConnections) {
        const isLite = connection.remoteDescription?.sdp.includes("a=ice-lite") ?? false;
        const connected = connection.connectionState === "connected";
        const link: Link = { id, path: isLite ? "sfu" : "p2p", connected, frames: {}, audioEnergy: {} };
        for (const entry of (await connection.getStats()).values()) {
          if (entry.type !== "inbound-rtp") continue;
          if (entry.kind === "video") link.frames[entry.trackIdentifier] = entry.framesDecoded ?? 0;
          else link.audioEnergy[entry.trackIdentifier] = entry.totalAudioEnergy ?? 0;
        }
        links.push(link);
      }
      const tracksOf = (selector: string) =>
        [...document.querySelectorAll<HTMLMediaElement>(selector)].flatMap(({ paused, srcObject }) =>
          paused || !(srcObject instanceof MediaStream)
            ? []
            : srcObject.getTracks().flatMap(({ enabled, id }) => (enabled ? [id] : [])),
        );
      return { links, seen: tracksOf("li.tile video"), heard: tracksOf("audio") };
    });
  }

  async links(): Promise<Link[]> {
    return (await this.observe()).links;
  }

  /** The protocol that each open connection runs over. */
  transports(): Promise<string[]> {
    return this.evaluate(async () => {
      const protocols: string[] = [];
      for (const connection of (window as unknown as Watched).openPeerConnections.keys()) {
        const report = await connection.getStats();
        for (const entry of report.values()) {
          if (entry.type !== "transport") continue;
          const pair = report.get(entry.selectedCandidatePairId);
          protocols.push(report.get(pair?.localCandidateId)?.protocol ?? "none");
        }
      }
      return protocols;
    });
  }

  /** Waits until the only connections are those of this path, and all of them work. */
  async expectPath(path: Path, others: number): Promise<void> {
    const expected = Array.from({ length: path === "sfu" ? 1 : others }, () => `${path} connected`);
    const states = async () =>
      (await this.links()).map((link) => `${link.path} ${link.connected ? "connected" : "not connected"}`);
    await expect.poll(states, { timeout: 30_000 }).toEqual(expected);
  }

  /** Waits until from each of `others` people both picture and sound arrive, are played and go on arriving. */
  async expectMediaFrom(others: number, timeout = 60_000): Promise<void> {
    const before = await this.links();
    await expect(async () => {
      const { links, seen, heard } = await this.observe();
      const frames = growth(links, before, "frames");
      const energy = growth(links, before, "audioEnergy");
      expect(seen.filter((track) => (frames.get(track) ?? 0) > 15)).toHaveLength(others);
      expect(heard.filter((track) => (energy.get(track) ?? 0) > 0)).toHaveLength(others);
    }).toPass({ timeout, intervals: [500] });
  }

  /** Waits until no sound arrives any more. */
  expectSilence(): Promise<void> {
    return this.expectStill((links) => links.map(({ audioEnergy }) => audioEnergy));
  }

  /** Waits until no pictures arrive any more. */
  expectNoPictures(): Promise<void> {
    return this.expectStill((links) => links.map(({ frames }) => frames));
  }

  /** Waits until `count` frames have arrived over each link, which has to be the same all the while. */
  async expectFramesOverSameLinks(count: number): Promise<void> {
    const before = await this.links();
    const ids = before.map(({ id }) => id);
    await expect
      .poll(
        async () => {
          const links = await this.links();
          expect(links.map(({ id }) => id)).toEqual(ids);
          const frames = links.map((link) => Math.max(0, ...growth([link], before, "frames").values()));
          return Math.min(...frames);
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
}
