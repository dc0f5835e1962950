// Charts by plotly.js, in the colours of the page, drawn when they come into sight.

import { csvField } from "./format.js";
import { copyButton, element } from "./dom.js";

/** Charts that are on the page. */
const charts = new Set();

/** Redraws every chart, because colours have changed. */
export function redrawCharts() {
  charts.forEach((chart) => chart.update());
}

/** The colours of the page. */
export function colors() {
  const style = getComputedStyle(document.documentElement);
  const color = (name) => style.getPropertyValue(name).trim();
  return {
    ink: color("--ink"),
    muted: color("--muted"),
    grid: color("--grid"),
    paper: color("--paper"),
    won: color("--won"),
  };
}

const channels = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));

/** Relative luminance by WCAG 2. */
function luminance(rgb) {
  const linear = rgb.map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
}

/** The contrast that a line must have with the paper in dark mode. */
const CONTRAST = 3;

/** The colour of a series: as in every chart, but mixed with white where it would not read on dark paper. */
export function readable(hex) {
  const paper = colors().paper;
  if (!paper.startsWith("#") || luminance(channels(paper)) > 0.2) return hex;
  const behind = luminance(channels(paper)) + 0.05;
  for (let white = 0; white <= 1; white += 0.05) {
    const mixed = channels(hex).map((c) => Math.round(c + white * (255 - c)));
    if ((luminance(mixed) + 0.05) / behind >= CONTRAST) {
      return `#${mixed.map((c) => c.toString(16).padStart(2, "0")).join("")}`;
    }
  }
  return "#ffffff";
}

/** A name that plotly shows as it is: of what it takes for markup or a template nothing is left. */
export function literal(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll("%{", "&#37;{");
}

/** The name that `literal` was given. */
function plain(text) {
  return text.replaceAll("&#37;{", "%{").replaceAll("&lt;", "<").replaceAll("&amp;", "&");
}

/** The colour with an opacity. */
export function translucent(hex, opacity) {
  return `rgba(${channels(hex).join(",")},${opacity})`;
}

/** A style as plotly's line. Charts on paper are twice as wide, so dashes are halved. */
export function line(style, width = 2) {
  const dash = style.dash.length === 0 ? "solid" : style.dash.map((d) => `${d / 2}px`).join(",");
  return { color: readable(style.color), dash, width };
}

/** A band between two lines, as plotly's traces, to be drawn below the line that it belongs to. */
export function band(x, low, high, color, shape = "linear") {
  const edge = (y, fill) => ({
    x,
    y,
    mode: "lines",
    line: { shape, width: 0, color },
    fill,
    fillcolor: translucent(color, 0.18),
    hoverinfo: "skip",
    showlegend: false,
  });
  return [edge(low, "none"), edge(high, "tonexty")];
}

/** Axis settings that all plane charts share. */
export function axis(title, more = {}) {
  const { grid, ink } = colors();
  return {
    title: { text: title, standoff: 8 },
    gridcolor: grid,
    zerolinecolor: grid,
    linecolor: ink,
    ticks: "outside",
    tickcolor: ink,
    automargin: true,
    // By logarithm plotly would else write 9, 8, 7 between powers of ten, over one another.
    ...(more.type === "log" ? { nticks: 4 } : {}),
    exponentformat: "power",
    minexponent: 6,
    separatethousands: true,
    minor: { ticks: more.type === "log" ? "outside" : "", ticklen: 3, tickcolor: grid },
    ...more,
  };
}

/** A dotted line from the foot of a chart to its top. */
export function upright(x, color) {
  return { type: "line", xref: "x", yref: "paper", x0: x, x1: x, y0: 0, y1: 1, line: { color, width: 1, dash: "dot" } };
}

/** Words at the top of a chart. */
export function atTop(x, text, color) {
  return { xref: "x", yref: "paper", x, y: 1, yanchor: "top", showarrow: false, text, font: { size: 12, color } };
}

/** Whether one points by finger: then the buttons over a chart are always there. */
const byFinger = () => window.matchMedia("(pointer: coarse)").matches;

