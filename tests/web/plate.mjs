// SPDX-License-Identifier: Apache-2.0
// A newcomer with one virtual pack, in a browser, against `hearth run --packs 1`: presses and holds
// its button, moves its switches, changes its passwords, breaks it in every way that hurts and looks
// at lamps, alarms, limits, contact and events. Exit code 0 and "plate: ok" at the end.
import assert from "node:assert/strict";
import { open, until } from "./browser.mjs";

const PACK = 0;
const INSTALLER = "666666";
const { browser, page, problems, url } = await open();
const panel = page.locator("[data-test=drawer]");
const test = (name) => panel.locator(`[data-test="${name}"]`);
const tab = (name) => test(`tab-${name}`).click();
const state = () => test("power-state").innerText();
const alarm = (id) => panel.locator(`.top [data-alarm=${id}]`);
const lamp = (name) => panel.locator(`.top [data-lamp=${name}]`);

async function lampIs(name, wanted) {
  await until(`lamp ${name} is ${wanted}`, async () => (await lamp(name).getAttribute("class")).includes(wanted));
}

async function speed(factor) {
  const status = await page.evaluate(async (value) => {
    const headers = { "Content-Type": "application/json" };
    const body = JSON.stringify({ command: "speed", value });
    return (await fetch("/api/commands", { method: "POST", headers, body })).status;
  }, factor);
  assert.equal(status, 202);
}

async function amperes(limit) {
  const text = await test(`pack-${limit}`).locator("td").first().innerText();
  return Number.parseFloat(text);
}

async function opensThePanel() {
  await page.goto(url);
  await page.locator(`[data-test=pack][data-pack="${PACK}"] [data-test=open-plate]`).click();
  await panel.waitFor();
  await until("the pack is on", async () => (await state()) === "on");
  for (const name of ["ON", "L1", "L2", "L3"]) await lampIs(name, "lit");
  for (const name of ["L4", "L5"]) await lampIs(name, "dark");
  await lampIs("L6", "flickering");
  const animation = await lamp("L6").locator("i").evaluate((element) => {
    const style = getComputedStyle(element);
    return `${style.animationName} ${style.animationDuration} ${style.animationIterationCount}`;
  });
  assert.equal(animation, "flicker 1s infinite", "1 Hz");
}

// Held by the mouse until the pack does what it should; at twice real time, so that it is brief.
async function holdsTheButton() {
  await speed(2);
  await test("button").hover();
  await page.mouse.down();
  await until("the seconds are shown", async () => /^[12]\.\d s$/.test(await test("held").innerText()));
  assert.notEqual(await state(), "off", "a second does not switch off");
  await until("the pack is off", async () => (await state()) === "off");
  await page.mouse.up();
  for (const name of ["ON", "RUN", "ALM", "L1", "L6"]) await lampIs(name, "dark");
  await test("held").waitFor({ state: "detached" });
  await page.mouse.down();
  await until("the pack starts", async () => (await state()) !== "off");
  await page.mouse.up();
  await until("the pack is on again", async () => (await state()) === "on");
  await lampIs("ON", "lit");
}

// The button beside the button presses exactly, at any speed.
async function pressesExactly() {
  await speed(60);
  await test("press-off").click();
  await until("the pack is off", async () => (await state()) === "off");
  await test("press-on").click();
  await until("it beeps", async () => (await test("buzzer").getAttribute("class")).includes("sounding"));
  await until("the pack is on", async () => (await state()) === "on");
}

async function movesTheSwitches() {
  assert.equal(await test("address").innerText(), String(PACK));
  await test("dip-3").click();
  await until("the address is 4", async () => (await test("address").innerText()) === "4");
  assert.equal(await test("dip-3").getAttribute("aria-checked"), "true");
  await until("the title follows", async () => (await panel.locator("h2").innerText()) === "Pack 4");
  assert.match(await page.locator("[data-test=trouble]").innerText(), /nobody speaks for the bank/);
  await test("dip-3").click();
  await until("the address is back", async () => (await test("address").innerText()) === String(PACK));
  await test("breaker").click();
  await alarm("breaker_open").waitFor();
  await until("charge limit", async () => (await amperes("CCL")) === 0);
  await test("breaker").click();
  await alarm("breaker_open").waitFor({ state: "detached" });
}

