// SPDX-License-Identifier: Apache-2.0
// The page: header, limits, energy flow, packs, chart, frames, the
// panel of one pack. Each part is a file of its own.
import "uplot/dist/uPlot.min.css";
import "./style.css";
import { Drawer } from "./drawer.jsx";
import { Frames } from "./frames.jsx";
import { Header } from "./header.jsx";
import { Limits } from "./limits.jsx";
import { Flow } from "./flow.jsx";
import { Pack } from "./pack.jsx";
import { Trend } from "./trend.jsx";
import { Wiring } from "./wiring.jsx";
import { useRoute } from "./route.js";
import { useLive, useSchema } from "./live.js";

// What the addresses of the packs make impossible, in words.
function addressTrouble(packs) {
  const dips = packs.map((pack) => pack.dip);
  const twice = dips.filter((dip, index) => dips.indexOf(dip) !== index);
  if (packs.length > 0 && !dips.includes(0))
    return "No pack has address 0, so nobody speaks for the bank. Set the DIP switches of one pack to 0.";
  if (twice.length > 0)
    return `Two packs have address ${twice[0]}: they answer at the same time and are not understood.`;
  return null;
}

function Bank({ live, packs, schema }) {
  return (
    <>
      <Limits bank={live.bank} schema={schema} />
      <Flow bank={live.bank} />
      <section class="packs" aria-label="Packs">
        {packs.map((pack) => (
          <Pack key={pack.pack} pack={pack} schema={schema} />
        ))}
      </section>
      <Trend points={live.trend} />
      <Frames frames={live.frames} packs={packs} bank={live.bank} schema={schema} online={live.online} />
    </>
  );
}

// `Extra` gets the bank and stands above it.
export function Page({ Extra }) {
  const live = useLive();
  const schema = useSchema(live.online);
  const route = useRoute();
  const packs = Object.values(live.packs).sort((a, b) => a.pack - b.pack);
  const trouble = addressTrouble(packs);
  if (!live.bank || !schema)
    return <main class="waiting">{live.online ? "Loading…" : "No connection to the service. Trying again…"}</main>;
  return (
    <>
      {!live.online && (
        <div class="offline" role="alert">
          No connection – the values below are old. Trying again…
        </div>
      )}
      <div class={live.online ? "" : "stale"}>
        <Header bank={live.bank} schema={schema} />
        <main>
          {trouble && (
            <p class="why" role="status" data-test="trouble">
              {trouble}
            </p>
          )}
          {Extra && !route?.wiring && <Extra bank={live.bank} packs={packs} schema={schema} />}
          {route?.wiring ? <Wiring chosen={route.wiring} /> : <Bank live={live} packs={packs} schema={schema} />}
        </main>
      </div>
      {route && live.packs[route.pack] && (
        <Drawer
          route={route}
          packs={packs}
          pack={live.packs[route.pack]}
          site={live.bank.site}
          schema={schema}
          online={live.online}
        />
      )}
    </>
  );
}
