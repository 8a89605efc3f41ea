import type { Browser } from "@playwright/test";

import { chromium } from "../support/chromium.js";
import { Coturn } from "../support/coturn.js";
import { Person } from "../support/person.js";
import { Server } from "../support/server.js";
import { expect, test as base } from "../support/test.js";

const camera = { width: 320, height: 180, frameRate: 10 };

/** Has the page use no way but by a relay, as in a network that allows nothing else. */
function useRelaysOnly(): void {
  const Original = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Original {
    constructor(configuration?: RTCConfiguration) {
      super({ ...configuration, iceTransportPolicy: "relay" });
    }
  };
}

/** How each open connection of the page leaves it: "relay tls". */
function ways({ page }: Person): Promise<string[]> {
  return page.evaluate(async () => {
    const { openPeerConnections } = window as unknown as { openPeerConnections: Map<RTCPeerConnection, number> };
    const found: string[] = [];
    for (const connection of openPeerConnections.keys()) {
      const report = await connection.getStats();
      for (const entry of report.values()) {
        if (entry.type !== "transport") continue;
        const local = report.get(report.get(entry.selectedCandidatePairId)?.localCandidateId);
        found.push(`${local?.candidateType} ${local?.relayProtocol}`);
      }
    }
    return found;
  });
}

interface Fixtures {
  coturn: Coturn;
  /** A browser that takes the relay's certificate for a right one, and no other that is wrong. */
  trusting: Browser;
  /** Two who are in one call, and reach nothing but the relay. */
  pair: [Person, Person];
}

const test = base.extend<Fixtures>({
  coturn: async ({}, use) => {
    const coturn = await Coturn.start();
    await use(coturn);
    await coturn.dispose();
  },
  server: async ({ settings, coturn }, use) => {
    const server = await Server.start({ ...settings, ...coturn.settings });
    await use(server);
    await server.dispose();
  },
  trusting: async ({ playwright, coturn }, use) => {
    const trust = `--ignore-certificate-errors-spki-list=${coturn.keyHash}`;
    const browser = await playwright.chromium.launch(chromium(trust));
    await use(browser);
    await browser.close();
  },
  pair: async ({ server, trusting }, use) => {
    const pair: [Person, Person] = [
      await Person.create(trusting, "Aigul", { camera }),
      await Person.create(trusting, "Bulat", { camera }),
    ];
    for (const one of pair) {
      await one.context.addInitScript(useRelaysOnly);
      await one.comeIn(`${server.url}/relayed`);
    }
    await use(pair);
    for (const one of pair) await one.dispose();
  },
});

test("two whose networks allow nothing else call each other by a relay over TLS, and are told so", async ({ pair }) => {
  const [aigul, bulat] = pair;
  await Promise.all(pair.map((one) => one.expectMediaFrom(1)));
  await Promise.all(pair.map((one) => one.expectPath("p2p", 1)));
  for (const one of pair) expect(await ways(one)).toEqual(["relay tls"]);

  for (const [one, other] of [
    [aigul, "Bulat"],
    [bulat, "Aigul"],
  ] as const) {
    await one.page.mouse.move(200, 300);
    await one.page.getByRole("button", { name: "Connection: Relayed" }).click();
    const panel = one.page.getByRole("dialog", { name: "Connection" });
    await expect(panel.getByText(`You and ${other} are connected through a relay`)).toBeVisible();
    await expect(panel.getByText("only over a relay and TCP")).toBeVisible();
  }
});

test.describe("where media goes by the server only", () => {
  test.use({ settings: { MEDIA_PATH: "sfu" } });

  test("the relay leads to the server as well", async ({ pair }) => {
    await Promise.all(pair.map((one) => one.expectMediaFrom(1)));
    await Promise.all(pair.map((one) => one.expectPath("sfu", 1)));
    for (const one of pair) expect(await ways(one)).toEqual(["relay tls"]);
  });
});
