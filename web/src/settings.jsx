// SPDX-License-Identifier: Apache-2.0
// All settings of a pack, from the schema: value, range, and a field where the role allows it.
import { useState } from "preact/hooks";
import { Login, Orders, may } from "./orders.jsx";
import { order } from "./live.js";
import { amount, meant, shown, symbol } from "./format.js";

function Field({ row, value, schema, save }) {
  const [text, setText] = useState(null); // null: not edited
  const number = row.unit !== undefined;
  const was = number ? shown(schema, row.unit, value) : (value ?? "");
  const submit = async (event) => {
    event.preventDefault();
    const wanted = number ? meant(schema, row.unit, text ?? was) : (text ?? was);
    if (await save(wanted)) setText(null);
  };
  return (
    <form onSubmit={submit}>
      <input
        type={row.secret ? "password" : "text"}
        inputMode={number ? "decimal" : undefined}
        autocomplete="off"
        aria-label={row.label}
        value={text ?? was}
        placeholder={row.secret ? "new password" : undefined}
        onInput={(event) => setText(event.target.value)}
      />
      <small>{number && symbol(schema, row.unit)}</small>
      {text !== null && text !== was && <button class="main">Save</button>}
    </form>
  );
}

function Switch({ row, value, save }) {
  return (
    <button role="switch" class="flag" aria-checked={!!value} aria-label={row.label} onClick={() => save(!value)}>
      <i />
    </button>
  );
}

// Sources of contacts and buzzer go by number; people choose them by name.
const isSource = (row) => row.unit === "code" && row.name.endsWith("_source");

function Source({ row, value, schema, save }) {
  return (
    <select aria-label={row.label} value={value} onChange={(event) => save(Number(event.target.value))}>
      {Object.values(schema.contact_sources).map((source) => (
        <option value={source.number}>{source.label}</option>
      ))}
    </select>
  );
}

function editor(row) {
  if (isSource(row)) return Source;
  return row.unit === "flag" ? Switch : Field;
}

function Value({ row, value, schema }) {
  if (isSource(row)) return <span>{Object.values(schema.contact_sources).find((source) => source.number === value)?.label ?? value}</span>;
  if (row.unit === undefined) return <span>{row.secret ? "secret" : value}</span>;
  return <span>{amount(schema, row.unit, value, schema.units[row.unit]?.exponent)}</span>;
}

function range(row, schema) {
  if (row.unit === undefined) return `at most ${row.size} characters`;
  if (row.unit === "flag" || isSource(row)) return "";
  const text = (value) => shown(schema, row.unit, value).replace("-", "−");
  const most = `${text(row.max)} ${symbol(schema, row.unit)}`.trim();
  return `${text(row.min)} to ${most}, usual ${text(row.default)}`;
}

function Setting({ row, value, role, schema, change }) {
  const [problem, setProblem] = useState(null);
  const save = async (wanted) => {
    const refused = Number.isNaN(wanted) ? "a number is expected" : await change(row.name, wanted);
    setProblem(refused);
    return !refused;
  };
  const differs = row.default !== undefined && Number(value) !== row.default;
  const Editor = editor(row);
  return (
    <li class={`setting ${differs ? "differs" : ""}`} data-test={`setting-${row.name}`}>
      <div>
        {row.label}
        <small>{range(row, schema)}</small>
      </div>
      {may(role, row.access) ? (
        <Editor row={row} value={value} schema={schema} save={save} />
      ) : (
        <Value row={row} value={value} schema={schema} />
      )}
      {problem && (
        <p class="why" role="alert">
          {problem}
        </p>
      )}
    </li>
  );
}

export function Settings({ pack, schema }) {
  const [search, setSearch] = useState("");
  if (pack.role === undefined) return <p class="view quiet">Loading…</p>;
  if (!pack.params) return <p class="view quiet">Its settings are not known.</p>;
  const change = (name, value) => order(pack.pack, "set", { name, value });
  const words = search.toLowerCase().split(/\s+/);
  const rows = [...Object.values(schema.params), ...Object.values(schema.texts)].filter((row) =>
    words.every((word) => `${row.label} ${row.name}`.toLowerCase().includes(word)),
  );
  return (
    <section class="view" aria-label="Settings">
      {pack.local ? (
        <>
          <Login pack={pack} />
          <Orders pack={pack} />
        </>
      ) : (
        <p class="quiet">Settings of a remote pack are not written from the web.</p>
      )}
      <input
        class="search"
        type="search"
        placeholder={`Search ${Object.keys(schema.params).length + Object.keys(schema.texts).length} settings`}
        value={search}
        onInput={(event) => setSearch(event.target.value)}
        data-test="search"
      />
      <ul class="settings">
        {rows.map((row) => (
          <Setting
            key={row.name}
            row={row}
            value={pack.params[row.name]}
            role={pack.role}
            schema={schema}
            change={change}
          />
        ))}
      </ul>
    </section>
  );
}
