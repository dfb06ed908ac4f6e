// SPDX-License-Identifier: Apache-2.0
// What the inverter may do: charge voltage, charge current, discharge current, each with its reason.
import { label, quantity } from "./format.js";

export const limits = [
  { short: "CVL", value: "charge_limit_mv", reason: "voltage_limit_reason" },
  { short: "CCL", value: "charge_limit_ma", reason: "charge_limit_reason" },
  { short: "DCL", value: "discharge_limit_ma", reason: "discharge_limit_reason" },
];

export function Limits({ bank, schema }) {
  return (
    <section class="card limits" aria-label="Limits of the bank">
      {limits.map((row) => (
        <div data-test={`bank-${row.short}`} class={bank.values[row.value] === 0 ? "zero" : ""}>
          <h3>
            <abbr>{row.short}</abbr> {label(schema, row.value)}
          </h3>
          <b>{quantity(schema, row.value, bank.values[row.value])}</b>
          <p>{bank.words[row.reason] ?? "reason not known"}</p>
        </div>
      ))}
    </section>
  );
}
