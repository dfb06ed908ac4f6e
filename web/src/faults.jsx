// SPDX-License-Identifier: Apache-2.0
// What can be made to go wrong with a virtual pack, the busbar, the inverter and the buses: made from
// the schema. Faults that are set are chips on top, and go by their cross.
import { useState } from "preact/hooks";
import { order, send } from "./live.js";
import { amount, meant, shown, symbol } from "./format.js";

const groups = [
  { title: "This pack", holds: (row) => row.scope === "pack" && row.index === "none" },
  { title: "One cell", holds: (row) => row.scope === "pack" && row.index === "cell" },
  { title: "One sensor", holds: (row) => row.scope === "pack" && row.index === "sensor" },
  { title: "Busbar", holds: (row) => row.scope === "plant" },
  { title: "Inverter", holds: (row) => row.scope === "inverter" },
  { title: "RS485-2 and CAN", holds: (row) => row.scope === "bus" },
];

const key = (name, index) => `${name}/${index ?? 0}`;

// Sets a fault where its row belongs: in the pack, or in plant and inverter.
function set(row, pack, index, value) {
  const members = { name: row.name, value };
  if (row.index !== "none") members.index = index;
  return row.scope === "pack" ? order(pack, "fault", members) : send({ command: "fault", ...members });
}

function Chips({ active, pack, schema, complain }) {
  const clear = async () =>
    complain((await order(pack, "clear_faults")) ?? (await send({ command: "clear_faults" })));
  if (active.length === 0) return <p class="quiet">Nothing is broken. Set a fault and watch lamps, alarms and limits.</p>;
  return (
    <ul class="chips" data-test="chips">
      {active.map((fault) => {
        const row = schema.faults[fault.name];
        const where = row.index === "none" ? "" : `, ${row.index} ${fault.index + 1}`;
        const much = row.unit === "flag" ? "" : `: ${amount(schema, row.unit, fault.value, schema.units[row.unit]?.exponent)}`;
        return (
          <li data-fault={fault.name}>
            {row.label + where + much}
            <button aria-label={`Clear ${row.label}`} onClick={() => set(row, pack, fault.index, 0).then(complain)}>
              ×
            </button>
          </li>
        );
      })}
      <li class="all">
        <button onClick={clear} data-test="clear-all">
          Clear all
        </button>
      </li>
    </ul>
  );
}

function Fault({ row, pack, active, schema, complain }) {
  const [index, setIndex] = useState(0);
  const [text, setText] = useState(shown(schema, row.unit, row.typical));
  const flag = row.unit === "flag";
  const is = active.get(key(row.name, index));
  const value = meant(schema, row.unit, text);
  const bounds = `${shown(schema, row.unit, row.min)} to ${shown(schema, row.unit, row.max)} ${symbol(schema, row.unit)}`.trim();
  const submit = (event) => {
    event.preventDefault();
    if (Number.isNaN(value) || value < row.min || value > row.max) return complain(`${row.label}: ${bounds}`);
    set(row, pack, index, value).then(complain);
  };
  return (
    <form class={`fault ${is ? "set" : ""}`} onSubmit={submit} data-test={`fault-${row.name}`}>
      <span>{row.label}</span>
      {row.index !== "none" && (
        <select aria-label={row.index} value={index} onChange={(event) => setIndex(Number(event.target.value))}>
          {Array.from({ length: row.count }, (none, at) => (
            <option value={at}>
              {row.index} {at + 1}
            </option>
          ))}
        </select>
      )}
      {!flag && (
        <label>
          <input
            inputMode="decimal"
            aria-label={`${row.label}, ${bounds}`}
            title={bounds}
            value={text}
            onInput={(event) => setText(event.target.value)}
          />
          <small>{symbol(schema, row.unit)}</small>
        </label>
      )}
      {flag ? (
        <button
          role="switch"
          class="flag"
          aria-checked={!!is}
          aria-label={row.label}
          type="button"
          onClick={() => set(row, pack, index, is ? 0 : 1).then(complain)}
        >
          <i />
        </button>
      ) : (
        <button>Set</button>
      )}
    </form>
  );
}

export function Faults({ pack, site, schema }) {
  const [problem, setProblem] = useState(null);
  if (!pack.local) return <p class="view quiet">A pack behind a cable has its own faults.</p>;
  const list = [...(pack.faults ?? []), ...(site.faults ?? [])];
  const active = new Map(list.map((fault) => [key(fault.name, fault.index), fault.value]));
  return (
    <section class="view" aria-label="Faults">
      <Chips active={list} pack={pack.pack} schema={schema} complain={setProblem} />
      {problem && (
        <p class="why" role="alert">
          {problem}
        </p>
      )}
      {groups.map((group) => (
        <fieldset>
          <legend>{group.title}</legend>
          {Object.values(schema.faults)
            .filter(group.holds)
            .map((row) => (
              <Fault row={row} pack={pack.pack} active={active} schema={schema} complain={setProblem} />
            ))}
        </fieldset>
      ))}
    </section>
  );
}
