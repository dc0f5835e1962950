// A number over a plane of weights in three dimensions, with paths on or above it.

import { exact } from "./format.js";
import { element } from "./dom.js";
import { axis, chart, colors, literal, readable } from "./plot.js";
import { extent, heightOf, resolvedKind, tickSettings, valueScale } from "./scales.js";
import { colorsOf, heightAt, gridRows } from "./plane.js";

/** How far paths lie above the surface, as a share of its height, so that it does not hide them. */
const LIFT = 0.012;

/** Names of the dashes that plotly has in three dimensions, by how many marks a period has. */
function dashName(dash) {
  if (dash.length === 0) return "solid";
  if (dash.length > 4) return "longdashdot";
  if (dash.length > 2) return "dashdot";
  if (dash[0] < 6) return "dot";
  return dash[0] < 12 ? "dash" : "longdash";
}

/** The scale of the vertical axis: wide enough for true losses where these are shown. */
function verticalScale(field, kind, paths) {
  const losses = paths.flatMap((path) => path.loss);
  return valueScale(resolvedKind(kind, field.values), [...field.values, ...losses]);
}

function ground(field, heights, scale, isTrue) {
  const [low, high] = isTrue
    ? extent(heights.filter((height) => height !== null))
    : [scale.low, scale.high];
  return {
    type: "surface",
    x: field.x,
    y: field.y,
    z: gridRows(field, heights),
    cmin: low,
    cmax: high,
    colorscale: colorsOf(field),
    showscale: false,
    // What lies below it must be seen.
    opacity: isTrue ? 0.85 : 1,
    text: gridRows(
      field,
      field.values.map((value) => exact(value)),
    ),
    hovertemplate: `${literal(field.name)} %{text}<br>x %{x}<br>y %{y}<extra></extra>`,
    lighting: { ambient: 0.75, diffuse: 0.5, specular: 0.05, roughness: 0.9 },
    contours: {
      x: { highlight: false },
      y: { highlight: false },
      z: {
        // plotly.js 3.0 does not end where a surface with holes has lines of equal height.
        show: !heights.includes(null),
        highlight: false,
        start: low,
        end: high,
        size: (high - low) / 12 || 1,
        color: "#6f8f96",
        width: 1,
      },
    },
  };
}

/** Places between two iterates, close enough for a path to follow the surface. */
function between(field, path, index) {
  const step = Math.min(field.x[1] - field.x[0], field.y[1] - field.y[0]);
  const [dx, dy] = [path.x[index + 1] - path.x[index], path.y[index + 1] - path.y[index]];
  const count = Math.min(60, Math.ceil(Math.hypot(dx, dy) / step));
  return Array.from({ length: Math.max(0, count - 1) }, (_, k) => {
    const share = (k + 1) / count;
    return [path.x[index] + share * dx, path.y[index] + share * dy];
  });
}

/** A path on the surface from one iterate to another: { x, y, z, text }. */
function onSurface(field, heights, scale, path, from, to) {
  const made = { x: [], y: [], z: [], text: [] };
  const lift = LIFT * (scale.high - scale.low);
  const add = (x, y, height, text) => {
    made.x.push(x);
    made.y.push(y);
    made.z.push(height === null ? null : height + lift);
    made.text.push(text);
  };
  for (let index = from; index <= to; index += 1) {
    const [x, y] = [path.x[index], path.y[index]];
    const known = path.below ? heightOf(scale, path.below[index]) : heightAt(field, heights, x, y);
    add(x, y, known, path.text[index]);
    if (index === to) break;
    between(field, path, index).forEach(([u, v]) =>
      add(u, v, heightAt(field, heights, u, v), path.text[index]),
    );
  }
  return made;
}

/** A path at its true losses. */
function hovering(scale, path, from, to) {
  const part = (values) => values.slice(from, to + 1);
  return {
    x: part(path.x),
    y: part(path.y),
    z: part(path.loss).map((v) => heightOf(scale, v)),
    text: part(path.text),
  };
}

function pathTrace(path, points, more) {
  return {
    type: "scatter3d",
    name: literal(path.label),
    mode: "lines",
    ...points,
    line: { color: readable(path.style.color), width: 5, dash: dashName(path.style.dash) },
    hovertemplate: `<b>%{fullData.name}</b><br>%{text}<extra></extra>`,
    ...more,
  };
}

/** The marker of a path, and where it hovers the way down. */
function marker(path, points, ground) {
  const last = points.x.length - 1;
  const one = (values) => [values[last]];
  const color = readable(path.style.color);
  const made = {
    type: "scatter3d",
    name: literal(path.label),
    mode: "markers",
    x: one(points.x),
    y: one(points.y),
    z: one(points.z),
    text: one(points.text),
    marker: { size: 5, color, symbol: "circle", line: { color: "#ffffff", width: 2 } },
    hovertemplate: `<b>%{fullData.name}</b><br>%{text}<extra></extra>`,
  };
  if (ground === null) return [made];
  const drop = {
    type: "scatter3d",
    mode: "lines",
    x: [made.x[0], made.x[0]],
    y: [made.y[0], made.y[0]],
    z: [made.z[0], ground],
    line: { color: colors().muted, width: 2 },
    hoverinfo: "skip",
  };
  return [made, drop];
}

/** Where a path begins and ends. */
function ends(path, points, symbol, what) {
  const index = symbol === "diamond" ? points.x.length - 1 : 0;
  const color = readable(path.style.color);
  return {
    type: "scatter3d",
    name: literal(path.label),
    mode: "markers",
    x: [points.x[index]],
    y: [points.y[index]],
    z: [points.z[index]],
    text: [points.text[index]],
    marker: { size: 6, color, symbol, line: { color: "#ffffff", width: 2 } },
    hovertemplate: `<b>%{fullData.name}</b>, ${what}<br>%{text}<extra></extra>`,
  };
}

