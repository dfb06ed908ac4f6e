// SPDX-License-Identifier: Apache-2.0
// The serial ports of a pack: what each speaks now, the choice of another protocol by brand or by
// JK's number, and what its engine has counted. Words and numbers come from the schema.
import { useEffect, useState } from "preact/hooks";
import "./ports.css";
import { Login, may } from "./orders.jsx";
import { order } from "./live.js";

const byNumber = (a, b) => a.name - b.name;
const byBrand = (a, b) => brandsOf(a).localeCompare(brandsOf(b)) || byNumber(a, b);
const brandsOf = (uart) => uart.brands.map((row) => row.brand).join(", ");

// Some names end in the rate already.
const rateOf = (uart) => (uart.built && !uart.title.endsWith(` ${uart.baud}`) ? `, ${uart.baud}` : "");

function Option({ uart }) {
  const brands = brandsOf(uart);
  return (
    <option value={uart.name} disabled={!uart.built}>
      {brands && `${brands} – `}
      {uart.name}: {uart.title}
      {rateOf(uart)}
      {uart.built && " baud"}
    </option>
  );
}

function Options({ uarts, number }) {
  const built = uarts.filter((uart) => uart.built);
  const groups = [
    ["By brand", built.filter((uart) => uart.brands.length > 0).sort(byBrand)],
    ["Others", built.filter((uart) => uart.brands.length === 0).sort(byNumber)],
    ["In JK's list, not built here", uarts.filter((uart) => !uart.built).sort(byNumber)],
  ];
  return (
    <>
      {!uarts.some((uart) => uart.name === number) && <option value={number}>{number}: in no list</option>}
      {groups.map(([name, rows]) => (
        <optgroup label={name}>
          {rows.map((uart) => (
            <Option uart={uart} />
          ))}
        </optgroup>
      ))}
    </>
  );
}

function Hints({ uart }) {
  const rows = (uart?.brands ?? []).filter((row) => row.menu || row.advice);
  if (rows.length === 0) return null;
  return (
    <ul class="hint">
      {rows.map((row) => (
        <li>
          <b>{row.brand}</b> {row.menu && `Menu: ${row.menu}.`} {row.advice}
        </li>
      ))}
    </ul>
  );
}

// Looking at an entry changes nothing; the button does.
function Choice({ pack, port, row, uarts, access }) {
  const [looked, setLooked] = useState(null); // at which number, before it is chosen
  const [problem, setProblem] = useState(null);
  useEffect(() => setLooked(null), [port.number]);
  const seen = looked ?? port.number;
  const submit = async (event) => {
    event.preventDefault();
    setProblem(await order(pack.pack, "set", { name: row.param, value: seen }));
  };
  return (
    <>
      <form onSubmit={submit}>
        <select
          aria-label={`Protocol of ${row.label}`}
          value={seen}
          data-test="port-select"
          onChange={(event) => {
            setLooked(Number(event.target.value));
            setProblem(null);
          }}
        >
          <Options uarts={uarts} number={port.number} />
        </select>
        {seen !== port.number && (
          <button class="main" data-test="port-use">
            Speak this
          </button>
        )}
      </form>
      {problem && (
        <p class="why" role="alert" data-test="port-problem">
          Not changed: {problem}
        </p>
      )}
      {seen !== port.number && !may(pack.role, access) && !problem && (
        <p class="hint">A setting for the {access}: log in above first.</p>
      )}
      <Hints uart={uarts.find((uart) => uart.name === seen)} />
    </>
  );
}

function Facts({ port }) {
  const facts = [
    ["Does", port.state],
    ["Rate", port.baud > 0 && `${port.baud} baud`],
    ["Address", port.address >= 0 && port.address],
    ["Leads to", port.outside],
    ["Trouble", port.trouble && <span class="why">{port.trouble}</span>],
  ];
  return (
    <dl class="rows">
      {facts
        .filter(([, words]) => words || words === 0)
        .map(([name, words]) => (
          <div>
            <dt>{name}</dt>
            <dd data-test={`port-${name.toLowerCase()}`}>{words}</dd>
          </div>
        ))}
    </dl>
  );
}

function Counts({ counts }) {
  if (counts.length === 0) return null;
  return (
    <ul class="counted" aria-label="Counted since it speaks this" data-test="port-counts">
      {counts.map((count) => (
        <li class={count.trouble ? "why" : ""} data-count={count.name}>
          <b>{count.number}</b> {count.label}
        </li>
      ))}
    </ul>
  );
}

function Port({ pack, port, schema }) {
  const row = schema.ports[port.name];
  const uarts = Object.values(schema.uarts);
  const spoken = schema.uarts[port.number];
  const { access } = schema.params[row.param];
  return (
    <section class="port" aria-label={row.label} data-test={port.name}>
      <h3>
        {row.label} <span class="quiet">{row.use}</span>
      </h3>
      <p class="spoken-here" data-test="port-spoken">
        <b>{port.number}</b> {spoken ? spoken.title : "in no list"} {spoken?.use && <code>{spoken.use}</code>}
        {spoken?.brands.length > 0 && <span class="quiet"> {brandsOf(spoken)}</span>}
      </p>
      {access === "read" ? (
        <p class="hint">Cannot be chosen: it follows the DIP switch.</p>
      ) : (
        <Choice pack={pack} port={port} row={row} uarts={uarts} access={access} />
      )}
      <Facts port={port} />
      <Counts counts={port.counts} />
    </section>
  );
}

export function Ports({ pack, site, schema }) {
  if (pack.role === undefined) return <p class="view quiet">Loading…</p>;
  if (!pack.ports) return <p class="view quiet">What its ports speak is not known here.</p>;
  return (
    <section class="view" aria-label="Ports">
      <Login pack={pack} />
      {site.speed !== 1 && pack.ports.some((port) => port.outside) && (
        <p class="hint" data-test="ports-speed">
          At ×{site.speed} ports to the outside only show: nothing that comes in is taken.
        </p>
      )}
      {pack.ports.map((port) => (
        <Port key={port.name} pack={pack} port={port} schema={schema} />
      ))}
    </section>
  );
}
