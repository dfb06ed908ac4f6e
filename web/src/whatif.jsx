// SPDX-License-Identifier: Apache-2.0
// The same page with a bank of its own, and what can be dragged: household, sun, weather, one bad
// cell. Everything else is done where the page has it: cables, front plates, faults, settings.
import { render } from "preact";
import { useState } from "preact/hooks";
import "./whatif.css";
import { amount } from "./format.js";
import { order } from "./live.js";
import { hold, release } from "./local_link.js";
import { Page } from "./page.jsx";

const drags = [
  { name: "load_w", title: "Household", min: 0, max: 30000, step: 250, shown: (w) => `${(w / 1000).toFixed(1)} kW` },
  { name: "sun_w", title: "Sun", min: 0, max: 30000, step: 250, shown: (w) => `${(w / 1000).toFixed(1)} kW` },
  { name: "ambient_ddegc", title: "Air", min: -300, max: 600, step: 10, shown: (t) => `${(t / 10).toFixed(0)} °C` },
];

// Follows the day until it is dragged.
function Drag({ drag, now }) {
  const [held, setHeld] = useState(null);
  const value = held ?? now ?? 0;
  const take = (event) => {
    setHeld(Number(event.target.value));
    hold(drag.name, Number(event.target.value));
  };
  const letGo = () => {
    setHeld(null);
    release(drag.name);
  };
  return (
    <label data-test={`drag-${drag.name}`}>
      <span>
        {drag.title} <b>{now === undefined && held === null ? "as the day has it" : drag.shown(value)}</b>
      </span>
      <input type="range" min={drag.min} max={drag.max} step={drag.step} value={value} onInput={take} aria-label={drag.title} />
      <button disabled={held === null} onClick={letGo}>
        {held === null ? "by the day" : "Let go"}
      </button>
    </label>
  );
}

const perCell = (row) => row.scope === "pack" && row.index === "cell" && row.unit !== "flag" && row.min <= 0;

// A fault of one cell, from nothing to some times of what shows it well.
function BadCell({ packs, schema }) {
  const rows = Object.values(schema.faults).filter(perCell);
  const [name, setName] = useState("leak_ma");
  const [pack, setPack] = useState(0);
  const [cell, setCell] = useState(6);
  const [problem, setProblem] = useState(null);
  const row = schema.faults[name];
  const set = packs[pack]?.faults?.find((fault) => fault.name === name && fault.index === cell);
  const value = set?.value ?? 0;
  const most = Math.min(row.max, 5 * row.typical);
  const drag = (event) =>
    order(packs[pack].pack, "fault", { name, index: cell, value: Number(event.target.value) }).then(setProblem);
  const choose = (title, value, change, options) => (
    <select aria-label={title} value={value} onChange={(event) => change(event.target.value)}>
      {options.map(([id, words]) => (
        <option value={id}>{words}</option>
      ))}
    </select>
  );
  return (
    <label data-test="drag-cell">
      <span>
        {choose("Fault", name, setName, rows.map((row) => [row.name, row.label]))}
        {choose("Pack", pack, (text) => setPack(Number(text)), packs.map((pack, at) => [at, `pack ${pack.dip}`]))}
        {choose("Cell", cell, (text) => setCell(Number(text)), Array.from({ length: row.count }, (none, at) => [at, `cell ${at + 1}`]))}
        <b>{amount(schema, row.unit, value)}</b>
      </span>
      <input type="range" min={0} max={most} step={row.typical / 20} value={value} onInput={drag} aria-label="How bad" />
      {problem && <em role="alert">{problem}</em>}
    </label>
  );
}

function Drags({ bank, packs, schema }) {
  return (
    <section class="card drags" aria-label="What if">
      <h2>What if …</h2>
      <p class="quiet">
        This bank lives in your browser: drag it, pull its cables, break it. No battery and no program hears of it.
      </p>
      {drags.map((drag) => (
        <Drag drag={drag} now={bank.site[drag.name]} />
      ))}
      <BadCell packs={packs} schema={schema} />
    </section>
  );
}

render(<Page Extra={Drags} />, document.getElementById("app"));
