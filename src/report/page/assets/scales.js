// How values are spread over heights and colours: evenly or by logarithm, with ticks.

import { significant } from "./format.js";

/** The most decades that a logarithmic scale spans. */
const MOST_DECADES = 12;

/** Values whose largest is this many times their median are spread by logarithm. */
const WIDE = 50;

/** The finite ones. */
export function finite(values) {
  return values.filter((value) => value !== null && Number.isFinite(value));
}

/** The least and the largest, without a call whose arguments could be too many. */
export function extent(values) {
  return values.reduce(([low, high], v) => [Math.min(low, v), Math.max(high, v)], [Infinity, -Infinity]);
}

/** Round numbers from low to high, about so many. */
function evenTicks(low, high, count = 6) {
  const raw = (high - low) / count || 1;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= raw * 0.999);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, k) =>
    Number(((first + k) * step).toPrecision(12)),
  );
}

/** Round numbers for a logarithmic axis between two positive ends. */
function logTicks(low, high) {
  const decades = Math.log10(high / low);
  if (decades < 0.7) return evenTicks(low, high).filter((value) => value > 0);
  const factors = decades < 1.6 ? [1, 2, 3, 5, 7] : decades < 4 ? [1, 2, 5] : [1];
  const every = Math.max(1, Math.ceil(decades / 8));
  const ticks = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power += 1) {
    if (power % every === 0) factors.forEach((factor) => ticks.push(Number(`${factor}e${power}`)));
  }
  return ticks.filter((value) => value >= low * 0.999 && value <= high * 1.001);
}

/** By logarithm where a tenth of the range holds more than half of the values and all are positive. */
function automatic(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [sorted[0], sorted[sorted.length - 1]];
  const steep = sorted[Math.floor(sorted.length / 2)] - low < 0.1 * (high - low);
  return low > 0 && (steep || high / low > 100) ? "log" : "linear";
}

function evenScale(low, high) {
  const [bottom, top] = low < high ? [low, high] : [low - 0.5, high + 0.5];
  const ticks = evenTicks(bottom, top);
  return { kind: "linear", offset: 0, low: bottom, high: top, to: (value) => value, levels: ticks, ticks };
}

function logScale(values, offset) {
  const above = values.map((value) => value - offset);
  const [, highest] = extent(above);
  const [positive] = extent(above.filter((value) => value > 0));
  if (!(positive < highest)) return evenScale(...extent(values));
  const lowest = Math.max(positive, highest * 10 ** -MOST_DECADES);
  const levels = logTicks(lowest, highest);
  const to = (value) => Math.log10(Math.max(value - offset, lowest));
  return {
    kind: "log",
    offset,
    low: Math.log10(lowest),
    high: Math.log10(highest),
    to,
    levels,
    ticks: levels.map((level) => Math.log10(level)),
  };
}

/** By logarithm on both sides of ±threshold, evenly between, and as far on either side. */
export function signedLogScale(values, threshold) {
  const to = (value) =>
    Math.abs(value) <= threshold
      ? value / threshold
      : Math.sign(value) * (1 + Math.log10(Math.abs(value) / threshold));
  const [low, high] = extent(values);
  const reach = Math.max(Math.abs(low), Math.abs(high), threshold * 1.001);
  const positive = logTicks(threshold, reach).filter((tick) => /^[1]/.test(tick.toExponential()));
  const levels = [...positive.map((tick) => -tick).reverse(), 0, ...positive];
  const seen = levels.filter(
    (tick) => tick === 0 || (tick >= Math.min(low, 0) * 1.2 && tick <= Math.max(high, 0) * 1.2),
  );
  return {
    kind: "signed-log",
    offset: 0,
    low: to(low),
    high: to(high),
    to,
    levels: seen,
    ticks: seen.map(to),
  };
}

/** What "auto" comes to for these values. */
export function resolvedKind(kind, all) {
  const values = finite(all);
  return kind === "auto" && values.length > 0 ? automatic(values) : kind;
}

/**
 * The scale of some values: `to(value)` is a height between `low` and `high`; `levels` are
 * round values above `offset`, and `ticks` their heights. `kind` is auto, linear, log,
 * log-above-least, or for values of both signs signed or signed-log, whose ends lie as far
 * from 0.
 */
export function valueScale(kind, all) {
  const values = finite(all);
  if (values.length === 0) return evenScale(0, 1);
  const [low, high] = extent(values);
  if (kind === "auto") return valueScale(automatic(values), all);
  if (kind === "log") return logScale(values, 0);
  if (kind === "log-above-least") return logScale(values, low);
  const reach = Math.max(Math.abs(low), Math.abs(high));
  if (kind === "signed") return evenScale(-reach, reach);
  if (kind === "signed-log") {
    const sizes = values.map(Math.abs).sort((a, b) => a - b);
    const middle = sizes[Math.floor(sizes.length / 2)] || reach / WIDE;
    return signedLogScale([-reach, reach], Math.min(middle, reach));
  }
  return evenScale(low, high);
}

/** Which kind suits values of both signs. */
export function signedKind(all) {
  const sizes = finite(all)
    .map(Math.abs)
    .sort((a, b) => a - b);
  const middle = sizes[Math.floor(sizes.length / 2)];
  return sizes.length > 0 && sizes[sizes.length - 1] > WIDE * middle ? "signed-log" : "signed";
}

/** A height, null where there is no value. */
export function heightOf(scale, value) {
  return value === null || value === undefined || !Number.isFinite(value) ? null : scale.to(value);
}

/** Ticks as axes and colour bars take them. */
export function tickSettings(scale) {
  return { tickmode: "array", tickvals: scale.ticks, ticktext: scale.levels.map(tickText) };
}

function tickText(level) {
  return Math.abs(level) >= 1e5 || (level !== 0 && Math.abs(level) < 1e-3)
    ? level.toExponential().replace("e+", "e").replace("-", "−")
    : String(level).replace("-", "−");
}

/** The name of what is drawn, with what a scale takes off it. */
export function scaledName(scale, name) {
  if (scale.offset === 0) return name;
  return `${name} ${scale.offset < 0 ? "+" : "−"} ${significant(Math.abs(scale.offset))}`;
}
