// SPDX-License-Identifier: Apache-2.0
// Plays a story of app/what_if/what_if.h from standard input in the module named by the argument;
// play.c is its twin for the PC. Prints each sum.
import { readFileSync } from "node:fs";

const module = new WebAssembly.Module(readFileSync(process.argv[2]));
if (WebAssembly.Module.imports(module).length > 0) throw new Error("the module wants something of its host");
const bank = new WebAssembly.Instance(module, {}).exports;
bank._initialize();

function memory(place, size) {
  return new Uint8Array(bank.memory.buffer, place, size);
}

function give(number, text) {
  const bytes = memory(bank.what_if_argument(number), 128);
  bytes.fill(0);
  new TextEncoder().encodeInto(text === "-" ? "" : text, bytes);
}

const words = {
  start: (...numbers) => bank.what_if_start(...numbers.map(Number)),
  run: (steps) => bank.what_if_run(Number(steps)),
  hold: (quantity, value) => bank.what_if_hold(Number(quantity), Number(value)),
  release: (quantity) => bank.what_if_release(Number(quantity)),
  do: (name, pack, value, index, param) => {
    give(0, name);
    give(1, param);
    const place = bank.what_if_command(Number(pack), Number(value), Number(index), 0);
    const text = memory(place, bank.memory.buffer.byteLength - place);
    process.stdout.write(new TextDecoder().decode(text.subarray(0, text.indexOf(0))));
  },
  sum: () => console.log((bank.what_if_sum() >>> 0).toString(16).padStart(8, "0")),
};

for (const line of readFileSync(0, "utf8").split("\n")) {
  const [word, ...rest] = line.split(" ");
  if (word && word !== "#" && !word.startsWith("#")) words[word](...rest);
}
