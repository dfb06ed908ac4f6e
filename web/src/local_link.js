// SPDX-License-Identifier: Apache-2.0
// The way to a bank in this page: the core and the simulator as a WebAssembly module, with the
// paths and commands of the service. Time passes while somebody listens.
const TICK_MS = 100;
const STEP_MS = 10;
const LOOK_TICKS = 3;
const FRAME_TICKS = 12;
const PACKS = 3;
const START_MS = 10 * 3600000;

export const local = true;

const module = WebAssembly.instantiateStreaming(fetch("what_if.wasm"), {}).then(({ instance }) => {
  const bank = instance.exports;
  bank._initialize();
  const packs = Number(new URLSearchParams(location.search).get("packs")) || PACKS;
  bank.what_if_start(1, packs, START_MS);
  return bank;
});
module.catch((error) => {
  const words = document.createElement("p");
  words.className = "why";
  words.textContent = `The bank of this page did not start: ${error.message}`;
  document.body.prepend(words);
});

const decoder = new TextDecoder();
const encoder = new TextEncoder();

function text(bank, place) {
  const bytes = new Uint8Array(bank.memory.buffer, place);
  return decoder.decode(bytes.subarray(0, bytes.indexOf(0)));
}

function json(bank, place) {
  const found = text(bank, place);
  return found === "" ? null : JSON.parse(found);
}

function give(bank, number, value) {
  const bytes = new Uint8Array(bank.memory.buffer, bank.what_if_argument(number), 128);
  bytes.fill(0);
  encoder.encodeInto(value, bytes.subarray(0, 127));
}

function show(bank, tick, event) {
  if (tick % LOOK_TICKS === 0) {
    event("bank", json(bank, bank.what_if_bank()));
    for (let at = 0, pack; (pack = json(bank, bank.what_if_pack(at))); at++) event("pack", pack);
  }
  if (tick % FRAME_TICKS === 0) json(bank, bank.what_if_frames()).forEach((frame) => event("frame", frame));
}

export function listen(types, event, lost) {
  let timer;
  let ended = false;
  lost();
  module.catch(() => null).then((bank) => {
    let tick = 0;
    let before = performance.now();
    if (ended || !bank) return;
    timer = setInterval(() => {
      const now = performance.now();
      const passed = Math.min(now - before, 10 * TICK_MS); // a page that slept does not catch up
      before = now;
      bank.what_if_run(Math.round((passed * bank.what_if_speed()) / STEP_MS));
      show(bank, tick++, event);
    }, TICK_MS);
  });
  return () => {
    ended = true;
    clearInterval(timer);
  };
}

const paths = [
  [/^\/api\/schema$/, (bank) => bank.what_if_schema()],
  [/^\/api\/cable$/, (bank) => bank.what_if_cables()],
  [/^\/api\/brands$/, (bank) => bank.what_if_brands()],
  [/^\/api\/packs\/(\d+)$/, (bank, pack) => bank.what_if_settings(pack)],
  [/^\/api\/packs\/(\d+)\/events\?count=(\d+)$/, (bank, pack, count) => bank.what_if_events(pack, count)],
];

export async function ask(path) {
  const bank = await module;
  for (const [pattern, answer] of paths) {
    const found = pattern.exec(path);
    if (found) return json(bank, answer(bank, ...found.slice(1).map(Number)));
  }
  return null;
}

// The members of a body, as service/web_command.c reads them.
export async function post(path, body) {
  const bank = await module;
  const [, pack, word] = /^\/api\/packs\/(\d+)\/(\w+)$/.exec(path) ?? [null, body.pack ?? -1, body.command];
  const value = body.connected ?? body.pressed ?? body.hold_ms ?? body.value ?? 0;
  const words = body.password ?? (typeof value === "string" ? value : null);
  give(bank, 0, word);
  give(bank, 1, body.name ?? "");
  give(bank, 2, words ?? "");
  const place = bank.what_if_command(Number(pack), Number(value) || 0, body.index ?? body.times ?? 0, words !== null ? 1 : 0);
  return text(bank, place) || null;
}

// Quantities that can be held, as in app/what_if/what_if.h.
export const holdable = ["load_w", "sun_w", "ambient_ddegc"];

export const hold = async (name, value) => (await module).what_if_hold(holdable.indexOf(name), value);
export const release = async (name) => (await module).what_if_release(holdable.indexOf(name));
