// SPDX-License-Identifier: Apache-2.0
// Which wire goes where: the cable to an inverter of some brand, and packs in parallel. All pins and
// words come from /api/cable; what is chosen stands in the address, #/wiring/BRAND or
// #/wiring/parallel/N.
import { useState } from "preact/hooks";
import "./wiring.css";
import { Rack } from "./rack.jsx";
import { Sockets, tint } from "./sockets.jsx";
import { useAnswer } from "./live.js";
import { close, wiring } from "./route.js";

const FEWEST = 2;

function Verdict({ row }) {
  if (row.straight_fits)
    return <p class="fits" data-test="fits">A straight patch cable fits.</p>;
  return (
    <div class="why" role="alert" data-test="warning">
      <b>Do not use a straight patch cable.</b> It would connect
      <ul>
        {row.straight_faults.map(({ pin, pack, inverter }) => (
          <li>
            pin {pin}: {pack} of the pack to {inverter ? `${inverter} of the inverter` : "nothing"}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Wires({ wires }) {
  return (
    <table class="wires">
      <thead>
        <tr><th>Line</th><th>Pack</th><th>Inverter</th><th>Colour</th></tr>
      </thead>
      <tbody>
        {wires.map((wire) => (
          <tr>
            <th scope="row"><i class={`dot ${tint(wire.signal)}`} />{wire.signal}</th>
            <td>pin {wire.pack_pin}</td>
            <td>pin {wire.inverter_pin}</td>
            <td class="quiet">{wire.colour}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Known({ row }) {
  const [straight, setStraight] = useState(false);
  return (
    <>
      <div class="speed" role="group" aria-label="Cable that is drawn">
        {[false, true].map((choice) => (
          <button class={straight === choice ? "chosen" : ""} aria-pressed={straight === choice} onClick={() => setStraight(choice)}>
            {choice ? "Straight cable" : "Correct cable"}
          </button>
        ))}
      </div>
      <Sockets row={row} straight={straight} />
      <div class="beside">
        <Verdict row={row} />
        <Wires wires={row.wires} />
      </div>
      <p class="hint">Colours are those of a T568B plug at the pack's end: leave that end on, cut the other one off.</p>
    </>
  );
}

function Unknown({ row }) {
  const lines = row.bus === "can" ? "CAN-H, CAN-L" : "RS485 A, RS485 B";
  return (
    <>
      <p class="unknown" data-test="unknown">
        The pins of {row.brand} are not known here: see your inverter's manual, look for {lines} and ground.
        {row.bus === "can" && " Many inverters have CAN-H on 4 and CAN-L on 5: there a straight patch cable does not work."}
      </p>
      <Sockets row={row} />
    </>
  );
}

function Cable({ row }) {
  return (
    <section class="card wired" aria-label={`${row.brand} ${row.bus}`} data-test="cable-row">
      <h2>
        {row.bus === "can" ? "CAN" : "RS485"}{" "}
        <span class="quiet">pack “{row.pack_socket}” to {row.brand} “{row.socket}”</span>
      </h2>
      {row.pins_known ? <Known row={row} /> : <Unknown row={row} />}
      {row.note && <p>{row.note}</p>}
      {row.pack_note && <p class="hint">{row.pack_note}</p>}
      {row.source && <p class="hint">Source: {row.source} · evidence: {row.evidence}</p>}
    </section>
  );
}

function Service({ port }) {
  const pins = port.pins.flatMap((signal, index) => (signal ? [`${index + 1} ${signal}`] : []));
  return (
    <p class="hint">
      Service socket {port.socket} of the pack: {pins.join(" · ")}. {port.note}
    </p>
  );
}

function Brand({ tables, name }) {
  const brands = [...new Set(tables.sockets.map((row) => row.brand))];
  const brand = brands.find((known) => known.toLowerCase() === name.toLowerCase()) ?? "Victron";
  return (
    <>
      <nav class="brands" aria-label="Brand of the inverter">
        {brands.map((known) => (
          <a href={wiring(known)} aria-current={known === brand ? "page" : undefined}>{known}</a>
        ))}
      </nav>
      {tables.sockets.filter((row) => row.brand === brand).map((row) => <Cable key={row.brand + row.bus} row={row} />)}
      <Service port={tables.ports.find((port) => port.bus === "rs232")} />
    </>
  );
}

function Parallel({ tables, asked }) {
  const count = Math.min(Math.max(Number(asked) || FEWEST, FEWEST), tables.packs.length);
  const topics = [...new Set(tables.advice.map((row) => row.topic))];
  const step = (by) => (location.hash = wiring("parallel", count + by));
  return (
    <section class="card parallel" aria-label="Packs in parallel">
      <div>
        <div class="count">
          <button aria-label="One pack less" disabled={count === FEWEST} onClick={() => step(-1)}>−</button>
          <b data-test="pack-count">{count} packs</b>
          <button aria-label="One pack more" disabled={count === tables.packs.length} onClick={() => step(1)}>+</button>
        </div>
        <Rack packs={tables.packs.slice(0, count)} />
      </div>
      <div class="advice">
        {topics.map((topic) => (
          <>
            <h2>{topic}</h2>
            <ul>
              {tables.advice.filter((row) => row.topic === topic).map((row) => (
                <li>{row.words} <small class="quiet">{row.source}</small></li>
              ))}
            </ul>
          </>
        ))}
      </div>
    </section>
  );
}

export function Wiring({ chosen }) {
  const tables = useAnswer("/api/cable");
  const [what, count] = chosen;
  const parallel = what === "parallel";
  if (!tables) return <p class="quiet">Loading…</p>;
  return (
    <div class="wiring" data-test="wiring">
      <div class="title">
        <h2>Wiring</h2>
        <nav class="tabs">
          <a href={wiring()} aria-current={parallel ? undefined : "page"}>To the inverter</a>
          <a href={wiring("parallel", 3)} aria-current={parallel ? "page" : undefined}>Packs in parallel</a>
        </nav>
        <button class="close" aria-label="Close" onClick={close}>×</button>
      </div>
      {parallel ? <Parallel tables={tables} asked={count} /> : <Brand tables={tables} name={what ?? ""} />}
    </div>
  );
}