async function logsIn(password) {
  await tab("settings");
  await test("password").fill(password);
  await test("login").click();
}

async function sets(name, value) {
  await test("search").fill(name);
  const row = test(`setting-${name}`);
  await row.locator("input").fill(value);
  await row.locator("text=Save").click();
  return row;
}

// While passwords are as delivered ALM flickers; after that only a fault makes it.
async function changesSettings() {
  await tab("settings");
  await test("search").fill("balance_trigger_mv");
  assert.equal(await test("setting-balance_trigger_mv").locator("input").count(), 0, "not without a role");
  assert.ok(await test("order-shut-down").isDisabled());
  await logsIn("0000");
  await until("refused", async () => (await test("login-problem").innerText()) === "wrong password");
  await logsIn(INSTALLER); // a second later on the clock of the pack, which lets one try again
  await test("role").waitFor();
  assert.equal(await test("role").innerText(), "installer");
  const row = await sets("balance_trigger_mv", "9");
  await until("refused with its reason", async () =>
    (await row.locator("[role=alert]").innerText()) === "outside the permitted range");
  await sets("balance_trigger_mv", "0.005");
  await until("the new value is shown", async () => (await row.locator("input").inputValue()) === "0.005");
  await until("no refusal any more", async () => (await row.locator("[role=alert]").count()) === 0);
  await changesPasswords();
}

async function changesPasswords() {
  await sets("device_password", "user-of-0");
  await sets("settings_password", "installer-of-0");
  await alarm("password_not_changed").waitFor({ state: "detached" });
  await lampIs("ALM", "dark");
}

// Three short presses begin an emergency once the setting permits it; the page ends it.
async function hasAnEmergency() {
  await logsInAgain();
  await test("search").fill("emergency_button_enabled");
  const row = test("setting-emergency_button_enabled");
  await row.locator("button").click();
  await until("it is on", async () => (await row.locator("button").getAttribute("aria-checked")) === "true");
  await tab("plate");
  await test("press-emergency").click();
  await until("the emergency is on", async () => (await state()) === "emergency");
  await panel.locator(".states dd", { hasText: /^\d+ s left$/ }).waitFor();
  await until("the page ends it", async () => {
    if ((await state()) === "emergency") await orders("emergency");
    return (await state()) === "on";
  });
}

async function drivesAContact() {
  await logsInAgain();
  await test("search").fill("dry2_source");
  await test("setting-dry2_source").locator("select").selectOption({ label: "Remote control" });
  await panel.locator(".remote span", { hasText: "Contact 2" }).locator("text=on").last().click();
  await tab("plate");
  await until("contact 2 is closed", async () => (await test("contact-2").getAttribute("data-closed")) === "true");
}

// Ten seconds from off; the passwords are as delivered afterwards, and ALM tells.
async function resetsThePasswords() {
  await tab("plate");
  await test("press-off").click();
  await until("the pack is off", async () => (await state()) === "off");
  await test("press-reset").click();
  await alarm("password_not_changed").waitFor();
  await tab("events");
  await panel.locator("[data-test=event][data-kind=password_reset]").waitFor();
  await logsIn(INSTALLER);
  await test("role").waitFor();
  await changesPasswords();
}

// Five minutes idle end a session, which is five seconds at x60.
async function logsInAgain() {
  await tab("settings");
  await panel.locator("[data-test=role], [data-test=password]").first().waitFor();
  if ((await test("role").count()) === 0) await logsIn("installer-of-0");
  await test("role").waitFor();
}

async function orders(word) {
  await logsInAgain();
  await test(`order-${word}`).click();
}

async function setsFault({ fault, value, index }) {
  await tab("faults");
  const row = test(`fault-${fault}`);
  if (index !== undefined) await row.locator("select").selectOption(String(index));
  if (value !== undefined) await row.locator("input").fill(value);
  await row.locator("button").click();
  await panel.locator(`[data-test=chips] [data-fault=${fault}]`).waitFor();
}

async function breaks({ alarm: id, limits, ...fault }) {
  await setsFault(fault);
  await alarm(id).waitFor({ timeout: 30000 });
  await lampIs("ALM", "flickering");
  for (const limit of limits) await until(`${limit} is 0`, async () => (await amperes(limit)) === 0);
  await tab("plate");
  await until("contact 1 is closed", async () => (await test("contact-1").getAttribute("data-closed")) === "true");
  await tab("events");
  await panel.locator(`[data-test=event][data-kind=alarm_set][data-alarm=${id}]`).first().waitFor();
}

