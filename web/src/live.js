// SPDX-License-Identifier: Apache-2.0
// What the page knows: schema, live events, commands and their results, by whatever link it was
// built with. Draws nothing.
import { useEffect, useState } from "preact/hooks";
import { ask, listen, post } from "./link.js";

const HOUR_S = 3600;

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
    const event = (type, data) => setState((before) => ({ ...receivers[type](before, data), online: true }));
    const lost = () => setState((before) => ({ ...before, online: false }));
    return listen(Object.keys(receivers), event, lost);
  }, []);
  return state;
}

export function useSchema(online) {
  const [schema, setSchema] = useState(null);
  useEffect(() => {
    if (!online) return;
    ask("/api/schema")
      .then((tables) => {
        const byName = (rows) => Object.fromEntries(rows.map((row) => [row.name, row]));
        setSchema(Object.fromEntries(Object.entries(tables).map(([k, v]) => [k, byName(v)])));
      })
      .catch(() => {});
  }, [online]);
  return schema;
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
    const look = () =>
      ask(path)
        .then((body) => current && body && setAnswer(body))
        .catch(() => {});
    look();
    const timer = period_ms && setInterval(look, period_ms);
    return () => {
      current = false;
      clearInterval(timer);
    };
  }, [path, version, period_ms]);
  return answer;
}
