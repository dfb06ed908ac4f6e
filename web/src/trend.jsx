// SPDX-License-Identifier: Apache-2.0
// The last hour of virtual time: power, state of charge and voltage of the bank.
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { clock } from "./format.js";

const HEIGHT = 240;
const series = [
  { label: "Power, kW", key: "power_w", factor: 1e-3, scale: "kW", colour: "--accent", places: 2 },
  { label: "State of charge, %", key: "soc_permille", factor: 0.1, scale: "%", colour: "--sun", places: 1 },
  { label: "Voltage, V", key: "pack_mv", factor: 1e-3, scale: "V", colour: "--volt", places: 2 },
];

function columns(points) {
  return [
    points.map((point) => point.clock_s),
    ...series.map((row) => points.map((point) => (point[row.key] ?? null) === null ? null : point[row.key] * row.factor)),
  ];
}

function axis(style, scale, side, places) {
  return {
    scale,
    side,
    size: 52,
    stroke: style.getPropertyValue("--quiet"),
    grid: { show: scale === "kW", stroke: style.getPropertyValue("--line"), width: 1 },
    ticks: { show: false },
    values: (plot, ticks) => ticks.map((tick) => tick.toFixed(places)),
  };
}

// A range that never is narrower than `least`, so that noise does not fill the chart.
function atLeast(least) {
  return (plot, low, high) => {
    if (low === null || high === null) return [0, least];
    const spare = Math.max(0, least - (high - low)) / 2 + (high - low) * 0.05;
    return [low - spare, high + spare];
  };
}

function options(style, width) {
  const wide = width > 600;
  return {
    width,
    height: HEIGHT,
    scales: {
      x: { time: false },
      kW: { range: atLeast(1) },
      "%": { range: [0, 100] },
      V: { range: atLeast(0.4) },
    },
    axes: [
      {
        stroke: style.getPropertyValue("--quiet"),
        grid: { show: false },
        ticks: { show: false },
        space: 80,
        values: (plot, ticks) => ticks.map((tick) => clock(tick).slice(0, 5)),
        incrs: [60, 300, 600, 900],
      },
      axis(style, "kW", 3, 1),
      ...(wide ? [axis(style, "%", 1, 0), axis(style, "V", 1, 1)] : []),
    ],
    series: [
      { label: "Time", value: (plot, value) => (value === null ? "–" : clock(value)) },
      ...series.map((row) => ({
        label: row.label,
        scale: row.scale,
        stroke: style.getPropertyValue(row.colour),
        width: 2,
        points: { show: false },
        value: (plot, value) => (value === null ? "–" : value.toFixed(row.places)),
      })),
    ],
  };
}

export function Trend({ points }) {
  const holder = useRef(null);
  const plot = useRef(null);
  const latest = useRef(points);
  latest.current = points;
  useEffect(() => {
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    const draw = () => {
      if (!holder.current) return; // the page has just turned to another view
      plot.current?.destroy();
      const style = getComputedStyle(document.documentElement);
      plot.current = new uPlot(options(style, holder.current.clientWidth), columns(latest.current), holder.current);
    };
    const observer = new ResizeObserver(draw);
    observer.observe(holder.current);
    scheme.addEventListener("change", draw);
    return () => {
      observer.disconnect();
      scheme.removeEventListener("change", draw);
      plot.current?.destroy();
    };
  }, []);
  useEffect(() => plot.current?.setData(columns(points)), [points]);
  return (
    <section class="card trend" aria-label="Last hour">
      <h2>Last hour</h2>
      <div ref={holder} />
    </section>
  );
}