async function heals(fault) {
  await tab("faults");
  await panel.locator(`[data-test=chips] [data-fault=${fault}] button`).click();
  await panel.locator(`[data-test=chips] [data-fault=${fault}]`).waitFor({ state: "detached" });
}

async function recovers(id) {
  await alarm(id).waitFor({ state: "detached", timeout: 30000 });
  await until("the pack is on", async () => (await state()) === "on");
  await lampIs("ALM", "dark");
  await tab("events");
  await panel.locator(`[data-test=event][data-kind=alarm_cleared][data-alarm=${id}]`).first().waitFor();
  await tab("plate");
  await until("contact 1 is open", async () => (await test("contact-1").getAttribute("data-closed")) === "false");
}

async function limitsComeBack() {
  await until("the limits come back", async () => (await amperes("CCL")) > 0 && (await amperes("DCL")) > 0);
}

// Step by step, so that the current has fallen before the next one: at full current the resistance of
// the cell alone would lift it from where the taper ends over where the protection acts.
async function raisesACell() {
  for (const [value, most] of [["0.28", 30], ["0.31", 12], ["0.34", 0]]) {
    await setsFault({ fault: "cell_offset_mv", index: 6, value });
    await until(`the taper ends at ${most} A`, async () => (await amperes("CCL")) <= most);
    await until("it names the cell", async () =>
      /^cell voltage is high: taper, cell 7 at 3\.[56]\d\d V$/.test(
        await test("pack-CCL").locator(".reason").innerText()));
  }
}

async function breaksEverything() {
  await breaks({ fault: "terminal_short_mohm", alarm: "discharge_short_circuit", limits: ["CCL", "DCL"] });
  await heals("terminal_short_mohm");
  await recovers("discharge_short_circuit"); // by itself, 60 s later
  await limitsComeBack();

  await breaks({ fault: "wire_open_mask", index: 3, alarm: "open_wire", limits: ["CCL", "DCL"] });
  await heals("wire_open_mask");
  await alarm("open_wire").waitFor({ state: "detached" });
  await until("what was locked is released", async () => {
    await orders("release");
    return (await state()) === "on";
  });
  await recovers("open_wire");
  await limitsComeBack();

  // A high cell takes the charge limit to nothing; an inverter that goes on drives it too high.
  await raisesACell();
  await breaks({ fault: "disobedience", value: "3", alarm: "cell_over_voltage", limits: ["CCL"] });
  await until("it may still discharge", async () => (await amperes("DCL")) > 0);
  await heals("disobedience");
  await heals("cell_offset_mv");
  await recovers("cell_over_voltage");

  // A charger that takes no notice ends as a locked protection.
  await breaks({ fault: "charger_ma", value: "170", alarm: "charge_limit_ignored", limits: ["CCL"] });
  await heals("charger_ma");
  await until("the lock is released", async () => {
    await orders("release");
    return (await alarm("charge_limit_ignored").count()) === 0;
  });
  await recovers("charge_limit_ignored");

  // Heat ends with the extinguisher, which stays fired.
  await breaks({ fault: "cell_heat_w", index: 2, value: "5000", alarm: "thermal_event", limits: ["CCL", "DCL"] });
  await alarm("extinguisher").waitFor();
  await heals("cell_heat_w");
  await test("tab-events").click();
  await panel.locator("[data-test=event][data-alarm=extinguisher]").waitFor();
  await orders("release");
  assert.equal(await alarm("extinguisher").count(), 1, "what has fired stays fired");
  assert.equal(await amperes("DCL"), 0);
}

try {
  await opensThePanel();
  await holdsTheButton();
  await pressesExactly();
  await movesTheSwitches();
  await changesSettings();
  await hasAnEmergency();
  await drivesAContact();
  await resetsThePasswords();
  await breaksEverything();
  await page.keyboard.press("Escape");
  await panel.waitFor({ state: "detached" });
  assert.deepEqual(problems, [], "the page reports no error");
  console.log("plate: ok");
} catch (error) {
  if (process.env.SCREENSHOT) await page.screenshot({ path: process.env.SCREENSHOT });
  throw error;
} finally {
  await browser.close();
}
