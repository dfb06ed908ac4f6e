// SPDX-License-Identifier: Apache-2.0
// The page "What if" in a browser that asks the service for files only: drags the household until a
// limit is in the way, spoils a cell, pulls a cable, opens the panel of a pack.
import assert from "node:assert/strict";
import { open, until } from "./browser.mjs";

const { browser, page, problems, url } = await open();
const asked = [];
page.on("request", (request) => {
  if (request.frame().url().includes("whatif")) asked.push(new URL(request.url()).pathname);
});
const text = (selector) => page.locator(selector).first().innerText();
const number = async (selector) => parseFloat((await text(selector)).replace("−", "-").replace("↓", ""));

async function drag(test, value) {
  await page.locator(`[data-test=${test}] input[type=range]`).evaluate((input, value) => {
    input.value = value;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }, value);
}

await page.goto(url);
await page.locator("[data-test=what-if-door]").waitFor();
await page.locator("[data-test=what-if-door]").click();
await page.waitForURL(/whatif/);
await page.locator("[data-test=pack]").nth(2).waitFor();
await page.getByRole("button", { name: "×60" }).first().click();
await until("limits up", async () => (await number("[data-test=bank-DCL] b")) > 500);

await drag("drag-sun_w", 0);
await drag("drag-load_w", 12000);
await until("the battery feeds the house", async () => /Discharging/.test(await text(".power")) && (await number("[data-test=power]")) > 11);
await drag("drag-ambient_ddegc", 320);
const fault = page.getByLabel("Fault", { exact: true });
await fault.selectOption("cell_offset_mv");
await drag("drag-cell", 300);
await until("a high cell is behind a limit", async () => /pack 0/.test(await text("[data-test=bank-CCL] p")) && /cell/.test(await text("[data-test=pack-CCL] .reason")));
await drag("drag-cell", 0);
await fault.selectOption("leak_ma");
await drag("drag-cell", 4000);
await until("a leaking cell falls behind", async () => (await number("[data-test=pack][data-pack='0'] .cells li:nth-child(7) b")) < 3.29);

const before = await number("[data-test=bank-DCL] b");
await page.locator("[data-test=pack][data-pack='1'] [data-test=cable]").click();
await page.locator("[data-test=pack][data-pack='1'] [data-test=excluded]").waitFor();
await until("the limit falls", async () => (await number("[data-test=bank-DCL] b")) < 0.75 * before);

await page.locator("[data-test=pack][data-pack='0'] [data-test=open-faults]").click();
await page.locator("[data-test=chips] li[data-fault=leak_ma]").waitFor();
await page.locator("[data-test=tab-events]").click();
await page.locator(".drawer .view").first().waitFor();
await page.getByRole("button", { name: "Close" }).click();
await page.locator("[data-test=drag-load_w] button").click();
await until("the day is back", async () => (await number("[data-test=flow-house] b")) !== 12);

const files = ["/icon.svg", "/whatif.html", "/whatif.js", "/whatif.css", "/what_if.wasm"];
assert.deepEqual(asked.filter((path) => !files.includes(path)), []);
assert.deepEqual(problems, []);
await browser.close();
