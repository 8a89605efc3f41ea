import type { Person } from "../support/person.js";
import { expect, test } from "../support/test.js";

/** Both see each other once, media flows both ways, and what one does reaches the other. */
async function expectWholeCall(one: Person, other: Person): Promise<void> {
  await expect(one.tile(other.name)).toHaveCount(1);
  await expect(other.tile(one.name)).toHaveCount(1);
  await Promise.all([one.expectMediaFrom(1), other.expectMediaFrom(1)]);
  await one.press("Raise the hand");
  await expect(other.tile(one.name).getByText("hand raised")).toBeAttached();
  await one.press("Lower the hand");
  await expect(other.tile(one.name).getByText("hand raised")).not.toBeAttached();
}

test("a reload leads to the lobby, and from there back into the call without a ghost", async ({ server, person }) => {
  const room = `${server.url}/reload`;
  const aigul = await person("Aigul");
  const bulat = await person("Bulat");
  await aigul.comeIn(room);
  await bulat.comeIn(room);
  await aigul.expectMediaFrom(1);
  await bulat.page.reload();
  await expect(aigul.page.getByText("Bulat left")).toBeVisible();
  await bulat.join();
  await expectWholeCall(aigul, bulat);
});

for (const signal of ["SIGTERM", "SIGKILL"] as const) {
  test(`a server that restarts (${signal}) interrupts nobody`, async ({ server, person }) => {
    const room = `${server.url}/restart`;
    const aigul = await person("Aigul");
    const bulat = await person("Bulat");
    await aigul.comeIn(room);
    await bulat.comeIn(room);
    await Promise.all([aigul.expectMediaFrom(1), bulat.expectMediaFrom(1)]);

    await server.end(signal);
    await expect(aigul.page.getByText("Connection to the server lost")).toBeVisible();
    // Picture and sound go directly between the two, and do not care.
    await Promise.all([aigul.expectMediaFrom(1), bulat.expectMediaFrom(1)]);

    await server.run();
    for (const one of [aigul, bulat]) await expect(one.page.getByText("Connected again")).toBeVisible();
    await expectWholeCall(aigul, bulat);
    await expect(aigul.page.getByText("Bulat left")).toHaveCount(0);
  });
}

test("whoever loses the network is missed, and is back by itself when the network is", async ({
  server,
  gate,
  person,
}) => {
  const aigul = await person("Aigul");
  const bulat = await person("Bulat");
  await aigul.comeIn(`${server.url}/network`);
  await bulat.comeIn(`${gate.url}/network`);
  await Promise.all([aigul.expectMediaFrom(1), bulat.expectMediaFrom(1)]);

  gate.shut();
  await expect(bulat.page.getByText("Connection to the server lost")).toBeVisible();
  // Longer than the grace: for the others Bulat has left.
  await expect(aigul.page.getByText("Bulat left")).toBeVisible();
  await expect(aigul.tile("Bulat")).toHaveCount(0);

  gate.reopen();
  await expect(bulat.page.getByText("Connected again")).toBeVisible();
  await expectWholeCall(aigul, bulat);
});

test("a short loss of the network is not even told to the others", async ({ server, gate, person }) => {
  const aigul = await person("Aigul");
  const bulat = await person("Bulat");
  await aigul.comeIn(`${server.url}/short`);
  await bulat.comeIn(`${gate.url}/short`);
  await Promise.all([aigul.expectMediaFrom(1), bulat.expectMediaFrom(1)]);
  gate.shut();
  await expect(bulat.page.getByText("Connection to the server lost")).toBeVisible();
  gate.reopen();
  await expect(bulat.page.getByText("Connected again")).toBeVisible();
  await expectWholeCall(aigul, bulat);
  await expect(aigul.page.getByText("Bulat left")).toHaveCount(0);
});
