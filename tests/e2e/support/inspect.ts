import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const artifacts = process.env.AKBUZAT_ARTIFACTS ?? fileURLToPath(new URL("../../../build/artifacts", import.meta.url));

/** Waits for everything that fades or glides, and does not go on for ever. */
async function rest(page: Page): Promise<void> {
  await expect
    .poll(() =>
      page.evaluate(() => {
        const moving = document.getAnimations().filter(({ effect, playState }) => {
          // The meter of the microphone is a row of short movements without an end.
          const isMeter = effect instanceof KeyframeEffect && effect.target?.matches(".level-fill");
          return playState === "running" && !isMeter && effect?.getComputedTiming().endTime !== Infinity;
        });
        return moving.length;
      }),
    )
    .toBe(0);
}

/** Nothing serious for axe, nothing wider than the window, and a picture to look at. */
export async function inspect(page: Page, picture: string): Promise<void> {
  await rest(page);
  const result = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]).analyze();
  expect(result.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
  await page.screenshot({ path: join(artifacts, "screenshots", `${picture}.png`) });
}

/** Rests the mouse on the rim of the call's bar, beside its buttons: as long as it is there the bars stay. */
export async function holdBars(page: Page, controls: string): Promise<void> {
  const bar = page.getByRole("group", { name: controls });
  // A movement brings the bar back to its place, if it has left.
  await page.mouse.move(60, 200);
  await rest(page);
  const box = await bar.boundingBox();
  if (box === null) throw new Error("there is no bar");
  await page.mouse.move(box.x + 4, box.y + box.height / 2);
  await expect.poll(() => bar.evaluate((element) => element.matches(":hover"))).toBe(true);
  const opacities = () =>
    page.locator(".bar").evaluateAll((bars) => bars.map((one) => getComputedStyle(one).opacity));
  await expect.poll(opacities).toEqual(["1", "1"]);
}
