// SPDX-License-Identifier: Apache-2.0
// The wiring view: from the door in the header to a brand with swapped pins, one whose pins are not
// known, one that a straight cable fits, and packs in parallel up to sixteen.
import assert from "node:assert/strict";
import { open, until } from "./browser.mjs";

const { browser, page, problems, url } = await open();
const count = (selector) => page.locator(selector).count();

async function choose(brand) {
  await page.locator(".brands a", { hasText: new RegExp(`^${brand}$`) }).click();
  await page.locator(".brands a[aria-current]", { hasText: new RegExp(`^${brand}$`) }).waitFor();
}

async function seesBrands() {
  await page.goto(url);
  await page.locator("[data-test=wiring-door]").click();
  await page.locator("[data-test=wiring]").waitFor();
  await choose("SMA");
  assert.equal(await count(".sockets .wire"), 3);
  assert.match(await page.locator("[data-test=warning]").innerText(), /pin 4: CAN-L of the pack to CAN-H of the inverter/);
  await page.getByRole("button", { name: "Straight cable" }).click();
  await until("wrong lines", async () => (await count(".sockets .wire.wrong")) === 2);
  await choose("Sol-Ark");
  assert.equal(await count("[data-test=cable-row]"), 2);
  assert.equal(await count("[data-test=fits]"), 1);
  await choose("Deye");
  assert.equal(await count("[data-test=unknown]"), 1);
  assert.equal(await count(".sockets .wire"), 0);
}

async function seesParallelPacks() {
  await page.getByRole("link", { name: "Packs in parallel" }).click();
  await until("three packs", async () => (await count("[data-test=rack-pack]")) === 3);
  assert.equal(await count(".rack .chain"), 2);
  for (let packs = 4; packs <= 16; packs++) {
    await page.getByRole("button", { name: "One pack more" }).click();
    await until(`${packs} packs`, async () => (await count("[data-test=rack-pack]")) === packs);
  }
  assert.ok(await page.getByRole("button", { name: "One pack more" }).isDisabled());
  await page.getByRole("button", { name: "Close" }).click();
  await until("the bank again", async () => (await count("[data-test=pack]")) > 0);
}

try {
  await seesBrands();
  await seesParallelPacks();
  assert.deepEqual(problems, [], "the page reports no error");
  console.log("wiring: ok");
} finally {
  await browser.close();
}