function pathTraces3d(field, heights, scale, path, isTrue) {
  const last = path.x.length - 1;
  const points = (from, to) =>
    isTrue ? hovering(scale, path, from, to) : onSurface(field, heights, scale, path, from, to);
  const done = points(0, path.at);
  const rest = points(path.at, last);
  const ground = isTrue && path.below ? heightOf(scale, path.below[path.at]) : null;
  return [
    pathTrace(path, rest, { opacity: 0.35 }),
    pathTrace(path, done, {}),
    ends(path, done, "circle-open", "start"),
    ends(path, rest, "diamond", "end"),
    ...(path.at < last ? marker(path, done, ground) : []),
  ];
}

function sceneAxis(title, more) {
  const { grid, ink } = colors();
  const settings = axis(title, more);
  return {
    ...settings,
    title: { text: title, font: { size: 12 } },
    backgroundcolor: "rgba(0,0,0,0)",
    gridcolor: grid,
    color: ink,
    showspikes: false,
  };
}

/** How the plane's sides are to each other: by their lengths, but never very long and thin. */
function ratio(field, isEqual) {
  const length = (values) => values[values.length - 1] - values[0];
  const y = isEqual ? Math.min(2.2, Math.max(0.45, length(field.y) / length(field.x))) : 1;
  const size = Math.sqrt(y);
  return { x: 1.25 / size, y: (1.25 * y) / size, z: 0.75 };
}

/** Where the surface is seen from: on a narrow page from farther away. */
function firstCamera() {
  const far = window.innerWidth < 640 ? 1.3 : 1;
  const eye = { x: -1.3 * far, y: -1.65 * far, z: 1.35 * far };
  return { eye, center: { x: 0, y: 0, z: -0.12 }, up: { x: 0, y: 0, z: 1 } };
}

/** The eye turned about the vertical by `turn` and raised by `tilt`, in radians. */
function turned(eye, turn, tilt) {
  const radius = Math.hypot(eye.x, eye.y, eye.z);
  const around = Math.atan2(eye.y, eye.x) + turn;
  const above = Math.min(1.55, Math.max(-0.3, Math.asin(eye.z / radius) + tilt));
  return {
    x: radius * Math.cos(above) * Math.cos(around),
    y: radius * Math.cos(above) * Math.sin(around),
    z: radius * Math.sin(above),
  };
}

/** Buttons that turn the surface, for who has no pointer. */
function turning(drawn) {
  const turn = (step, tilt) => () => {
    const now = drawn.node.layout?.scene?.camera;
    if (!now) return;
    Plotly.relayout(drawn.node, { "scene.camera": { ...now, eye: turned(now.eye, step, tilt) } });
  };
  const above = () => {
    if (!drawn.node.layout) return;
    Plotly.relayout(drawn.node, { "scene.camera": { ...firstCamera(), eye: { x: 0, y: -0.01, z: 2 } } });
  };
  const back = () => drawn.node.layout && Plotly.relayout(drawn.node, { "scene.camera": firstCamera() });
  const buttons = [
    ["⟲", "Turn the surface left", turn(-0.26, 0)],
    ["⟳", "Turn the surface right", turn(0.26, 0)],
    ["⤒", "See the surface from higher", turn(0, 0.15)],
    ["⤓", "See the surface from lower", turn(0, -0.15)],
    ["from above", "See the surface from above", above],
    ["as at first", "See the surface as at first", back],
  ];
  return element(
    "div",
    { class: "buttons" },
    buttons.map(([text, label, act]) =>
      element("button", { type: "button", "aria-label": label, title: label, on: { click: act } }, text),
    ),
  );
}

/**
 * The chart and its buttons. `state()` gives { field, kind, paths, isTrue, isEqual }; a path is
 * { label, style, x, y, text, at } with its losses `loss`, and `below` those of the plane, where
 * these are what is drawn.
 */
export function surfaceChart(name, state) {
  // Where the buttons have turned it to stays, whatever else is switched.
  const camera = () => drawn.node.layout?.scene?.camera ?? firstCamera();
  const build = () => {
    const { field, kind, paths, isTrue, isEqual } = state();
    const scale = verticalScale(field, kind, isTrue ? paths : []);
    const heights = field.values.map((value) => heightOf(scale, value));
    const drawn = paths.flatMap((path) => pathTraces3d(field, heights, scale, path, isTrue));
    const room = 0.03 * (scale.high - scale.low);
    return {
      // Of heights none of which is a number there is no surface.
      data: heights.every((height) => height === null) ? [] : [ground(field, heights, scale, isTrue), ...drawn],
      layout: {
        margin: { l: 0, r: 0, t: 0, b: 0 },
        scene: {
          camera: camera(),
          dragmode: "turntable",
          aspectmode: "manual",
          aspectratio: ratio(field, isEqual),
          xaxis: sceneAxis(field.xName.replace(", ‖Δθ‖", "")),
          yaxis: sceneAxis(field.yName.replace(", ‖Δθ‖", "")),
          // Its name stands at the plane's colour bar, where there is room for it.
          zaxis: sceneAxis("", { ...tickSettings(scale), range: [scale.low - room, scale.high + room] }),
        },
      },
    };
  };
  const label = "The surface in three dimensions, to be turned with the pointer or the buttons below";
  const drawn = chart({ name, label, height: 480, build });
  return { ...drawn, node: [drawn.node, turning(drawn)] };
}
