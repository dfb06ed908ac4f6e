// SPDX-License-Identifier: Apache-2.0
// Where the power goes: sun, house, grid, battery, as figures.
import { kilowatts } from "./format.js";

const icons = {
  sun: "M12 7a5 5 0 1 0 0 10 5 5 0 0 0 0-10zM12 1v3M12 20v3M1 12h3M20 12h3M4 4l2 2M18 18l2 2M4 20l2-2M18 6l2-2",
  house: "M3 11.5 12 4l9 7.5M5.5 10v10h13V10M10 20v-6h4v6",
  grid: "M8 22 11 3h2l3 19M5 8h14M4 13h16M9.5 13l5.5 9M14.5 13 9 22",
  battery: "M3 7h16v10H3zM19 10h2v4h-2M6 10v4M9.5 10v4M13 10v4",
};

function Figure({ icon, name, watts, note, active }) {
  return (
    <div class={active ? "active" : ""} data-test={`flow-${icon}`}>
      <svg viewBox="0 0 24 24" aria-hidden="true">
        <path d={icons[icon]} />
      </svg>
      <div>
        <h3>{name}</h3>
        <b>{kilowatts(watts)}</b>
        <p>{note}</p>
      </div>
    </div>
  );
}

const size = (watts) => (watts === undefined ? undefined : Math.abs(watts));

function sign(watts, positive, negative) {
  if (watts === undefined || Math.abs(watts) < 20) return "idle";
  return watts > 0 ? positive : negative;
}

export function Flow({ bank }) {
  const { sun_w, load_w, grid_w, inverter, faults } = bank.site;
  const battery_w = bank.values.power_w;
  return (
    <section class="card flow" aria-label="Power flow">
      <Figure icon="sun" name="Sun" watts={sun_w} active={sun_w > 20} note={sun_w > 20 ? "producing" : "idle"} />
      <Figure icon="house" name="House" watts={load_w} active={load_w > 20} note="using" />
      <Figure icon="grid" name="Grid" watts={size(grid_w)} active={size(grid_w) > 20} note={sign(grid_w, "importing", "exporting")} />
      <Figure icon="battery" name="Battery" watts={size(battery_w)} active={size(battery_w) > 20} note={sign(battery_w, "charging", "discharging")} />
      {inverter && (
        <p class="inverter">
          Inverter: <b>{inverter}</b>
          {faults?.length > 0 && <em>{faults.length === 1 ? "1 fault set" : `${faults.length} faults set`}</em>}
        </p>
      )}
    </section>
  );
}
