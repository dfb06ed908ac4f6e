// SPDX-License-Identifier: Apache-2.0
// The picker of the inverter's brand: looking at a brand changes nothing, choosing one asks for the
// password once, arrives in the setting of the host pack and shows in the frames.
import assert from "node:assert/strict";
import { open, until } from "./browser.mjs";

const USER = "1234";
const AGAIN_MS = 1500; // the pack lets one try again after a second
const { browser, page, problems, url } = await open();
const panel = page.locator(".frames");
const test = (name) => panel.locator(`[data-test="${name}"]`);
const about = () => test("brand-about").innerText();
const spoken = () => test("spoken").innerText();
const ids = () => panel.locator("[data-test=frame] th").allInnerTexts();

const api = async (path) => page.evaluate(async (from) => (await fetch(from)).json(), path);
const number = async () => (await api("/api/packs/0")).params.can_protocol;
const { brands } = await (await fetch(new URL("/api/brands", url))).json();
const row = (brand) => brands.find((one) => one.brand === brand && one.bus === "can");

const look = (brand) => test("brand-select").selectOption(`${brand}/${row(brand).use}`);

async function showsWhatIsSpoken() {
  await page.goto(url);
  await test("brand").waitFor();
  assert.match(await spoken(), /^Pylontech\s+pylon_can:v12$/);
  assert.equal(await test("brand-in-use").count(), 1);
  await until("the inverter shows something", async () => (await test("display").locator("div").allInnerTexts()).join("") !== "");
  const offered = await test("brand-select").locator("option").count();
  assert.equal(offered, brands.filter((one) => one.bus === "can").length, "all brands of CAN");
}

async function looksAround() {
  await look("Growatt");
  assert.match(await about(), /Program 05 LI/, "menu");
  assert.match(await about(), /document: by the maker's document/, "evidence");
  assert.match(await about(), /A lost battery cuts/, "advice");
  assert.match(await test("brand-pins").innerText(), /exchanged.*Wiring of Growatt/s);
  await look("Deye");
  assert.match(await test("brand-pins").innerText(), /not known/);
  await look("Voltronic");
  assert.match(await about(), /Use RS485/);
  assert.equal(await test("brand-use").count(), 0, "nothing to choose");
  assert.equal(await number(), 2, "looking changes nothing");
}

async function seesTheWiring() {
  await look("Growatt");
  await test("brand-pins").locator("a").click();
  await page.locator(".brands a[aria-current]", { hasText: /^Growatt$/ }).waitFor();
  await page.getByRole("button", { name: "Close" }).click();
  await test("brand").waitFor();
}

async function choosesWithThePassword() {
  await look("Growatt");
  await test("brand-use").click();
  await test("brand-login").waitFor();
  assert.equal(await number(), 2, "not without the password");
  await test("password").fill("wrong");
  await test("login").click();
  await until("refused", async () => (await test("login-problem").innerText()) === "wrong password");
  assert.equal(await number(), 2);
  await page.waitForTimeout(AGAIN_MS);
  await test("password").fill(USER);
  await test("login").click();
  await until("logged in", async () => (await test("brand-login").count()) === 0);
  await until("the setting has arrived", async () => (await number()) === row("Growatt").number);
  await until("the heading follows", async () => /^Growatt\s+growatt_can:rev05$/.test(await spoken()));
  await until("its frames are sent", async () => (await ids()).includes("311") && !(await ids()).includes("351"));
}

// Brands that share a protocol share its number; the page keeps the name that was chosen.
async function choosesAgain() {
  await look("Solis");
  await test("brand-use").click();
  await until("without a password", async () => /^Solis\s+pylon_can:v12$/.test(await spoken()));
  assert.equal(await number(), 2);
  await until("frames of Pylon", async () => (await ids()).includes("351") && !(await ids()).includes("311"));
  await page.reload();
  await until("it is remembered", async () => /^Solis/.test(await spoken()));
}

async function choosesSma() {
  await look("SMA");
  await test("brand-use").click();
  await until("the setting has arrived", async () => (await number()) === row("SMA").number);
  await until("the heading follows", async () => /^SMA/.test(await spoken()));
}

try {
  await showsWhatIsSpoken();
  await looksAround();
  await seesTheWiring();
  await choosesWithThePassword();
  await choosesAgain();
  await choosesSma();
  assert.deepEqual(problems, [], "the page reports no error");
  console.log("brand: ok");
} catch (error) {
  if (process.env.SCREENSHOT) await page.screenshot({ path: process.env.SCREENSHOT, fullPage: true });
  throw error;
} finally {
  await browser.close();
}
