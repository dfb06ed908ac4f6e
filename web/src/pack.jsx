// SPDX-License-Identifier: Apache-2.0
// One pack: its lamps, figures, cells, temperatures, limits, alarms, its cable and the doors to more.
import { useState } from "preact/hooks";
import { Alarms } from "./alarms.jsx";
import { Lamps } from "./lamps.jsx";
import { limits } from "./limits.jsx";
import { send } from "./live.js";
import { place, tabs } from "./route.js";
import { decimal, quantity } from "./format.js";

const BAR_LOW_MV = 2800;
const BAR_HIGH_MV = 3650;

function cellClass(values, index) {
  const marks = [];
  if (index === values.cell_max_index) marks.push("highest");
  if (index === values.cell_min_index) marks.push("lowest");
  const balancing =
    values.balance_state > 0 &&
    (index === values.balance_source_index || index === values.balance_sink_index);
  if (balancing) marks.push("balancing");
  return marks.join(" ");
}

export function Cells({ values }) {
  const span = BAR_HIGH_MV - BAR_LOW_MV;
  return (
    <ol class="cells" aria-label="Cell voltages in volts">
      {(values.cell_mv ?? []).map((millivolts, index) => {
        const height = Math.max(0, Math.min(1, ((millivolts ?? 0) - BAR_LOW_MV) / span));
        return (
          <li class={cellClass(values, index)} title={`cell ${index + 1}: ${decimal(millivolts, 3, 3)} V`}>
            <span class="bar">
              <i style={{ height: `${8 + 92 * height}%` }} />
            </span>
            <b>{decimal(millivolts, 3, 3)}</b>
            <small>{index + 1}</small>
          </li>
        );
      })}
    </ol>
  );
}

function Row({ schema, name, values, places }) {
  if (values[name] === undefined) return null;
  return (
    <div>
      <dt>{schema.values[name].label}</dt>
      <dd>{quantity(schema, name, values[name], places)}</dd>
    </div>
  );
}

function Temperatures({ values, schema }) {
  const shown = (values.temp_ddegc ?? []).map((value) => decimal(value, 1, 1));
  if (shown.length === 0) return null;
  return (
    <div>
      <dt>{schema.values.temp_ddegc.label}</dt>
      <dd>{shown.join(" · ")} °C</dd>
    </div>
  );
}

// Between what the charge is, and what corrected it last.
export function Charge({ values, words }) {
  const { soc_low_permille: low, soc_high_permille: high } = values;
  if (low === undefined || high === undefined) return null;
  return (
    <p class="quiet charge" data-test="charge">
      <span class="interval" aria-hidden="true">
        <i style={{ left: `${low / 10}%`, width: `${Math.max(0.5, (high - low) / 10)}%` }} />
        <b style={{ left: `${values.soc_permille / 10}%` }} />
      </span>
      {decimal(low, 1, 0)} to {decimal(high, 1, 0)} %, {words.soc_reason}
    </p>
  );
}

function Cable({ pack }) {
  const [problem, setProblem] = useState(null);
  const move = async () =>
    setProblem(await send({ command: "cable", pack: pack.pack, connected: !pack.connected }));
  return (
    <div class="cable">
      {problem && <em role="alert">{problem}</em>}
      <button class={pack.connected ? "" : "main"} data-test="cable" onClick={move}>
        {pack.connected ? "Pull cable" : "Plug in"}
      </button>
    </div>
  );
}

export function LimitRows({ values, words, schema }) {
  return (
    <table class="pack-limits">
      <tbody>
        {limits.map((row) => (
          <tr data-test={`pack-${row.short}`}>
            <th scope="row">{row.short}</th>
            <td>{quantity(schema, row.value, values[row.value])}</td>
            <td class="reason">{words[row.reason] ?? ""}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function asleep(schema, values) {
  return schema.power_states[values.power_state]?.words === "sleeping";
}

function Doors({ pack }) {
  const faults = pack.faults?.length ?? 0;
  return (
    <nav class="doors" aria-label={`More about pack ${pack.dip}`}>
      {tabs
        .filter((tab) => tab.id !== "overview")
        .map((tab) => (
          <a href={place(pack.pack, tab.id)} data-test={`open-${tab.id}`}>
            {tab.title}
            {tab.id === "faults" && faults > 0 && <em>{faults}</em>}
          </a>
        ))}
    </nav>
  );
}

export function Pack({ pack, schema }) {
  const { values, words } = pack;
  return (
    <article class={`card pack ${pack.excluded ? "excluded" : ""}`} data-test="pack" data-pack={pack.pack}>
      <div class="title">
        <h2>Pack {pack.dip}</h2>
        <span>{[pack.dip === 0 && "host", pack.name].filter(Boolean).join(" · ")}</span>
        <Cable pack={pack} />
      </div>
      {pack.excluded && (
        <p class="why" data-test="excluded">
          <strong>Excluded</strong> {pack.excluded}
        </p>
      )}
      <a class="plate-door" href={place(pack.pack, "plate")} aria-label="Front plate">
        <Lamps values={values} asleep={asleep(schema, values)} />
      </a>
      <div class="main-figures">
        <b title={words.soc_reason}>{quantity(schema, "soc_permille", values.soc_permille)}</b>
        <b>{quantity(schema, "pack_mv", values.pack_mv)}</b>
        <b>{quantity(schema, "pack_ma", values.pack_ma)}</b>
      </div>
      <Charge values={values} words={words} />
      <Cells values={values} />
      <dl class="rows">
        <Row schema={schema} name="cell_spread_mv" values={values} places={3} />
        <Row schema={schema} name="mos_ddegc" values={values} />
        <Temperatures schema={schema} values={values} />
      </dl>
      <LimitRows values={values} words={words} schema={schema} />
      <Alarms values={values} schema={schema} />
      <Doors pack={pack} />
    </article>
  );
}
