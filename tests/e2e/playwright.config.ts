import { defineConfig } from "@playwright/test";

import { chromium } from "./support/chromium.js";

// One worker: a call of three browsers fills two cores.
export default defineConfig({
  testDir: "specs",
  workers: 1,
  timeout: 90_000,
  expect: { timeout: 20_000 },
  forbidOnly: process.env.CI === "true",
  reporter: "list",
  use: {
    launchOptions: chromium(),
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
  },
});