/** The layout that all charts share. */
function layout(own) {
  const { ink, paper, muted } = colors();
  return {
    autosize: true,
    margin: { l: 60, r: 12, t: byFinger() ? 36 : 12, b: 48 },
    paper_bgcolor: paper,
    plot_bgcolor: paper,
    font: { family: "system-ui, sans-serif", size: 13, color: ink },
    showlegend: false,
    hovermode: "closest",
    hoverdistance: 60,
    hoverlabel: { bgcolor: paper, bordercolor: muted, font: { color: ink, family: "ui-monospace, monospace" } },
    dragmode: byFinger() ? false : "zoom",
    ...own,
  };
}

const CONFIG = {
  responsive: true,
  displaylogo: false,
  modeBarButtonsToRemove: ["select2d", "lasso2d", "toImage", "autoScale2d"],
  scrollZoom: false,
};

/** Whether a trace is one that a reader would look for by name. */
const isNamed = (trace) => Boolean(trace.name) && trace.hoverinfo !== "skip";

/** Saves a chart as it is seen, with a title and the names that stand beside it on the page. */
function save(node, name, label, format) {
  const filename = `${document.title.split(" · ")[0]}-${name}`;
  const data = node.data.map((trace) => ({ ...trace, showlegend: isNamed(trace) }));
  const title = { text: literal(label), font: { size: 14 } };
  const margin = { ...node.layout.margin, t: 48 };
  const figure = { data, layout: { ...node.layout, showlegend: true, title, margin } };
  const { width, height } = node.getBoundingClientRect();
  Plotly.downloadImage(figure, { format, filename, width, height, scale: format === "png" ? 2 : 1 });
}

/** The points of a plane chart as CSV: series, x, y. */
function pointsAsCsv(node) {
  const field = (value) => csvField(typeof value === "string" ? plain(value) : value);
  const rows = node.data
    .filter((trace) => isNamed(trace) && trace.x && trace.y && !trace.z)
    .flatMap((trace) => Array.from(trace.x, (x, i) => [trace.name, x, trace.y[i]].map(field).join(",")));
  return ["series,x,y", ...rows].join("\n") + "\n";
}

/** Buttons below a chart, for the keyboard too. */
function buttonsOf(node, name, label) {
  const button = (text, act) =>
    element("button", { type: "button", "aria-label": `${text}: ${label}`, on: { click: act } }, text);
  const copy = copyButton("Copy points", () => pointsAsCsv(node));
  copy.setAttribute("aria-label", `Copy points: ${label}`);
  return element(
    "div",
    { class: "below" },
    button("Save SVG", () => save(node, name, label, "svg")),
    button("Save PNG", () => save(node, name, label, "png")),
    copy,
  );
}

/** The width of a chart on paper, in pixels: what A4 and Letter have room for. */
const PAPER_WIDTH = 680;
let isOnPaper = false;

/** Draws every chart for paper, or for the screen again. */
export function drawForPaper(state) {
  isOnPaper = state;
  charts.forEach((made) => made.draw());
}

/**
 * A chart. `build()` gives plotly's { data, layout } for what is switched on, and is called at
 * every `update()`; `label` describes the chart to who does not see it. The element is
 * `chart.node`; `height` is in pixels.
 */
export function chart({ name, label, height = 420, build }) {
  const node = element("div", { class: "chart", role: "figure", "aria-label": label, "data-chart": name });
  node.style.height = `${height}px`;
  let seen = false;
  let buttons = null;
  const draw = () => {
    // Removed between coming into sight and its turn.
    if (!charts.has(made)) return;
    seen = true;
    if (buttons === null) {
      buttons = buttonsOf(node, name, label);
      node.after(buttons);
    }
    const built = build();
    const size = { autosize: false, width: PAPER_WIDTH, height: node.clientHeight };
    const paper = isOnPaper ? size : { width: undefined, height: undefined };
    // Where one has zoomed to stays, as long as the axes are the same.
    Plotly.react(node, built.data, layout({ uirevision: "kept", ...paper, ...built.layout }), CONFIG);
  };
  const made = {
    node,
    draw,
    update() {
      if (seen) draw();
    },
    remove() {
      charts.delete(made);
      observer.disconnect();
      if (seen) Plotly.purge(node);
      node.remove();
      buttons?.remove();
    },
  };
  charts.add(made);
  const observer = new IntersectionObserver(
    (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      observer.disconnect();
      // Each in a task of its own, so that one chart is seen before the next is drawn.
      setTimeout(draw);
    },
    { rootMargin: "300px" },
  );
  observer.observe(node);
  return made;
}
