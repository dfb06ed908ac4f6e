// SPDX-License-Identifier: Apache-2.0
// What the inverter hears: whose protocol, the last frame of every identifier, its bytes and what
// they mean.
import { Picker, Spoken, useChoice } from "./brand.jsx";
import { Diagnostics } from "./diagnostics.jsx";
import { label, quantity } from "./format.js";

const OLD_MS = 3000;

function spaced(bytes) {
  return bytes.match(/../g)?.join(" ") ?? "";
}

function Meaning({ frame, schema }) {
  const rows = Object.entries(frame.values);
  if (rows.length === 0) return <span class="quiet">{frame.message ?? ""}</span>;
  return (
    <ul class="meaning">
      {rows.map(([name, value]) => (
        <li>
          <span>{label(schema, name)}</span> <b>{quantity(schema, name, value)}</b>
        </li>
      ))}
    </ul>
  );
}

export function Frames({ frames, packs, bank, schema, online }) {
  const choice = useChoice(packs, online);
  const rows = Object.values(frames).sort((a, b) => parseInt(a.id, 16) - parseInt(b.id, 16));
  return (
    <section class="card frames" aria-label="What the inverter hears">
      <h2 class="spoken">
        What the inverter hears
        {choice ? <Spoken choice={choice} site={bank.site} /> : <span class="quiet">{bank.site.protocol}</span>}
      </h2>
      {choice && <Picker choice={choice} site={bank.site} />}
      {rows.length === 0 && <p class="quiet">Nothing has been sent yet.</p>}
      <table>
        <tbody>
          {rows.map((frame) => (
            <tr class={frame.age_ms > OLD_MS ? "old" : ""} data-test="frame">
              <th scope="row">{frame.id}</th>
              <td class="bytes">{spaced(frame.bytes)}</td>
              <td>
                <Meaning frame={frame} schema={schema} />
              </td>
              <td class="age">{frame.age_ms > OLD_MS ? `${Math.round(frame.age_ms / 1000)} s ago` : ""}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <Diagnostics schema={schema} online={online} />
    </section>
  );
}
