// SPDX-License-Identifier: Apache-2.0
// Which pack's panel is open, kept in the address after "#" so that "back" closes it: #/1/plate; or
// what of the wiring is shown: #/wiring, #/wiring/SMA, #/wiring/parallel/3.
import { useEffect, useState } from "preact/hooks";

export const tabs = [
  { id: "overview", title: "Overview" },
  { id: "plate", title: "Front plate" },
  { id: "ports", title: "Ports" },
  { id: "faults", title: "Faults" },
  { id: "events", title: "Events" },
  { id: "settings", title: "Settings" },
];

export const place = (pack, tab) => `#/${pack}/${tab}`;

export const wiring = (...what) => ["#/wiring", ...what].join("/");

function read() {
  const [, view, ...rest] = location.hash.split("/");
  if (view === "wiring") return { wiring: rest };
  const found = /^#\/(\d+)\/(\w+)$/.exec(location.hash);
  if (!found || !tabs.some((tab) => tab.id === found[2])) return null;
  return { pack: Number(found[1]), tab: found[2] };
}

export function useRoute() {
  const [route, setRoute] = useState(read);
  useEffect(() => {
    const moved = () => setRoute(read());
    addEventListener("hashchange", moved);
    return () => removeEventListener("hashchange", moved);
  }, []);
  return route;
}

export function close() {
  history.pushState(null, "", location.pathname);
  dispatchEvent(new HashChangeEvent("hashchange"));
}
