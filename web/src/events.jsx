// SPDX-License-Identifier: Apache-2.0
// The events of a pack, newest first: when, what, the numbers behind it, the rule, who asked.
import { useAnswer } from "./live.js";
import { amount, clock } from "./format.js";

const SHOWN = 50;

// The numbers of a rule are measured value and threshold, those of a setting old and new value.
function numbers(event, schema) {
  if (event.value === undefined) return "";
  const exponent = schema.units[event.unit]?.exponent;
  const text = (value) => amount(schema, event.unit, value, exponent);
  if (event.before === undefined) return amount(schema, event.unit, event.value);
  if (event.rule === undefined) return `${text(event.before)} → ${text(event.value)}`;
  if (event.unit === "flag") return "";
  return `${text(event.value)}, ${event.kind === "alarm_set" ? "trips" : "free"} at ${text(event.before)}`;
}

function Row({ event, time_s, schema }) {
  const severity = event.kind === "alarm_set" ? schema.alarms[event.alarm]?.severity : "";
  const behind = [numbers(event, schema), event.by && `by ${event.by}`].filter(Boolean);
  return (
    <li class={`event ${severity}`} data-test="event" data-kind={event.kind} data-alarm={event.alarm}>
      <time>{clock(time_s)}</time>
      <div>
        <b>{event.words}</b>
        {event.quantity && (
          <p>
            {event.quantity}
            {behind.length > 0 && ": "}
            {behind.join(", ")} <code title="the rule that fired">{event.rule}</code>
          </p>
        )}
        {!event.quantity && behind.length > 0 && <p>{behind.join(", ")}</p>}
      </div>
    </li>
  );
}

export function Events({ pack, site, schema }) {
  const answer = useAnswer(`/api/packs/${pack.pack}/events?count=${SHOWN}`, undefined, pack.event_total);
  if (!answer) return <p class="view quiet">Loading…</p>;
  const start_s = site.clock_s - (pack.values.run_time_s ?? 0);
  return (
    <section class="view" aria-label="Events">
      {answer.events.length === 0 && <p class="quiet">Nothing has happened yet.</p>}
      <ol class="events">
        {answer.events.map((event) => (
          <Row event={event} time_s={start_s + event.time_s} schema={schema} />
        ))}
      </ol>
      {answer.kept > answer.events.length && (
        <p class="quiet">
          The newest {answer.events.length} of {answer.kept}.
        </p>
      )}
    </section>
  );
}
