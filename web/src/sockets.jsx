// SPDX-License-Identifier: Apache-2.0
// Two RJ45 sockets, pin by pin, and the lines between them: those of the right cable, or all eight of
// a straight one with the wrong ones in red.
const ROW = 36;
const TOP = 58;
const LEFT = 262; // inner edge of the pack's socket
const RIGHT = 520; // and of the inverter's

const y = (pin) => TOP + (pin - 0.5) * ROW;

// A class name for the colour of a signal.
export const tint = (signal) => `line-${signal.toLowerCase().replace(/[^a-z0-9]+/g, "-")}`;

function Socket({ title, pins, edge, side }) {
  const at = (offset) => edge + side * offset; // side points away from the cable
  const box = Math.min(edge, at(74));
  return (
    <g>
      <text class="head" x={at(37)} y={TOP - 24} text-anchor="middle">{title}</text>
      <rect class="shell" x={box} y={TOP - 8} width="74" height={8 * ROW + 16} rx="12" />
      <rect class="latch" x={at(74) - (side > 0 ? 10 : 6)} y={TOP + 2.6 * ROW} width="16" height={2.8 * ROW} rx="5" />
      {Array.from({ length: 8 }, (_, index) => {
        const signal = pins?.[index];
        return (
          <g class={signal ? tint(signal) : "idle"}>
            <rect class="pin" x={Math.min(edge, at(34))} y={y(index + 1) - 6} width="34" height="12" rx="3" />
            <text class="number" x={at(51)} y={y(index + 1) + 5} text-anchor="middle">{index + 1}</text>
            <text class="signal" x={at(90)} y={y(index + 1) + 5} text-anchor={side > 0 ? "start" : "end"}>
              {signal ?? (pins ? "–" : "?")}
            </text>
          </g>
        );
      })}
    </g>
  );
}

function Line({ from, to, kind }) {
  const bend = (RIGHT - LEFT) / 2;
  const path = `M${LEFT} ${y(from)}C${LEFT + bend} ${y(from)} ${RIGHT - bend} ${y(to)} ${RIGHT} ${y(to)}`;
  return (
    <>
      <path class="halo" d={path} />
      <path class={`wire ${kind}`} d={path} />
    </>
  );
}

function straightLines(row) {
  const wrong = new Set(row.straight_faults.map((fault) => fault.pin));
  return row.pack_pins.map((signal, index) => {
    const pin = index + 1;
    const right = signal && row.inverter_pins[index] === signal;
    return { from: pin, to: pin, kind: wrong.has(pin) ? "wrong" : right ? tint(signal) : "unused" };
  });
}

export function Sockets({ row, straight }) {
  let lines = [];
  if (row.pins_known)
    lines = straight
      ? straightLines(row)
      : row.wires.map((wire) => ({ from: wire.pack_pin, to: wire.inverter_pin, kind: tint(wire.signal) }));
  const words = lines.map((line) => `${line.from} to ${line.to}`).join(", ");
  return (
    <svg class="sockets" viewBox="72 0 714 362" role="img" aria-label={`Pins of pack and ${row.brand}: ${words || "not known"}`}>
      {lines.map((line) => <Line {...line} />)}
      <Socket title="Pack" pins={row.pack_pins} edge={LEFT} side={-1} />
      <Socket title={row.brand} pins={row.inverter_pins} edge={RIGHT} side={1} />
    </svg>
  );
}
