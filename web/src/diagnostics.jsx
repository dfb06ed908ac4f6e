// SPDX-License-Identifier: Apache-2.0
// What both ends of the CAN bus, its port and the serial ports of the first pack have counted, by
// cause, and when each message was last sent and heard. Asked for while it is open.
import { useState } from "preact/hooks";
import { DASH } from "./format.js";
import { useAnswer } from "./live.js";

const LOOK_MS = 2000;

const LATE = 2; // periods

const ofCan = { battery: "Battery", inverter: "Inverter", port: "Port to the outside", outside: "Heard from outside" };

function groups(schema) {
  const ports = Object.values(schema.ports).map((port) => [port.name, `${port.label} of the first pack`]);
  return { ...ofCan, ...Object.fromEntries(ports) };
}

function heard(age_ms) {
  return age_ms < 0 ? "The inverter was never heard." : `The inverter was heard ${(age_ms / 1000).toFixed(1)} s ago.`;
}

function Group({ name, title, counts }) {
  const own = counts.filter((count) => count.group === name);
  if (own.length === 0) return null;
  return (
    <table data-test={`counts-${name}`}>
      <caption>{title}</caption>
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

const seconds = (ms) => (ms < 0 ? "never" : `${(ms / 1000).toFixed(1)} s ago`);

function Age({ message, at }) {
  const late = message.period_ms > 0 && (at < 0 || at > LATE * message.period_ms);
  return <td class={late ? "why" : ""}>{message.period_ms === 0 && at < 0 ? DASH : seconds(at)}</td>;
}

// What has no period is sent when it is asked for, or only read.
const idle = (message) => message.period_ms === 0 && message.sent_age_ms < 0 && message.heard_age_ms < 0;

function Messages({ messages, hears }) {
  const rest = messages.filter(idle);
  if (messages.length === 0) return null;
  return (
    <table class="messages" data-test="messages">
      <thead>
        <tr>
          {["Message", "Number", "Every", "Sent", ...(hears ? ["Heard"] : [])].map((name) => (
            <th scope="col">{name}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {messages.filter((message) => !idle(message)).map((message) => (
          <tr data-message={message.id}>
            <th scope="row">
              {message.name} {message.from === "inverter" && <small class="quiet">of the inverter</small>}
            </th>
            <td>{message.id}</td>
            <td>{message.period_ms ? `${message.period_ms / 1000} s` : DASH}</td>
            <Age message={message} at={message.sent_age_ms} />
            {hears && (message.from === "battery" ? <Age message={message} at={message.heard_age_ms} /> : <td />)}
          </tr>
        ))}
      </tbody>
      {rest.length > 0 && (
        <tfoot>
          <tr>
            <th colspan={hears ? 5 : 4} data-test="idle">
              Not sent by themselves: {rest.map((message) => `${message.name} ${message.id}`).join(", ")}
            </th>
          </tr>
        </tfoot>
      )}
    </table>
  );
}

function Protocol({ found }) {
  if (!found.protocol) return <p>No protocol is spoken.</p>;
  return (
    <p data-test="protocol">
      {found.title}, {found.bitrate / 1000} kbit/s.
    </p>
  );
}

export function Diagnostics({ schema, online }) {
  const [open, setOpen] = useState(false);
  const found = useAnswer(open && online ? "/api/diagnostics" : null, LOOK_MS, 0);
  return (
    <details class="diagnostics" onToggle={(event) => setOpen(event.target.open)} data-test="diagnostics">
      <summary>Diagnostics</summary>
      {found && (
        <>
          <Protocol found={found} />
          <p>
            {heard(found.heartbeat_age_ms)} {found.port && `Bus: ${found.port}.`}{" "}
            {found.trouble && <span class="why">{found.trouble}</span>}
          </p>
          <div class="counts">
            <Messages messages={found.messages} hears={found.counts.some((count) => count.group === "inverter")} />
            {Object.entries(groups(schema)).map(([name, title]) => (
              <Group name={name} title={title} counts={found.counts} />
            ))}
          </div>
        </>
      )}
    </details>
  );
}
