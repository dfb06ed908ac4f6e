// SPDX-License-Identifier: Apache-2.0
// The diagnostics of a bank that speaks pylon_can:v12: closed at first, then protocol, messages with
// their ages, and counters. Exit code 0 and "diagnostics: ok" at the end.
import assert from "node:assert/strict";
import { open, until } from "./browser.mjs";

const { browser, page, problems, url } = await open();
const block = page.locator("[data-test=diagnostics]");
const test = (name) => block.locator(`[data-test="${name}"]`);
const rows = async () => {
  const texts = await test("messages").locator("tbody tr").allInnerTexts();
  return texts.map((text) => text.split("\t").map((cell) => cell.trim()));
};

try {
  await page.goto(url);
  await block.waitFor();
  assert.equal(await test("messages").count(), 0, "closed");
  await block.locator("summary").click();
  await test("messages").waitFor();
  assert.equal(await test("protocol").innerText(), "CAN-Bus-protocol-PYLON-low-voltage-V1.2-20180408, 500 kbit/s.");
  assert.deepEqual((await rows()).map(([name, number, every]) => `${name} ${number} ${every}`), [
    "limits 351 1 s", "state 355 1 s", "measurements 356 1 s", "alarms 359 1 s", "requests 35C 1 s", "maker 35E 1 s",
    "heartbeat of the inverter 305 1 s"]);
  for (const [name, , , sent, heard] of await rows()) {
    assert.match(sent, /^[01]\.\d s ago$/, name);
    assert.match(heard ?? "", name.startsWith("heartbeat") ? /^$/ : /^[01]\.\d s ago$/, name);
  }
  assert.equal(await test("idle").innerText(), "Not sent by themselves: extremes 370, numbers 371");
  const first = async () => test("counts-battery").locator("[data-count=sent] td").innerText();
  const before = Number(await first());
  await until("it is asked for again", async () => Number(await first()) > before);
  if (process.env.SCREENSHOT) await block.screenshot({ path: process.env.SCREENSHOT });
  assert.deepEqual(problems, [], "the page reports no error");
  console.log("diagnostics: ok");
} finally {
  await browser.close();
}
