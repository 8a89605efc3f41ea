import { test as base } from "@playwright/test";

import { Gate } from "./gate.js";
import { Person, type PersonOptions } from "./person.js";
import { Server } from "./server.js";

interface Fixtures {
  /** Environment of the server, which a file or a group of tests may set. */
  settings: Record<string, string>;
  server: Server;
  /** A forwarder before the server for one browser. */
  gate: Gate;
  /** Makes a person, whose browser profile is closed after the test. */
  person: (name: string, options?: PersonOptions) => Promise<Person>;
}

export const test = base.extend<Fixtures>({
  settings: [{}, { option: true }],
  server: async ({ settings }, use) => {
    const server = await Server.start(settings);
    await use(server);
    await server.dispose();
  },
  gate: async ({ server }, use) => {
    const gate = await Gate.before(server.url);
    await use(gate);
    gate.dispose();
  },
  person: async ({ browser }, use) => {
    const people: Person[] = [];
    await use(async (name, options) => {
      const person = await Person.create(browser, name, options);
      people.push(person);
      return person;
    });
    for (const person of people) await person.dispose();
  },
});

export { expect } from "@playwright/test";
