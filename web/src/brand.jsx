// SPDX-License-Identifier: Apache-2.0
// Which inverter the bank speaks to: the brand, what is known of its protocol, and the choice of
// another. All words come from /api/brands; what is chosen is the setting can_protocol of the host.
import { useEffect, useState } from "preact/hooks";
import "./brand.css";
import { Login, may } from "./orders.jsx";
import { order, useAnswer } from "./live.js";
import { wiring } from "./route.js";

const LOOK_MS = 1000;
const REMEMBERED = "hearth.brand";

const evidences = {
  capture: "recorded bytes decode right",
  document: "by the maker's document",
  implementation: "by independent implementations",
  unverified: "not verified",
};

const pins = {
  fit: "A straight patch cable fits.",
  swapped: "Its socket has the two lines exchanged: no straight patch cable.",
  differ: "Its socket has the lines on other pins: no straight patch cable.",
  unknown: "The pins of its socket are not known here.",
};

const key = (row) => `${row.brand}/${row.use}`;

// Several brands share a number: the one that was chosen on this page is shown.
function recall() {
  try {
    return localStorage.getItem(REMEMBERED);
  } catch {
    return null;
  }
}

function remember(row) {
  try {
    localStorage.setItem(REMEMBERED, key(row));
  } catch {
    // then the first brand of that number is shown
  }
}

function spoken(rows, number) {
  const alike = rows.filter((row) => row.number === number);
  return alike.find((row) => key(row) === recall()) ?? alike.find((row) => row.own_number) ?? alike[0];
}

// The host with its settings and role, and the brands; null until both are there.
export function useChoice(packs, online) {
  const [version, setVersion] = useState(0);
  const tables = useAnswer("/api/brands", 0, online);
  const host = packs.find((pack) => pack.dip === 0);
  const pack = useAnswer(host && online ? `/api/packs/${host.pack}` : null, LOOK_MS, version);
  if (!tables || !host || pack?.pack !== host.pack) return null;
  const rows = tables.brands.filter((row) => row.bus === "can");
  return { rows, pack, row: spoken(rows, pack.params?.can_protocol), again: () => setVersion((number) => number + 1) };
}

export function Spoken({ choice, site }) {
  const { row, pack } = choice;
  const number = pack.params?.can_protocol;
  if (!row) return <span class="quiet">{number === undefined ? site.protocol : `number ${number}: no such protocol here`}</span>;
  return (
    <span data-test="spoken">
      <b>{row.brand}</b> <span class="quiet">{row.use}</span>
    </span>
  );
}

function Options({ rows }) {
  const brands = [...new Set(rows.map((row) => row.brand))];
  const option = (row, words) => <option value={key(row)}>{words}</option>;
  return brands.map((brand) => {
    const own = rows.filter((row) => row.brand === brand);
    if (own.length === 1) return option(own[0], brand);
    return (
      <optgroup label={brand}>
        {own.map((row) => option(row, `${brand} – ${row.use}`))}
      </optgroup>
    );
  });
}

function About({ row }) {
  const lines = [
    ["Protocol", row.use && `${row.use}${row.bitrate ? `, ${row.bitrate / 1000} kbit/s` : ""}`],
    ["Evidence", row.evidence && <span class={`evidence ${row.evidence}`}>{row.evidence}: {evidences[row.evidence]}</span>],
    ["Inverter menu", row.menu],
    ["Tested by the pack's maker", row.tested_by_maker],
    ["Advice", row.advice],
    [
      "Cable",
      <span class={row.pins === "fit" ? "" : "pins"} data-test="brand-pins">
        {pins[row.pins]}
        {row.has_wiring && <a href={wiring(row.brand)}>Wiring of {row.brand}</a>}
      </span>,
    ],
  ];
  return (
    <dl class="about" data-test="brand-about">
      {lines.filter(([, words]) => words).map(([name, words]) => (
        <>
          <dt>{name}</dt>
          <dd>{words}</dd>
        </>
      ))}
    </dl>
  );
}

function Display({ lines }) {
  return (
    <div class="display" data-test="display" aria-label="What the inverter shows">
      <small>Display of the inverter</small>
      {lines.map((line) => <div>{line}</div>)}
    </div>
  );
}

// Asked for without a role, the wish waits for the password and is carried out then.
function useWish({ pack, again }, done) {
  const [wish, setWish] = useState(null);
  const [problem, setProblem] = useState(null);
  const permitted = may(pack.role, "user");
  useEffect(() => {
    if (!wish || !permitted) return;
    order(pack.pack, "set", { name: "can_protocol", value: wish.number }).then((refusal) => {
      setProblem(refusal);
      setWish(null);
      if (!refusal) done(wish);
      again();
    });
  }, [wish, permitted]);
  return { wish, setWish, problem, waits: wish && !permitted };
}

function Password({ pack, wish, forget }) {
  return (
    <div class="wait" data-test="brand-login">
      <p>
        Speaking to {wish.brand} is a setting of the host pack: its device password, please.{" "}
        <button onClick={forget}>Leave it as it is</button>
      </p>
      <Login pack={pack} />
    </div>
  );
}

function Change({ pack, seen, inUse, wish }) {
  if (!pack.local) return <span class="quiet">The host is a remote pack: its settings are not written from the web.</span>;
  if (inUse) return <span class="quiet" data-test="brand-in-use">in use</span>;
  if (seen.number === undefined) return <span class="quiet">cannot be chosen</span>;
  return (
    <button class="main" disabled={!!wish} data-test="brand-use">
      Speak to {seen.brand}
    </button>
  );
}

export function Picker({ choice, site }) {
  const { rows, pack, row } = choice;
  const [looked, setLooked] = useState(null); // at which row, before it is chosen
  const done = (chosen) => {
    remember(chosen);
    setLooked(null);
  };
  const { wish, setWish, problem, waits } = useWish(choice, done);
  const seen = rows.find((other) => key(other) === looked) ?? row ?? rows[0];
  const submit = (event) => {
    event.preventDefault();
    if (seen.number === pack.params?.can_protocol) done(seen);
    else setWish(seen);
  };
  return (
    <div class="pick" data-test="brand">
      <div>
        <form class="choice" onSubmit={submit}>
          <label>
            Inverter brand
            <select value={key(seen)} onChange={(event) => setLooked(event.target.value)} data-test="brand-select">
              <Options rows={rows} />
            </select>
          </label>
          <Change pack={pack} seen={seen} inUse={seen === row} wish={wish} />
        </form>
        {waits && <Password pack={pack} wish={wish} forget={() => setWish(null)} />}
        {problem && <p class="why" role="alert" data-test="brand-problem">{problem}</p>}
        <About row={seen} />
      </div>
      {site.display?.length > 0 && <Display lines={site.display} />}
    </div>
  );
}
