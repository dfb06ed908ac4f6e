// SPDX-License-Identifier: Apache-2.0
// Numbers as people read them. Units, exponents and labels come from the schema.

export const DASH = "–";

export function decimal(value, exponent, places) {
  if (value === undefined || value === null) return DASH;
  const text = (value / 10 ** exponent).toFixed(places);
  return Number(text) === 0 ? text.replace("-", "") : text.replace("-", "−");
}

// A number with the symbol of its unit, "yes" or "no" for a flag.
export function amount(schema, unit, value, places) {
  const row = schema?.units[unit];
  if (value === undefined || value === null) return DASH;
  if (unit === "flag") return value ? "yes" : "no";
  if (!row) return String(value);
  const text = decimal(value, row.exponent, places ?? row.places);
  return row.symbol ? `${text} ${row.symbol}` : text;
}

// The known elements of an array, counted from 1 where it does not begin at its beginning.
function elements(schema, unit, values, places) {
  const row = schema?.units[unit];
  const known = values.filter((value) => value !== null);
  const first = values.findIndex((value) => value !== null);
  const range = first > 0 ? `${first + 1} to ${values.length}: ` : "";
  const text = known.map((value) => (row ? decimal(value, row.exponent, places ?? row.exponent) : value)).join(", ");
  return `${range}${text}${row?.symbol ? ` ${row.symbol}` : ""}`;
}

export function quantity(schema, name, value, places) {
  if (value === true) return "yes";
  if (value === false) return "no";
  if (Array.isArray(value) && value.some((element) => typeof element === "number"))
    return elements(schema, schema?.values[name]?.unit, value, places);
  if (Array.isArray(value)) return value.length ? value.map((id) => alarmLabel(schema, id)).join(", ") : "none";
  if (typeof value === "string") return schema?.reasons[value]?.words ?? value;
  return amount(schema, schema?.values[name]?.unit, value, places);
}

// For fields: the number as it is shown, all of its digits, and back.
export function shown(schema, unit, value) {
  return String(value / 10 ** (schema.units[unit]?.exponent ?? 0));
}

export function meant(schema, unit, text) {
  const number = text.trim() === "" ? NaN : Number(text.replace(",", "."));
  return Math.round(number * 10 ** (schema.units[unit]?.exponent ?? 0));
}

export function symbol(schema, unit) {
  return schema.units[unit]?.symbol ?? "";
}

export function label(schema, name) {
  return schema?.values[name]?.label ?? name;
}

export function alarmLabel(schema, id) {
  return schema?.alarms[id]?.label ?? id;
}

export function kilowatts(watts) {
  if (watts === undefined || watts === null) return DASH;
  return Math.abs(watts) >= 1000 ? `${decimal(watts, 3, 1)} kW` : `${decimal(watts, 0, 0)} W`;
}

export function clock(seconds) {
  if (seconds === undefined) return DASH;
  const text = (value) => String(value).padStart(2, "0");
  const day = seconds % 86400;
  return `${text(Math.floor(day / 3600))}:${text(Math.floor(day / 60) % 60)}:${text(Math.floor(day) % 60)}`;
}

export function date(seconds) {
  if (seconds === undefined) return "";
  const day = new Date((seconds + Date.UTC(2020, 0, 1) / 1000) * 1000);
  return day.toLocaleDateString("en-GB", { timeZone: "UTC", weekday: "short", day: "numeric", month: "short" });
}
