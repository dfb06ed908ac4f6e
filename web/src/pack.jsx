// SPDX-License-Identifier: Apache-2.0
// One pack: its front plate, figures, cells, temperatures, limits, alarms and its cable.
import { useState } from "preact/hooks";
import { limits } from "./limits.jsx";
import { send } from "./live.js";
import { alarmLabel, decimal, quantity } from "./format.js";

const LAMPS = ["ON", "RUN", "ALM", "L1", "L2", "L3", "L4", "L5", "L6"];
const FLICKER_BIT = 16;
const BAR_LOW_MV = 2800;
const BAR_HIGH_MV = 3650;

// A lamp that flickers is shown flickering; whether it is lit in this instant does not matter.
function FrontPlate({ leds = 0 }) {
  return (
    <div class="plate" aria-label="Front plate">
      {LAMPS.map((name, bit) => {
        const flickers = (leds >> (bit + FLICKER_BIT)) & 1;
        const lit = flickers || (leds >> bit) & 1;
        const state = flickers ? "flickering" : lit ? "lit" : "dark";
        return (
          <span class={`lamp ${name.toLowerCase()} ${state}`} title={`${name}: ${state}`}>
            <i />
            {name}
          </span>
        );
      })}
    </div>
  );
}

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

function Cells({ values }) {
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

function Alarms({ values, schema }) {
  const alarms = [...new Set([...(values.alarms ?? []), ...(values.warnings ?? [])])];
  if (alarms.length === 0) return <p class="quiet">No alarms</p>;
  return (
    <ul class="alarms">
      {alarms.map((id) => (
        <li class={schema.alarms[id]?.severity}>{alarmLabel(schema, id)}</li>
      ))}
    </ul>
  );
}

export function Pack({ pack, schema }) {
  const { values, words } = pack;
  return (
    <article class={`card pack ${pack.excluded ? "excluded" : ""}`} data-test="pack" data-pack={pack.pack}>
      <div class="title">
        <h2>Pack {pack.pack}</h2>
        <span>{[pack.pack === 0 && "host", pack.name].filter(Boolean).join(" · ")}</span>
        <Cable pack={pack} />
      </div>
      {pack.excluded && (
        <p class="why" data-test="excluded">
          <strong>Excluded</strong> {pack.excluded}
        </p>
      )}
      <FrontPlate leds={values.leds} />
      <div class="main-figures">
        <b>{quantity(schema, "soc_permille", values.soc_permille)}</b>
        <b>{quantity(schema, "pack_mv", values.pack_mv)}</b>
        <b>{quantity(schema, "pack_ma", values.pack_ma)}</b>
      </div>
      <Cells values={values} />
      <dl class="rows">
        <Row schema={schema} name="cell_spread_mv" values={values} places={3} />
        <Row schema={schema} name="mos_ddegc" values={values} />
        <Temperatures schema={schema} values={values} />
      </dl>
      <table class="pack-limits">
        <tbody>
          {limits.map((row) => (
            <tr>
              <th scope="row">{row.short}</th>
              <td>{quantity(schema, row.value, values[row.value])}</td>
              <td class="reason">{words[row.reason] ?? ""}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <Alarms values={values} schema={schema} />
    </article>
  );
}
