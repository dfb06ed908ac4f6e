// SPDX-License-Identifier: Apache-2.0
// The front plate under one's hands: button, DIP switches, air switch; contacts and buzzer; and the
// state of the pack in words. What a press does is decided by the pack, on its own clock.
import { useEffect, useRef, useState } from "preact/hooks";
import { order } from "./live.js";
import { quantity } from "./format.js";

const RING_MS = 10000;
const BUZZER_BIT = 2;
const SOUND_MS = 1200; // a beep is shown so long, or nobody would see it

const gestures = [
  { at_ms: 1000, words: "1 s", does: "on", hold_ms: 1200 },
  { at_ms: 5000, words: "5 s", does: "off", hold_ms: 5200 },
  { at_ms: 10000, words: "10 s", does: "from off: passwords reset", hold_ms: 10200 },
  { words: "3 × short", does: "emergency", hold_ms: 300, times: 3 },
];

// Time the button has been down: what the pack has seen, smoothed by the page's own clock.
function useHeld(down, held_ms, speed) {
  const [now, setNow] = useState(0);
  const begin = useRef(0);
  useEffect(() => {
    if (!down) return setNow(0);
    begin.current = performance.now();
    const timer = setInterval(() => setNow((performance.now() - begin.current) * speed), 50);
    return () => clearInterval(timer);
  }, [down, speed]);
  return Math.max(now, down ? 0 : held_ms);
}

function useSound(sounds, sounding) {
  const [heard, setHeard] = useState(false);
  const before = useRef(sounds);
  useEffect(() => {
    if (sounds === before.current) return;
    before.current = sounds;
    setHeard(true);
    const timer = setTimeout(() => setHeard(false), SOUND_MS);
    return () => clearTimeout(timer);
  }, [sounds]);
  return heard || sounding;
}

