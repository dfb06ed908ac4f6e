// SPDX-License-Identifier: Apache-2.0
// Packs in parallel as a picture: DIP switches, the RS485-2 chain, the one cable to the inverter, and
// power with a fuse for each pack and the diagonal tap.
const ROW = 62;
const HEIGHT = 48; // of a pack
const FIRST = 104; // top of the first one
const PACK = 150;
const WIDTH = 418;
const PLUS = 46;
const MINUS = 84;
const CAN = PACK + 326;
const EDGE = PACK + WIDTH;

const top = (index) => FIRST + index * ROW;
const middle = (index) => top(index) + HEIGHT / 2;

function Dip({ x, y, dip }) {
  return (
    <g>
      <rect class="dip-case" x={x} y={y} width="86" height="34" rx="5" />
      {dip.map((on, index) => (
        <g>
          <rect class="dip-slot" x={x + 7 + index * 19} y={y + 4} width="14" height="26" rx="3" />
          <rect class="dip-knob" x={x + 9 + index * 19} y={on ? y + 6 : y + 17} width="10" height="11" rx="2" />
        </g>
      ))}
    </g>
  );
}

function Pack({ pack, index }) {
  const y = top(index);
  const addresses = pack.dip.map((on, at) => `${at + 1} ${on ? "on" : "off"}`).join(", ");
  return (
    <g data-test="rack-pack">
      <title>{`Pack ${pack.pack}: ${addresses}`}</title>
      <path class="plus" d={`M${PLUS} ${y + 14}H${PACK}`} />
      <path class="minus" d={`M${MINUS} ${y + 36}H${PACK}`} />
      <rect class="fuse" x="108" y={y + 8} width="26" height="12" rx="3" />
      <rect class="body" x={PACK} y={y} width={WIDTH} height={HEIGHT} rx="9" />
      <text class="name" x={PACK + 20} y={y + 30}>Pack {pack.pack}</text>
      <text class="role" x={PACK + 106} y={y + 30}>{pack.role}</text>
      <Dip x={PACK + 184} y={y + 7} dip={pack.dip} />
      <rect class={pack.role === "host" ? "jack used" : "jack"} x={CAN - 11} y={y + 6} width="22" height="16" rx="3" />
      <text class="tiny" x={CAN} y={y + 38} text-anchor="middle">CAN</text>
      <rect class="jack" x={EDGE - 28} y={y + 6} width="22" height="16" rx="3" />
      <rect class="jack" x={EDGE - 28} y={y + 26} width="22" height="16" rx="3" />
    </g>
  );
}

// From the lower RS485-2 socket of one pack to the upper one of the next.
function Link({ index }) {
  const from = top(index) + 34;
  const to = top(index + 1) + 14;
  return <path class="chain" d={`M${EDGE - 6} ${from}C${EDGE + 42} ${from} ${EDGE + 42} ${to} ${EDGE - 6} ${to}`} />;
}

export function Rack({ packs }) {
  const last = packs.length - 1;
  const bottom = top(last) + HEIGHT;
  return (
    <svg class="rack" viewBox={`0 0 672 ${bottom + 40}`} role="img" aria-label={`${packs.length} packs in parallel`}>
      <rect class="body" x={PACK} y="10" width={WIDTH} height="46" rx="9" />
      <text class="name" x={PACK + 20} y="39">Inverter</text>
      <path class="plus" d={`M${PACK} 44H${PLUS}V${top(last) + 14}`} />
      <path class="minus" d={`M${PACK} 22H14V${bottom + 20}H${MINUS}V${top(0) + 36}`} />
      <text class="pole plus-pole" x={PACK - 12} y="62">+</text>
      <text class="pole minus-pole" x={PACK - 12} y="16">−</text>
      <path class="can" d={`M${CAN} 56V${top(0) + 8}`} />
      <text class="tiny" x={CAN + 12} y="84">from the host only</text>
      <text class="tiny" x={PACK + 191} y={FIRST - 6}>1&#160;&#160;&#160;2&#160;&#160;&#160;3&#160;&#160;&#160;4</text>
      {packs.map((pack, index) => <Pack pack={pack} index={index} />)}
      {packs.slice(1).map((_, index) => <Link index={index} />)}
      <text class="tiny" x={EDGE + 40} y={(middle(0) + middle(1)) / 2 + 4}>RS485-2</text>
      <text class="tiny" x="100" y={top(0) + 3}>fuse</text>
    </svg>
  );
}
