// Loss and metric along a line of weights: the mean over random draws with their range.

import { exact } from "./format.js";
import { keptChoices, setter } from "./view.js";
import { atTop, axis, band, chart, colors, line, literal, readable, upright } from "./plot.js";
import { choice, scaleChoice, switches } from "./switches.js";
import { distances } from "./plane.js";

/** Training and test in the page's ink, since colours belong to solvers. */
function profileStyle(set) {
  const { ink, muted } = colors();
  return set === "train" ? { color: ink, dash: [] } : { color: muted, dash: [16, 8] };
}

/** A line, or of a plane the row where the second coordinate is in the middle. */
function middleRow(drawing, values) {
  const width = drawing.axes[0].points;
  const rows = drawing.axes[1]?.points ?? 1;
  const row = (j) => values.slice(j * width, (j + 1) * width);
  const [first, second] = [row(Math.floor((rows - 1) / 2)), row(Math.floor(rows / 2))];
  return first.map((value, i) => (value === null || second[i] === null ? null : 0.5 * (value + second[i])));
}

/** Distances, or where draws differ in length what they have in common: the coordinate. */
function coordinates(drawings) {
  const [first] = drawings;
  const same = drawings.every((one) => Math.abs(one.axes[0].length / first.axes[0].length - 1) < 1e-9);
  const axisOf = same ? first.axes[0] : { ...first.axes[0], length: 1 };
  return {
    x: distances(axisOf),
    name: same ? `${literal(first.axes[0].label)}, ‖Δθ‖` : "share α of each direction",
  };
}

/** Mean and range over draws at every point; null where one of them has no value. */
function spread(drawings, quantity, unit) {
  const draws = drawings.map((drawing) =>
    middleRow(drawing, drawing[quantity]).map((v) => (v === null ? null : unit * v)),
  );
  return draws[0].map((_, i) => {
    const values = draws.map((draw) => draw[i]);
    if (values.includes(null)) return { mean: null, low: null, high: null };
    return {
      mean: values.reduce((a, b) => a + b, 0) / values.length,
      low: Math.min(...values),
      high: Math.max(...values),
    };
  });
}

function lineTraces(x, points, style, name, several) {
  const y = (key) => points.map((point) => point[key]);
  const text = points.map((p) =>
    several ? `${exact(p.mean)}<br>range ${exact(p.low)} – ${exact(p.high)}` : exact(p.mean),
  );
  const middle = {
    name: literal(name),
    x,
    y: y("mean"),
    mode: "lines",
    line: line(style),
    text,
    hovertemplate: `<b>%{fullData.name}</b>${several ? " (mean)" : ""}<br>%{x}<br>%{text}<extra></extra>`,
  };
  return several ? [...band(x, y("low"), y("high"), readable(style.color)), middle] : [middle];
}

/** Where runs are on the line: their shadows at their own losses. */
function shadows(paths) {
  return paths.map((path) => ({
    name: literal(path.label),
    x: path.x.slice(0, path.at + 1),
    y: path.loss.slice(0, path.at + 1),
    mode: "lines+markers",
    line: line(path.style, 1.5),
    marker: { size: 4, color: readable(path.style.color) },
    text: path.text.slice(0, path.at + 1),
    hovertemplate: "<b>%{fullData.name}</b><br>%{text}<extra></extra>",
  }));
}

function marksOf(points) {
  const { ink, muted } = colors();
  return {
    shapes: points.map(({ at }) => upright(at[0], muted)),
    annotations: points.map(({ at, label }) => ({ ...atTop(at[0], literal(label), ink), xanchor: "left" })),
  };
}

/**
 * The chart of a line. `words(quantity)` names train_loss, train_metric and so on, `unit` is
 * what metrics are multiplied by; `paths()` are runs with their losses, `points` named.
 */
export function profileChart({ drawings, words, unit, paths, points, prefix }) {
  const hasMetric = Boolean(drawings[0].train_metric);
  const view = keptChoices(`${prefix}.line`, {
    of: ["loss", ["loss", "metric"]],
    scale: ["linear", ["linear", "log"]],
  });
  const { x, name } = coordinates(drawings);
  const build = () => {
    const traces = ["train", "test"].flatMap((set) => {
      const quantity = `${set}_${view.of}`;
      if (!drawings[0][quantity]) return [];
      const values = spread(drawings, quantity, view.of === "metric" ? unit : 1);
      return lineTraces(x, values, profileStyle(set), words(quantity), drawings.length > 1);
    });
    const runs = view.of === "loss" ? shadows(paths()) : [];
    const both = words(`train_${view.of}`).replace("training ", "");
    return {
      data: [...traces, ...runs],
      layout: {
        xaxis: axis(name),
        yaxis: axis(literal(both), { type: view.scale }),
        showlegend: true,
        legend: { orientation: "h", y: 1.02, yanchor: "bottom" },
        uirevision: view.of + view.scale,
        ...marksOf(points),
      },
    };
  };
  const drawn = chart({ name: "line", label: "Loss along the line", height: 420, build });
  const set = setter(view, drawn.update);
  const controls = switches(
    hasMetric
      ? choice(
          "Along the line",
          [
            ["loss", "loss"],
            ["metric", words("train_metric").replace("training ", "")],
          ],
          view.of,
          set("of"),
        )
      : null,
    scaleChoice("Vertical", view.scale, set("scale")),
  );
  return { node: [controls, drawn.node], update: drawn.update };
}
