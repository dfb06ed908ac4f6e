// SPDX-License-Identifier: Apache-2.0
// Alarms and warnings as chips.
import { alarmLabel } from "./format.js";

export function Alarms({ values, schema }) {
  const alarms = [...new Set([...(values.alarms ?? []), ...(values.warnings ?? [])])];
  if (alarms.length === 0) return <p class="quiet">No alarms</p>;
  return (
    <ul class="alarms">
      {alarms.map((id) => (
        <li class={schema.alarms[id]?.severity} data-alarm={id}>
          {alarmLabel(schema, id)}
        </li>
      ))}
    </ul>
  );
}
