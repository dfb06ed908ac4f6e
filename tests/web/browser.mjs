// SPDX-License-Identifier: Apache-2.0
// Chromium for the tests of the page: one window on the service that HEARTH_URL names, and patience.
import assert from "node:assert/strict";
import { chromium } from "../../web/node_modules/playwright-core/index.mjs";

export const WAIT_MS = 30000;

// The window and what the page complains about.
export async function open() {
  const url = process.env.HEARTH_URL;
  assert.ok(url, "HEARTH_URL names the service");
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
           "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
  const page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
  const problems = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
  return { browser, page, problems, url };
}

export async function until(what, condition) {
  const end = Date.now() + WAIT_MS;
  while (!(await condition())) {
    assert.ok(Date.now() < end, `waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
