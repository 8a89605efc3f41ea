import type { Person } from "../support/person.js";
import { expect, test } from "../support/test.js";

const lost = "Connection to the server lost. Reconnecting";
const again = "Connected again";

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
  await aigul.expectToast("Bulat left");
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
    await Promise.all([aigul.expectToast(lost), bulat.expectToast(lost)]);
    // Picture and sound go directly between the two, and do not care.
    await Promise.all([aigul.expectMediaFrom(1), bulat.expectMediaFrom(1)]);

    await server.run();
    await Promise.all([aigul.expectToast(again), bulat.expectToast(again)]);
    await expectWholeCall(aigul, bulat);
    expect(await aigul.toasts()).not.toContain("Bulat left");
    expect(await bulat.toasts()).not.toContain("Aigul left");
  });
}

test("a mute while the server is away leaves the links alone, and is seen when the server is back", async ({
  server,
  person,
}) => {
  test.slow();
  const room = `${server.url}/mute-away`;
  const aigul = await person("Aigul");
  const bulat = await person("Bulat");
  await aigul.comeIn(room);
  await bulat.comeIn(room);
  await Promise.all([aigul.expectMediaFrom(1), bulat.expectMediaFrom(1)]);

  await server.end("SIGTERM");
  await Promise.all([aigul.expectToast(lost), bulat.expectToast(lost)]);
  await bulat.press("Turn the microphone off");
  // Aigul cannot know why it is silent, and hears nothing for longer than a call with a server puts up with.
  await aigul.expectSilence();
  await Promise.all([aigul.expectFramesOverSameLinks(250), bulat.expectFramesOverSameLinks(250)]);
  await bulat.expectMediaFrom(1);
  await expect(aigul.tile("Bulat").getByText("microphone off")).not.toBeAttached();

  await server.run();
  await Promise.all([aigul.expectToast(again), bulat.expectToast(again)]);
  await expect(aigul.tile("Bulat").getByText("microphone off")).toBeAttached();
  await bulat.press("Turn the microphone on");
  await expect(aigul.tile("Bulat").getByText("microphone off")).not.toBeAttached();
  await expectWholeCall(aigul, bulat);
});

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
  await bulat.expectToast(lost);
  // Longer than the grace: for the others Bulat has left.
  await aigul.expectToast("Bulat left");
  await expect(aigul.tile("Bulat")).toHaveCount(0);

  gate.reopen();
  await bulat.expectToast(again);
  await expectWholeCall(aigul, bulat);
});

test("a short loss of the network is not even told to the others", async ({ server, gate, person }) => {
  const aigul = await person("Aigul");
  const bulat = await person("Bulat");
  await aigul.comeIn(`${server.url}/short`);
  await bulat.comeIn(`${gate.url}/short`);
  await Promise.all([aigul.expectMediaFrom(1), bulat.expectMediaFrom(1)]);
  gate.shut();
  await bulat.expectToast(lost);
  gate.reopen();
  await bulat.expectToast(again);
  await expectWholeCall(aigul, bulat);
  expect(await aigul.toasts()).not.toContain("Bulat left");
});
