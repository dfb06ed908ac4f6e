// SPDX-License-Identifier: Apache-2.0
// What both ends of the CAN bus and its port have counted, by cause. Asked for while it is open.
import { useState } from "preact/hooks";
import { useAnswer } from "./live.js";

const LOOK_MS = 2000;

const groups = { battery: "Battery", inverter: "Inverter", port: "Port to the outside", outside: "Heard from outside" };

function heard(age_ms) {
  return age_ms < 0 ? "The inverter was never heard." : `The inverter was heard ${(age_ms / 1000).toFixed(1)} s ago.`;
}

function Group({ name, counts }) {
  const own = counts.filter((count) => count.group === name);
  if (own.length === 0) return null;
  return (
    <table data-test={`counts-${name}`}>
      <caption>{groups[name]}</caption>
      <tbody>
        {own.map((count) => (
          <tr class={count.trouble ? "why" : ""} data-count={count.name}>
            <td>{count.number}</td>
            <th scope="row">{count.label}</th>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function Diagnostics({ online }) {
  const [open, setOpen] = useState(false);
  const found = useAnswer(open && online ? "/api/diagnostics" : null, LOOK_MS, 0);
  return (
    <details class="diagnostics" onToggle={(event) => setOpen(event.target.open)} data-test="diagnostics">
      <summary>Diagnostics</summary>
      {found && (
        <>
          <p>
            {heard(found.heartbeat_age_ms)} {found.port && `Bus: ${found.port}.`}{" "}
            {found.trouble && <span class="why">{found.trouble}</span>}
          </p>
          <div class="counts">
            {Object.keys(groups).map((name) => (
              <Group name={name} counts={found.counts} />
            ))}
          </div>
        </>
      )}
    </details>
  );
}
