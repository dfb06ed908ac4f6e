// SPDX-License-Identifier: Apache-2.0
// Every single value of a pack that is known, by the labels of the schema.
import { Cells } from "./pack.jsx";
import { quantity } from "./format.js";

// Other places show these as pictures or words.
const ELSEWHERE = new Set(["mask", "code", "index"]);
const FINE = new Set(["cell_mean_mv", "cell_spread_mv", "cell_min_mv", "cell_max_mv"]); // volts in millivolts

export function Values({ pack, schema }) {
  const rows = Object.values(schema.values).filter(
    (row) => row.kind === "number" && !ELSEWHERE.has(row.unit) && pack.values[row.name] !== undefined,
  );
  return (
    <section class="view">
      <Cells values={pack.values} />
      <dl class="rows">
        {rows.map((row) => (
          <div>
            <dt>{row.label}</dt>
            <dd>{quantity(schema, row.name, pack.values[row.name], FINE.has(row.name) ? 3 : undefined)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
