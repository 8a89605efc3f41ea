import { Certificate } from "../support/certificate.js";
import type { Person } from "../support/person.js";
import { Server } from "../support/server.js";
import { expect, test as base } from "../support/test.js";

const camera = { width: 320, height: 180, frameRate: 10 };
const app = { id: "rooms", secret: "the app's secret" };

interface Fixtures {
  certificate: Certificate;
  /** The SFU's server, which stands for Cloudflare: other programs' API over HTTPS. */
  upstream: Server;
}

const test = base.extend<Fixtures>({
  certificate: async ({}, use) => {
    const certificate = await Certificate.make();
    await use(certificate);
    await certificate.dispose();
  },
  upstream: async ({ certificate }, use) => {
    const upstream = await Server.start({
      TLS_CERT_FILE: certificate.file,
      TLS_KEY_FILE: certificate.key,
      REALTIME_APP_ID: app.id,
      REALTIME_APP_SECRET: app.secret,
    });
    await use(upstream);
    await upstream.dispose();
  },
  server: async ({ certificate, upstream, settings }, use) => {
    const server = await Server.start({
      SSL_CERT_FILE: certificate.file,
      CALLS_API_URL: `${upstream.url.replace("http:", "https:")}/v1`,
      CALLS_APP_ID: app.id,
      CALLS_APP_SECRET: app.secret,
      ...settings,
    });
    await use(server);
    await server.dispose();
  },
});

async function expectAllBySfu(people: readonly Person[]): Promise<void> {
  const others = people.length - 1;
  await Promise.all(people.map((one) => one.expectMediaFrom(others)));
  await Promise.all(people.map((one) => one.expectPath("sfu", others)));
}

async function linksOf(one: Person): Promise<number[]> {
  return (await one.links()).map(({ id }) => id);
}

test("three people talk by another server's SFU, and go on by their own when that one dies", async ({
  server,
  upstream,
  person,
}) => {
  test.setTimeout(180_000);
  const people: Person[] = [];
  for (const name of ["Aigul", "Bulat", "Salavat"]) {
    const one = await person(name, { camera });
    await one.comeIn(`${server.url}/far`);
    people.push(one);
  }
  await expectAllBySfu(people);
  const far = (await Promise.all(people.map(linksOf))).flat();
  expect(far).toHaveLength(3);

  await upstream.end("SIGKILL");
  const ended = performance.now();
  // Whatever still comes over the old connections does not count.
  for (const [i, one] of people.entries())
    await expect.poll(() => linksOf(one), { timeout: 60_000 }).not.toContain(far[i]);
  await expectAllBySfu(people);
  const seconds = (performance.now() - ended) / 1000;
  console.log(`everybody saw and heard everybody ${seconds.toFixed(1)} s after the upstream was killed`);
  for (const one of people) expect((await one.toasts()).join()).not.toContain("left");
});

test("a server that restarts does not interrupt a call by another server's SFU", async ({ server, person }) => {
  test.setTimeout(180_000);
  const people: Person[] = [];
  for (const name of ["Aigul", "Bulat", "Salavat"]) {
    const one = await person(name, { camera });
    await one.comeIn(`${server.url}/restart`);
    people.push(one);
  }
  await expectAllBySfu(people);
  const before = await Promise.all(people.map(linksOf));

  await server.end("SIGTERM");
  await server.run();
  // Somebody new is heard and seen, so the restart is over for everybody.
  const zilya = await person("Zilya", { camera });
  await zilya.comeIn(`${server.url}/restart`);
  await expectAllBySfu([...people, zilya]);
  expect(await Promise.all(people.map(linksOf))).toEqual(before);
});
