// SPDX-License-Identifier: Apache-2.0
// The page in a browser, against a running demonstration bank: `HEARTH_URL=http://127.0.0.1:PORT node
// tests/web/page.mjs`. Sees three packs, pulls a cable, sees that pack excluded and the limits fall
// with their reason, plugs in again. Exit code 0 and "page: ok" when all of it happened.
import assert from "node:assert/strict";
import { open, until, WAIT_MS } from "./browser.mjs";

const PACK = 1; // a slave: the host speaks for the bank
const { browser, page, problems, url } = await open();

// Gets the page's own view of one limit: its number and its words.
async function limit(page, short) {
  const place = page.locator(`[data-test=bank-${short}]`);
  const text = await place.locator("b").innerText();
  const number = Number.parseFloat(text.replace("−", "-"));
  assert.ok(Number.isFinite(number), `${short} is a number, not "${text}"`);
  return { number, words: await place.locator("p").innerText() };
}

async function seesThreePacks(page) {
  await page.goto(url);
  const packs = page.locator("[data-test=pack]");
  await until("three packs", async () => (await packs.count()) === 3);
  await until("all of them count", async () => (await page.locator("[data-test=excluded]").count()) === 0);
  for (const pack of await packs.all()) {
    assert.equal(await pack.locator(".lamp").count(), 9);
    assert.equal(await pack.locator(".cells li").count(), 16);
  }
  assert.match(await page.locator("[data-test=soc]").innerText(), /^\d+\s*%$/);
  await until("frames", async () => (await page.locator("[data-test=frame]").count()) > 0);
}

async function pullsACable(page) {
  const pack = page.locator(`[data-test=pack][data-pack="${PACK}"]`);
  const before = await limit(page, "DCL");
  assert.ok(before.number > 0, "the bank may discharge");
  assert.match(await pack.locator("[data-test=charge]").innerText(), /\d+ to \d+ %, (counted|corrected)/);
  await pack.locator("[data-test=cable]").click();
  await pack.locator("[data-test=excluded]").waitFor({ timeout: WAIT_MS });
  assert.equal(await pack.locator("[data-test=cable]").innerText(), "Plug in");
  await until("the discharge limit falls", async () => (await limit(page, "DCL")).number < before.number * 0.8);
  await until("the reason is shown", async () => (await limit(page, "DCL")).words.endsWith(`pack ${PACK}`));
  return before;
}

async function plugsInAgain(page, before) {
  const pack = page.locator(`[data-test=pack][data-pack="${PACK}"]`);
  await pack.locator("[data-test=cable]").click();
  await pack.locator("[data-test=excluded]").waitFor({ state: "detached", timeout: WAIT_MS });
  await until("the discharge limit rises", async () => (await limit(page, "DCL")).number > before.number * 0.9);
}

try {
  await seesThreePacks(page);
  const before = await pullsACable(page);
  await plugsInAgain(page, before);
  assert.deepEqual(problems, [], "the page reports no error");
  console.log("page: ok");
} finally {
  await browser.close();
}
