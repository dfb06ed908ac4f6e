// SPDX-License-Identifier: Apache-2.0
// The panel of one pack: what matters of it stays on top, below one of the tabs.
import { useEffect, useRef } from "preact/hooks";
import { Alarms } from "./alarms.jsx";
import { Events } from "./events.jsx";
import { Faults } from "./faults.jsx";
import { Speed } from "./header.jsx";
import { Lamps } from "./lamps.jsx";
import { Charge, LimitRows, asleep } from "./pack.jsx";
import { Plate } from "./plate.jsx";
import { Ports } from "./ports.jsx";
import { Settings } from "./settings.jsx";
import { Values } from "./values.jsx";
import { useAnswer } from "./live.js";
import { close, place, tabs } from "./route.js";
import { quantity } from "./format.js";

const LOOK_MS = 250;
const views = { overview: Values, plate: Plate, ports: Ports, faults: Faults, events: Events, settings: Settings };

function Top({ pack, schema }) {
  const { values, words } = pack;
  return (
    <div class="top">
      <Lamps values={values} asleep={asleep(schema, values)} />
      <div class="facts">
        <b data-test="power-state">{schema.power_states[values.power_state]?.words ?? "unknown"}</b>
        <span>{quantity(schema, "soc_permille", values.soc_permille)}</span>
        <span>{quantity(schema, "pack_mv", values.pack_mv)}</span>
        <span>{quantity(schema, "pack_ma", values.pack_ma)}</span>
      </div>
      <Charge values={values} words={words} />
      <LimitRows values={values} words={words} schema={schema} />
      <Alarms values={values} schema={schema} />
    </div>
  );
}

function Packs({ packs, route }) {
  if (packs.length < 2) return null;
  return (
    <nav class="which" aria-label="Other packs">
      {packs.map((pack) => (
        <a href={place(pack.pack, route.tab)} aria-current={pack.pack === route.pack ? "page" : undefined}>
          {pack.dip}
        </a>
      ))}
    </nav>
  );
}

function Tabs({ route }) {
  return (
    <nav class="tabs" aria-label="Views of the pack">
      {tabs.map((tab) => (
        <a
          href={place(route.pack, tab.id)}
          aria-current={tab.id === route.tab ? "page" : undefined}
          data-test={`tab-${tab.id}`}
        >
          {tab.title}
        </a>
      ))}
    </nav>
  );
}

// The panel looks more often than the page is told, so that lamps and button feel alive. `pack` is
// what the page knows until the first look, and while there is no connection.
export function Drawer({ route, packs, pack: known, site, schema, online }) {
  const View = views[route.tab];
  const panel = useRef(null);
  const seen = useAnswer(online ? `/api/packs/${route.pack}` : null, LOOK_MS);
  const pack = seen?.pack === route.pack ? seen : known;
  useEffect(() => {
    const key = (event) => event.key === "Escape" && close();
    addEventListener("keydown", key);
    return () => removeEventListener("keydown", key);
  }, []);
  useEffect(() => panel.current.focus(), [route.pack]);
  return (
    <aside class={online ? "drawer" : "drawer stale"} ref={panel} tabIndex={-1} aria-label={`Pack ${pack.dip}`} data-test="drawer">
      <div class="title">
        <h2>Pack {pack.dip}</h2>
        <Packs packs={packs} route={route} />
        <Speed speed={site.speed} />
        <button class="close" onClick={close} aria-label="Close">
          ×
        </button>
      </div>
      <Top pack={pack} schema={schema} />
      <Tabs route={route} />
      <View key={pack.pack} pack={pack} site={site} schema={schema} />
    </aside>
  );
}