function PowerButton({ pack, held_ms, speed, complain }) {
  const [down, setDown] = useState(false);
  const last = useRef(Promise.resolve()); // orders go one after the other
  const held = useHeld(down, held_ms, speed);
  const tell = (pressed) => {
    if (pressed === down) return;
    setDown(pressed);
    last.current = last.current.then(() => order(pack, "button", { pressed })).then(complain);
  };
  const press = (event) => {
    event.preventDefault();
    event.currentTarget.setPointerCapture(event.pointerId);
    event.currentTarget.focus();
    tell(true);
  };
  const key = (event) => {
    if (event.key !== " " && event.key !== "Enter") return;
    event.preventDefault();
    if (!event.repeat) tell(event.type === "keydown");
  };
  useEffect(() => {
    if (!down) return;
    const leave = () => tell(false);
    addEventListener("pagehide", leave);
    return () => removeEventListener("pagehide", leave);
  }, [down]);
  const turn = Math.min(1, held / RING_MS);
  return (
    <div class="power-button">
      <button
        class={held > 0 ? "down" : ""}
        style={{ "--turn": `${turn}turn` }}
        aria-label="Power button, press and hold"
        data-test="button"
        onPointerDown={press}
        onPointerUp={() => tell(false)}
        onPointerCancel={() => tell(false)}
        onKeyDown={key}
        onKeyUp={key}
        onBlur={() => tell(false)}
        onContextMenu={(event) => event.preventDefault()}
      >
        {held > 0 ? (
          <b data-test="held">{(held / 1000).toFixed(1)} s</b>
        ) : (
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d="M12 3v9M6.5 7a8 8 0 1 0 11 0" />
          </svg>
        )}
      </button>
      <ul class="gestures">
        {gestures.map((gesture) => (
          <li class={gesture.at_ms && held >= gesture.at_ms ? "reached" : ""}>
            <button
              onClick={() =>
                order(pack, "press", { hold_ms: gesture.hold_ms, times: gesture.times ?? 1 }).then(complain)
              }
              data-test={`press-${gesture.does.split(" ").at(-1)}`}
            >
              {gesture.words}
            </button>
            <span>{gesture.does}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Dip({ pack, complain }) {
  return (
    <div class="dip">
      <div role="group" aria-label="DIP switches">
        {[0, 1, 2, 3].map((bit) => {
          const on = (pack.dip >> bit) & 1;
          return (
            <button
              role="switch"
              aria-checked={!!on}
              aria-label={`DIP switch ${bit + 1}`}
              data-test={`dip-${bit + 1}`}
              onClick={() => order(pack.pack, "dip", { value: pack.dip ^ (1 << bit) }).then(complain)}
            >
              <i />
              {bit + 1}
            </button>
          );
        })}
      </div>
      <p>
        Address <b data-test="address">{pack.dip}</b>
        {pack.dip === 0 && " – host"}
      </p>
    </div>
  );
}

function AirSwitch({ pack, complain }) {
  const open = (pack.faults ?? []).some((fault) => fault.name === "breaker_open");
  return (
    <div class="air">
      <button
        role="switch"
        aria-checked={!open}
        aria-label="Air switch closed"
        data-test="breaker"
        onClick={() => order(pack.pack, "fault", { name: "breaker_open", value: !open }).then(complain)}
      >
        <i />
      </button>
      <p>
        Air switch <b>{open ? "open" : "closed"}</b>
      </p>
    </div>
  );
}

function Contact({ number, closed, source }) {
  return (
    <div class={`contact ${closed ? "on" : ""}`} data-test={`contact-${number}`} data-closed={closed}>
      <svg viewBox="0 0 64 28" aria-hidden="true">
        <path d={closed ? "M2 20H20L46 20M44 20H62" : "M2 20H20L44 6M44 20H62"} />
        <circle cx="20" cy="20" r="3" />
        <circle cx="44" cy="20" r="3" />
      </svg>
      <p>
        Contact {number} <b>{closed ? "closed" : "open"}</b>
        <small>{source}</small>
      </p>
    </div>
  );
}

function Buzzer({ sounding, source }) {
  return (
    <div class={`contact ${sounding ? "on sounding" : ""}`} data-test="buzzer">
      <svg viewBox="0 0 64 28" aria-hidden="true">
        <path d="M18 11h6l8-7v20l-8-7h-6z" />
        {sounding && <path d="M38 9q4 5 0 10M43 6q8 8 0 16" />}
      </svg>
      <p>
        Buzzer <b>{sounding ? "sounds" : "silent"}</b>
        <small>{source}</small>
      </p>
    </div>
  );
}

function balancing(values) {
  if (!values.balance_state) return "off";
  return `cell ${values.balance_source_index + 1} → cell ${values.balance_sink_index + 1}`;
}

function States({ values, schema }) {
  const rows = [
    ["Power", schema.power_states[values.power_state]?.words],
    ["Charge switch", values.charge_on ? "on" : "off"],
    ["Discharge switch", values.discharge_on ? "on" : "off"],
    ["Pre-charge", values.precharging ? "running" : "off"],
    ["Heating", values.heating_on ? quantity(schema, "heating_ma", values.heating_ma) : "off"],
    ["Balancing", balancing(values)],
    ["Emergency", values.emergency_left_s ? `${values.emergency_left_s} s left` : "off"],
  ];
  for (const name of ["release_left_s", "sleep_left_s"])
    if (values[name]) rows.push([schema.values[name].label, quantity(schema, name, values[name])]);
  return (
    <dl class="rows states">
      {rows.map(([name, words]) => (
        <div>
          <dt>{name}</dt>
          <dd>{words}</dd>
        </div>
      ))}
    </dl>
  );
}

export function Plate({ pack, site, schema }) {
  const [problem, setProblem] = useState(null);
  const { values, plate, params } = pack;
  const sounding = useSound(plate?.sounds ?? 0, !!((values.contacts >> BUZZER_BIT) & 1));
  const sources = Object.values(schema.contact_sources);
  const source = (name) => sources.find((row) => row.number === params?.[name])?.label;
  if (!pack.local) return <p class="view quiet">Only a pack of this program has a front plate here.</p>;
  return (
    <section class="view front" aria-label="Front plate">
      {problem && (
        <p class="why" role="alert">
          {problem}
        </p>
      )}
      <div class="hands">
        <PowerButton pack={pack.pack} held_ms={plate.held_ms} speed={site.speed} complain={setProblem} />
        <Dip pack={pack} complain={setProblem} />
        <AirSwitch pack={pack} complain={setProblem} />
      </div>
      {site.speed !== 1 && (
        <p class="hint">
          Time runs ×{site.speed}, for the button too: the buttons beside it press exactly.
        </p>
      )}
      {params?.emergency_button_enabled === false && (
        <p class="hint">
          Three short presses do nothing yet: the setting “{schema.params.emergency_button_enabled.label}” is off.
        </p>
      )}
      <div class="outputs">
        <Contact number={1} closed={!!(values.contacts & 1)} source={source("dry1_source")} />
        <Contact number={2} closed={!!(values.contacts & 2)} source={source("dry2_source")} />
        <Buzzer sounding={sounding} source={source("buzzer_source")} />
      </div>
      <States values={values} schema={schema} />
    </section>
  );
}
