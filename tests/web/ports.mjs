// SPDX-License-Identifier: Apache-2.0
// The tab "Ports" of a bank of two packs, the second a slave: what each port speaks, a refusal with
// its reason, RS485-1 from JK's protocol to Pylon and back by the brand, counters, a phone's width.
import assert from "node:assert/strict";
import { open, until } from "./browser.mjs";

const PACK = 1;
const USER = "1234";
const JK = 1;
const PYLON = 14;
const PHONE = { width: 390, height: 844 };
const { browser, page, problems, url } = await open();
const panel = page.locator("[data-test=drawer]");
const test = (name) => panel.locator(`[data-test="${name}"]`);
const of = (port, name) => test(port).locator(`[data-test="${name}"]`);
const text = (port, name) => of(port, name).innerText();
const number = async (port, count) => Number(await of(port, "port-counts").locator(`[data-count=${count}] b`).innerText());
const set = async () =>
  (await page.evaluate(async (pack) => (await fetch(`/api/packs/${pack}`)).json(), PACK)).params.uart1_protocol;
const schema = await (await fetch(new URL("/api/schema", url))).json();

async function choose(port, wanted) {
  await of(port, "port-select").selectOption(String(wanted));
  await of(port, "port-use").click();
}

async function showsWhatThePortsSpeak() {
  await page.goto(url);
  await page.locator(`[data-test=pack][data-pack="${PACK}"] [data-test=open-ports]`).click();
  await test("rs485_1").waitFor();
  for (const port of ["rs485_1", "rs232", "rs485_2"]) {
    assert.match(await text(port, "port-spoken"), /^1 JK BMS RS485 Modbus V1\.0 jk_rs485/, port);
    assert.equal(await text(port, "port-rate"), "115200 baud", port);
    assert.equal(await text(port, "port-address"), "1", port);
  }
  assert.equal(await of("rs485_2", "port-select").count(), 0, "follows the DIP switch");
  const before = await number("rs485_2", "answered");
  await until("the host asks this pack", async () => (await number("rs485_2", "answered")) > before);
}

async function offersWhatIsBuiltByBrandAndNumber() {
  const options = of("rs485_1", "port-select").locator("option");
  assert.equal(await options.count(), schema.uarts.length);
  const words = await options.allInnerTexts();
  assert.ok(words.includes("Pylontech – 14: PYLON low voltage protocol RS485 V3.5, 9600 baud"), words.join("\n"));
  const unbuilt = schema.uarts.filter((uart) => !uart.built).length;
  assert.ok(unbuilt > 0);
  assert.equal(await of("rs485_1", "port-select").locator("option:disabled").count(), unbuilt);
  await of("rs485_1", "port-select").selectOption("7");
  assert.match(await test("rs485_1").innerText(), /Voltronic Menu: Program 05 LIB/);
  assert.equal(await set(), JK, "looking changes nothing");
}

async function refusesWithoutThePassword() {
  await choose("rs485_1", PYLON);
  await of("rs485_1", "port-problem").waitFor();
  assert.equal(await text("rs485_1", "port-problem"), "Not changed: log in to this pack first");
  assert.equal(await set(), JK);
}

async function changesWithIt() {
  await test("password").fill(USER);
  await test("login").click();
  await test("role").waitFor();
  await choose("rs485_1", PYLON);
  await until("the page shows it", async () => /^14 PYLON.* pylon_rs485/.test(await text("rs485_1", "port-spoken")));
  assert.equal(await set(), PYLON);
  assert.equal(await text("rs485_1", "port-rate"), "9600 baud");
  assert.equal(await text("rs485_1", "port-address"), "3", "Pylon counts from 2");
  assert.equal(await number("rs485_1", "requests"), 0);
  assert.match(await text("rs232", "port-spoken"), /^1 JK/, "the other port stays");
  assert.equal(await of("rs485_1", "port-problem").count(), 0);
  await choose("rs485_1", JK);
  await until("back again", async () => /^1 JK/.test(await text("rs485_1", "port-spoken")));
}

async function drawsAndIsMute() {
  await choose("rs232", 10);
  await until("it draws", async () => (await text("rs232", "port-does")) === "draws on a display");
  await until("pictures", async () => (await number("rs232", "pictures")) > 0);
  assert.equal(await of("rs232", "port-address").count(), 0);
}

async function fitsOnAPhone() {
  await page.setViewportSize(PHONE);
  await until("no sideways scrolling", () => panel.evaluate((element) => element.scrollWidth <= element.clientWidth));
  for (const port of ["rs485_1", "rs232", "rs485_2"]) {
    const box = await test(port).boundingBox();
    assert.ok(box.x >= 0 && box.x + box.width <= PHONE.width, port);
  }
  assert.ok(await panel.locator(".tabs").evaluate((element) => element.scrollWidth <= element.clientWidth), "all tabs");
  const box = await of("rs485_1", "port-select").boundingBox();
  assert.ok(box.width > 200 && box.x + box.width <= PHONE.width, "the list can be touched");
}

try {
  await showsWhatThePortsSpeak();
  await offersWhatIsBuiltByBrandAndNumber();
  await refusesWithoutThePassword();
  const others = problems.splice(0).filter((problem) => !problem.includes("401"));
  assert.deepEqual(others, [], "nothing but the refusal");
  await changesWithIt();
  await drawsAndIsMute();
  if (process.env.SCREENSHOT) await page.screenshot({ path: process.env.SCREENSHOT });
  await fitsOnAPhone();
  if (process.env.SCREENSHOT) await page.screenshot({ path: process.env.SCREENSHOT.replace(".png", "-phone.png") });
  assert.deepEqual(problems, [], "the page reports no error");
  console.log("ports: ok");
} catch (error) {
  if (process.env.SCREENSHOT) await page.screenshot({ path: process.env.SCREENSHOT });
  throw error;
} finally {
  await browser.close();
}
