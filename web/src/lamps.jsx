// SPDX-License-Identifier: Apache-2.0
// The nine lamps of a front plate. A lamp that flickers is shown flickering at 1 Hz; whether it is
// lit in this instant does not matter. All lamps of the page flicker together.
import { useMemo } from "preact/hooks";

const LAMPS = ["ON", "RUN", "ALM", "L1", "L2", "L3", "L4", "L5", "L6"];
const FLICKER_BIT = 16;
const BLINK_MS = 4000; // the longest pattern: all of them begin together

export function lampState(leds, name) {
  const bit = LAMPS.indexOf(name);
  if ((leds >> (bit + FLICKER_BIT)) & 1) return "flickering";
  return (leds >> bit) & 1 ? "lit" : "dark";
}

function Lamp({ name, state }) {
  const delay = useMemo(() => `-${Math.round(performance.now() % BLINK_MS)}ms`, [state]);
  return (
    <span class={`lamp ${name.toLowerCase()} ${state}`} title={`${name}: ${state}`} data-lamp={name}>
      <i style={{ animationDelay: delay }} />
      {name}
    </span>
  );
}

// Asleep, ON blinks shortly every 4 s; a reading hardly ever meets it lit.
export function Lamps({ values, asleep }) {
  return (
    <div class="plate" aria-label="Lamps">
      {LAMPS.map((name) => (
        <Lamp name={name} state={asleep && name === "ON" ? "blinking" : lampState(values.leds ?? 0, name)} />
      ))}
    </div>
  );
}
