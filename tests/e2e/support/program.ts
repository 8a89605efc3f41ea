import { build } from "esbuild";
import type { BrowserContext, Page } from "@playwright/test";
import { fileURLToPath } from "node:url";

/**
 * A page of another program: an answer of the server without anything of its own client. Made up by the test it would not
 * come from this machine for Chromium, which then keeps it from the server.
 */
export async function openProgram(context: BrowserContext, url: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${url}/healthz`);
  return page;
}

/** Puts a package of ours, which has to be installed, and the observables it needs under a global name. */
export async function addPackage(page: Page, name: string, globalName: string): Promise<void> {
  const { outputFiles } = await build({
    stdin: {
      contents: `export * from "${name}"; export { BehaviorSubject } from "rxjs";`,
      resolveDir: fileURLToPath(new URL("..", import.meta.url)),
    },
    bundle: true,
    write: false,
    format: "iife",
    globalName,
    target: "chrome120",
  });
  await page.evaluate(outputFiles[0]?.text ?? "");
}
