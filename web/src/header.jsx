// SPDX-License-Identifier: Apache-2.0
// The bank at a glance: state of charge, power with its direction, voltage, current, virtual time.
import { local } from "./link.js";
import { send } from "./live.js";
import { wiring } from "./route.js";
import { alarmLabel, clock, date, decimal, kilowatts, quantity } from "./format.js";

const REST_W = 20; // below this the bank counts as resting

function direction(power_w) {
  if (power_w === undefined) return { arrow: "", word: "unknown" };
  if (power_w > REST_W) return { arrow: "↑", word: "Charging" };
  if (power_w < -REST_W) return { arrow: "↓", word: "Discharging" };
  return { arrow: "", word: "Resting" };
}

export function Speed({ speed }) {
  return (
    <div class="speed" role="group" aria-label="Speed of virtual time">
      {[1, 60].map((factor) => (
        <button
          class={speed === factor ? "chosen" : ""}
          aria-pressed={speed === factor}
          onClick={() => send({ command: "speed", value: factor })}
        >
          ×{factor}
        </button>
      ))}
    </div>
  );
}

export function Header({ bank, schema }) {
  const { values, site } = bank;
  const { arrow, word } = direction(values.power_w);
  const power_w = values.power_w === undefined ? undefined : Math.abs(values.power_w);
  const alarms = [...(values.alarms ?? []), ...(values.warnings ?? [])];
  const soc = values.soc_permille;
  return (
    <header>
      <div class="brand">
        <strong>Hearth</strong>
        <span>
          {values.pack_count ?? 0} packs · <a href={wiring()} data-test="wiring-door">Wiring</a>
          {WHAT_IF && (
            <>
              {" · "}
              <a href={local ? "/" : "whatif.html"} data-test="what-if-door">
                {local ? "Back" : "What if …"}
              </a>
            </>
          )}
        </span>
      </div>
      <div class="soc">
        <div class="big" data-test="soc">
          {decimal(soc, 1, 0)}
          <small>%</small>
        </div>
        <div class="gauge" aria-hidden="true">
          <i style={{ width: `${(soc ?? 0) / 10}%` }} />
        </div>
      </div>
      <div class={`power ${word.toLowerCase()}`}>
        <div class="big" data-test="power">
          {arrow && <span class="arrow">{arrow}</span>}
          {kilowatts(power_w)}
        </div>
        <span>{word}</span>
      </div>
      <dl class="figures">
        <div>
          <dt>{schema.values.pack_mv.label}</dt>
          <dd>{quantity(schema, "pack_mv", values.pack_mv)}</dd>
        </div>
        <div>
          <dt>{schema.values.pack_ma.label}</dt>
          <dd>{quantity(schema, "pack_ma", values.pack_ma)}</dd>
        </div>
      </dl>
      <div class="time">
        <div>
          <b data-test="clock">{clock(site.clock_s)}</b>
          <span>{date(site.clock_s)}</span>
        </div>
        <Speed speed={site.speed} />
      </div>
      {alarms.length > 0 && (
        <ul class="alarms wide" data-test="bank-alarms">
          {alarms.map((id) => (
            <li class={schema.alarms[id]?.severity}>{alarmLabel(schema, id)}</li>
          ))}
        </ul>
      )}
    </header>
  );
}
