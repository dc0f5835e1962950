// A number over a plane of weights: colours, lines of equal value, and paths on it.

import { exact } from "./format.js";
import { DIVERGING, SEQUENTIAL, isDark } from "./colormaps.js";
import { extent, finite, heightOf, scaledName, tickSettings } from "./scales.js";
import { axis, colors, line, literal, readable } from "./plot.js";

/** Bands of colour between the least and the largest value. */
const BANDS = 24;

/** Distances along an axis of a grid. */
export function distances({ low, high, points, length = 1 }) {
  const step = points > 1 ? (high - low) / (points - 1) : 0;
  return Array.from({ length: points }, (_, index) => length * (low + index * step));
}

/**
 * Values over a grid, the first axis fastest: { x, y, values, name, xName, yName, cells, diverging }.
 * With `cells` each point is a cell of one colour.
 */
export function fieldOf(axes, values, more) {
  const names = axes.map((one) => (one.label ? `${literal(one.label)}, ‖Δθ‖` : ""));
  return {
    x: distances(axes[0]),
    y: distances(axes[1]),
    values,
    xName: names[0],
    yName: names[1],
    ...more,
  };
}

/** A flat list as rows. */
export function gridRows(field, values) {
  const width = field.x.length;
  return field.y.map((_, row) => values.slice(row * width, (row + 1) * width));
}

/** Whether values lie on both sides of 0. */
export function isSigned(values) {
  return finite(values).some((value) => value < 0);
}

export function colorsOf(field) {
  return field.diverging ? DIVERGING : SEQUENTIAL;
}

/** Beside the plane, or where there is little room below it. */
function colorBar(field, scale, narrow) {
  const where = narrow
    ? { orientation: "h", y: -0.2, yanchor: "top", thickness: 10, xpad: 0 }
    : { thickness: 14, len: 1, ypad: 0 };
  const title = { text: literal(scaledName(scale, field.name)), side: narrow ? "bottom" : "right" };
  return { ...tickSettings(scale), title, outlinewidth: 0, ...where };
}

/** Colours in bands, or a cell around each point. */
function groundTrace(field, scale, narrow) {
  const heights = gridRows(
    field,
    field.values.map((value) => heightOf(scale, value)),
  );
  const common = {
    x: field.x,
    y: field.y,
    z: heights,
    zmin: scale.low,
    zmax: scale.high,
    colorscale: colorsOf(field),
    colorbar: colorBar(field, scale, narrow),
    text: gridRows(
      field,
      field.values.map((value) => exact(value)),
    ),
    hovertemplate: `${literal(field.name)} %{text}<br>x %{x}<br>y %{y}<extra></extra>`,
    hoverongaps: false,
  };
  if (field.cells) return { ...common, type: "heatmap" };
  const size = (scale.high - scale.low) / BANDS;
  const contours = { start: scale.low + size, end: scale.high - size / 2, size, coloring: "fill" };
  return { ...common, type: "contour", autocontour: false, contours, line: { width: 0 } };
}

/** One line of equal value with its label; on values above the offset, so that labels are theirs. */
function levelTrace(field, scale, level, rows, isFilled) {
  const height = scale.ticks[scale.levels.indexOf(level)];
  const share = (height - scale.low) / (scale.high - scale.low);
  const onColor = isDark(colorsOf(field), share) ? "rgba(255,255,255,0.75)" : "rgba(0,0,0,0.7)";
  const color = isFilled ? onColor : colors().muted;
  return {
    type: "contour",
    x: field.x,
    y: field.y,
    z: rows,
    autocontour: false,
    contours: {
      start: level,
      end: level,
      size: 1,
      coloring: "none",
      showlabels: true,
      labelformat: ".4~g",
      labelfont: { size: 11, color },
    },
    line: { color, width: 1, smoothing: 0 },
    showscale: false,
    hoverinfo: "skip",
  };
}

function levelTraces(field, scale, isFilled) {
  if (field.cells) {
    if (!field.diverging) return [];
    return [levelTrace(field, scale, 0, gridRows(field, field.values), true)];
  }
  const rows = gridRows(
    field,
    field.values.map((value) => (value === null ? null : value - scale.offset)),
  );
  const inside = scale.levels.filter((_, k) => scale.ticks[k] > scale.low && scale.ticks[k] < scale.high);
  return inside.map((level) => levelTrace(field, scale, level, rows, isFilled));
}

/** Where a line cannot be drawn from: the values of one quantity, as plotly's traces. */
export function groundTraces(field, scale, { isFilled, narrow }) {
  const ground = groundTrace(field, scale, narrow);
  if (!isFilled && !field.cells) {
    ground.contours.coloring = "none";
    ground.showscale = false;
  }
  return [ground, ...levelTraces(field, scale, isFilled)];
}

/** Iterates closer to the one marked before than this share of the path's size have no dot of their own. */
const APART = 1 / 28;

