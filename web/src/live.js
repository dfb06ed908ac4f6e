// SPDX-License-Identifier: Apache-2.0
// The connection to the service: schema, live events with reconnection, commands and their
// results. Holds what the page shows; draws nothing.
import { useEffect, useState } from "preact/hooks";

const HOUR_S = 3600;
const SILENCE_MS = 5000;

const empty = { online: false, bank: null, packs: {}, frames: {}, trend: [], results: [] };

function addToTrend(trend, bank) {
  const { clock_s } = bank.site;
  const { power_w, soc_permille, pack_mv } = bank.values;
  const last = trend.at(-1);
  if (last && last.clock_s === clock_s) return trend;
  const kept = last && last.clock_s > clock_s ? [] : trend;
  const start = kept.findIndex((point) => point.clock_s >= clock_s - HOUR_S);
  return [...(start < 0 ? [] : kept.slice(start)), { clock_s, power_w, soc_permille, pack_mv }];
}

// Frames of another protocol are none of this one.
function framesOf(state, bank) {
  return state.bank && state.bank.site.protocol !== bank.site.protocol ? {} : state.frames;
}

const receivers = {
  bank: (state, bank) => ({ ...state, bank, trend: addToTrend(state.trend, bank), frames: framesOf(state, bank) }),
  pack: (state, pack) => ({ ...state, packs: { ...state.packs, [pack.pack]: pack } }),
  frame: (state, frame) => ({ ...state, frames: { ...state.frames, [frame.id]: frame } }),
  result: (state, result) => ({ ...state, results: [...state.results.slice(-9), result] }),
};

export function useLive() {
  const [state, setState] = useState(empty);
  useEffect(() => {
    let source;
    let watchdog;
    const alive = () => {
      clearTimeout(watchdog);
      watchdog = setTimeout(connect, SILENCE_MS);
    };
    const lost = () => setState((before) => ({ ...before, online: false }));
    function connect() {
      if (source) source.close();
      lost();
      source = new EventSource("/events");
      source.onerror = lost;
      for (const [type, receive] of Object.entries(receivers))
        source.addEventListener(type, (event) => {
          alive();
          const data = JSON.parse(event.data);
          setState((before) => ({ ...receive(before, data), online: true }));
        });
      alive();
    }
    connect();
    return () => {
      clearTimeout(watchdog);
      source.close();
    };
  }, []);
  return state;
}

export function useSchema(online) {
  const [schema, setSchema] = useState(null);
  useEffect(() => {
    if (!online) return;
    fetch("/api/schema")
      .then((answer) => answer.json())
      .then((tables) => {
        const byName = (rows) => Object.fromEntries(rows.map((row) => [row.name, row]));
        setSchema(Object.fromEntries(Object.entries(tables).map(([k, v]) => [k, byName(v)])));
      })
      .catch(() => {});
  }, [online]);
  return schema;
}

async function post(path, body) {
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      keepalive: true, // a released button is told even while the page closes
    });
    const told = await answer.json();
    return told.error ?? told.reason ?? null;
  } catch {
    return "no connection";
  }
}

// Both resolve to null, or to the words of a refusal.
export const send = (command) => post("/api/commands", command);
export const order = (pack, word, members = {}) => post(`/api/packs/${pack}/${word}`, members);

// What a path answers, asked again whenever `version` changes and, if given, every period_ms; null
// before the first answer. Without a path nothing is asked.
export function useAnswer(path, period_ms, version) {
  const [answer, setAnswer] = useState(null);
  useEffect(() => {
    if (!path) return;
    let current = true;
    const ask = () =>
      fetch(path)
        .then((reply) => (reply.ok ? reply.json() : null))
        .then((body) => current && body && setAnswer(body))
        .catch(() => {});
    ask();
    const timer = period_ms && setInterval(ask, period_ms);
    return () => {
      current = false;
      clearInterval(timer);
    };
  }, [path, version, period_ms]);
  return answer;
}