/** The size of each iterate's dot: 0 where dots would hide the path. */
function dotSizes(path) {
  const [[left, right], [low, high]] = [extent(path.x), extent(path.y)];
  const apart = APART * Math.max(right - left, high - low);
  let before = null;
  return path.x.map((x, i) => {
    const y = path.y[i];
    if (before !== null && Math.hypot(x - before[0], y - before[1]) < apart) return 0;
    before = [x, y];
    return 6;
  });
}

/** A path as lines: up to point `at` in full, the rest faint; on colours with a white edge. */
export function pathTraces(path, at, isFilled) {
  const style = {
    ...line(path.style, 2.5),
    color: isFilled ? path.style.color : readable(path.style.color),
  };
  const edge = isFilled ? "#ffffff" : colors().paper;
  const piece = (from, to, more) => ({
    x: path.x.slice(from, to),
    y: path.y.slice(from, to),
    mode: "lines",
    hoverinfo: "skip",
    ...more,
  });
  const upTo = at + 1;
  const wholly = path.x.length;
  const points = {
    mode: "lines+markers",
    marker: { size: dotSizes(path).slice(0, upTo), color: style.color, line: { color: edge, width: 0.8 } },
    text: path.text.slice(0, upTo),
    hoverinfo: undefined,
    hovertemplate: "<b>%{fullData.name}</b><br>%{text}<extra></extra>",
  };
  return [
    piece(at, wholly, { line: { ...style, width: 1.5 }, opacity: 0.45 }),
    piece(0, upTo, { line: { color: edge, width: 5 }, opacity: 0.9 }),
    piece(0, upTo, { name: literal(path.label), line: style, ...points }),
  ];
}

/** Start, end, and where the slider stands. */
export function markTraces(path, at, isFilled) {
  const color = isFilled ? path.style.color : readable(path.style.color);
  const edge = isFilled ? "#ffffff" : colors().paper;
  const mark = (index, symbol, size, what) => ({
    name: literal(path.label),
    x: [path.x[index]],
    y: [path.y[index]],
    mode: "markers",
    marker: { symbol, size, color, line: { color: edge, width: 1.5 } },
    text: [path.text[index]],
    hovertemplate: `<b>%{fullData.name}</b>${what}<br>%{text}<extra></extra>`,
  });
  const last = path.x.length - 1;
  const start = mark(0, "circle", 11, ", start");
  start.marker = { ...start.marker, color: edge, line: { color, width: 3 } };
  const end = mark(last, "diamond", 12, ", end");
  return at < last ? [start, end, mark(at, "circle", 13, "")] : [start, end];
}

/** Points with a name. */
export function namedTrace(points, isFilled) {
  const ink = isFilled ? "#000000" : colors().ink;
  return {
    x: points.map((point) => point.at[0]),
    y: points.map((point) => point.at[1]),
    text: points.map((point) => literal(point.label)),
    mode: "markers+text",
    cliponaxis: false,
    textposition: "top center",
    textfont: { color: ink, shadow: isFilled ? "0 0 3px #fff, 0 0 3px #fff, 0 0 4px #fff" : "none" },
    marker: { symbol: "cross-thin", size: 13, color: ink, line: { color: ink, width: 3 } },
    hovertemplate: "%{text}<br>x %{x}<br>y %{y}<extra></extra>",
  };
}

/** Axes of a plane, one unit as long on both where that is wanted. */
export function planeLayout(field, isEqual, more = {}) {
  const range = (values) => {
    const last = values.length - 1;
    const half = field.cells && last > 0 ? (values[1] - values[0]) / 2 : 0;
    return [values[0] - half, values[last] + half];
  };
  const equal = isEqual ? { scaleanchor: "x", scaleratio: 1, constrain: "domain" } : {};
  return {
    xaxis: axis(field.xName, {
      range: range(field.x),
      zeroline: false,
      constrain: "domain",
      showgrid: false,
    }),
    yaxis: axis(field.yName, { range: range(field.y), zeroline: false, showgrid: false, ...equal }),
    ...more,
  };
}

/** The height at a place between the points of a grid, by the four around it. */
export function heightAt(field, heights, x, y) {
  const place = (values, value) => {
    const step = (values[values.length - 1] - values[0]) / (values.length - 1);
    return Math.min(Math.max((value - values[0]) / step, 0), values.length - 1);
  };
  const [i, j] = [place(field.x, x), place(field.y, y)];
  const [left, below] = [
    Math.min(Math.floor(i), field.x.length - 2),
    Math.min(Math.floor(j), field.y.length - 2),
  ];
  const [u, v] = [i - left, j - below];
  const at = (column, row) => heights[row * field.x.length + column];
  const corners = [at(left, below), at(left + 1, below), at(left, below + 1), at(left + 1, below + 1)];
  if (corners.includes(null)) return null;
  return (1 - v) * ((1 - u) * corners[0] + u * corners[1]) + v * ((1 - u) * corners[2] + u * corners[3]);
}
