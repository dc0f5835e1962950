// Loss and metric curves of one problem of a comparison.

import { exact, metric, significant } from "./format.js";
import { bandOf, median, spreadCurve } from "./statistics.js";
import { element } from "./dom.js";
import { axis, chart, colors, line, readable, translucent } from "./plot.js";
import { choice, switches } from "./switches.js";

const QUANTITIES = {
  loss: "training loss",
  gradient_norm: "gradient norm",
  test_loss: "test loss",
  test_metric: "test metric",
};

const ACROSS = {
  passes: "passes",
  samples: "samples read",
  seconds: "seconds",
  iteration: "iterations",
};

/** Points of a line beyond which it is thinned: more than there are pixels. */
const MOST_POINTS = 2000;

/** What a run has spent in all, on this axis. */
function spent(run, across) {
  return across === "iteration" ? run.iterations : run[across];
}

/**
 * A run as a step function of a quantity. Where a trace was thinned before it was stored, the
 * targets that the run reached are known besides: there its loss is at most the target.
 */
export function stepsOf(run, problem, quantity, across) {
  const { trace } = run;
  const values = trace[quantity];
  const places = trace[across];
  let entries = [];
  if (run.status !== "unsupported" && places) {
    entries = values.map((value, i) => [places[i], value]).filter(([, value]) => value !== null);
  }
  const thinned = trace.iteration.length < run.iterations + 1;
  const column = { passes: 0, samples: 1, seconds: 2 }[across];
  if (quantity === "loss" && thinned && column !== undefined && entries.length > 0) {
    run.targets.forEach((paid, level) => {
      if (paid && paid[column] !== null) entries.push([paid[column], problem.targets[level]]);
    });
    entries.sort((a, b) => a[0] - b[0] || b[1] - a[1]);
  }
  const last = entries.length > 0 ? entries[entries.length - 1][0] : 0;
  const stopped = ["interrupted", "line-search-failed", "stalled"].includes(run.status);
  const paid = run.status === "budget-spent" && across !== "seconds";
  let until = Infinity;
  if (stopped) until = last;
  else if (paid) until = Math.max(spent(run, across) ?? last, last);
  return { entries, diverged: run.status === "non-finite", until };
}

/** Where the curves end: the budget in passes, else where the run that took most did. */
function endOf(runs, steps, across, budget) {
  if (across === "passes") return budget;
  const ends = runs.map((run) => spent(run, across) ?? 0);
  const entries = steps.map((run) => run.entries.at(-1)?.[0] ?? 0);
  return Math.max(0, ...ends, ...entries);
}

/** At most so many of the points, with both ends. */
function thin(points) {
  const every = Math.max(1, Math.ceil(points.length / MOST_POINTS));
  return points.filter((_, index) => index % every === 0 || index === points.length - 1);
}

/** Median with band of one solver, as plotly's traces. */
function spreadTraces(solver, style, runs, steps, view) {
  const worst = view.quantity === "test_metric" && view.problem.metric === "accuracy" ? -Infinity : Infinity;
  const end = endOf(runs, steps, view.across, view.budget);
  const curve = thin(spreadCurve(steps, worst, end, bandOf(runs.length)));
  const x = curve.map((point) => point.x);
  const color = readable(style.color);
  const edge = (key, fill) => ({
    x,
    y: curve.map((point) => point[key]),
    mode: "lines",
    line: { shape: "hv", width: 0, color },
    fill,
    fillcolor: translucent(color, 0.18),
    hoverinfo: "skip",
    legendgroup: solver,
  });
  const band = runs.length > 1 ? [edge("low", "none"), edge("high", "tonexty")] : [];
  const text = (point) => {
    const values = `${exact(point.median)}`;
    return runs.length > 1 ? `${values}<br>${bandOf(runs.length)} ${exact(point.low)} – ${exact(point.high)}` : values;
  };
  const middle = {
    name: solver,
    x,
    y: curve.map((point) => point.median),
    mode: "lines",
    line: { ...line(style), shape: "hv" },
    customdata: curve.map(text),
    hovertemplate: `<b>%{fullData.name}</b>${runs.length > 1 ? " (median)" : ""}<br>${ACROSS[view.across]} %{x}<br>${QUANTITIES[view.quantity]} %{customdata}<extra></extra>`,
  };
  return [...band, middle];
}

/** Every run of one solver by itself. */
function runTraces(solver, style, runs, steps, view) {
  return runs.map((run, index) => {
    const step = steps[index];
    const points = thin(step.entries);
    const end = Math.min(endOf([run], [step], view.across, view.budget), step.until);
    // A run that ended before keeps its value, as it does in the median.
    if (points.length > 0 && !step.diverged && end > points.at(-1)[0]) points.push([end, points.at(-1)[1]]);
    return {
      name: `${solver}, seed ${run.seed}`,
      x: points.map((point) => point[0]),
      y: points.map((point) => point[1]),
      mode: "lines",
      line: { ...line(style, 1.5), shape: "hv" },
      opacity: 0.85,
      customdata: points.map((point) => exact(point[1])),
      hovertemplate: `<b>%{fullData.name}</b> (${run.status})<br>${ACROSS[view.across]} %{x}<br>${QUANTITIES[view.quantity]} %{customdata}<extra></extra>`,
    };
  });
}

/** Where runs diverged. */
function divergences(solver, style, runs, steps) {
  const ends = steps.flatMap((step, i) => {
    const last = step.entries.at(-1);
    return step.diverged && last ? [[last, runs[i].seed]] : [];
  });
  if (ends.length === 0) return [];
  return [
    {
      name: `${solver} diverged`,
      x: ends.map(([last]) => last[0]),
      y: ends.map(([last]) => last[1]),
      mode: "markers",
      marker: { symbol: "x", size: 9, color: readable(style.color) },
      customdata: ends.map(([last, seed]) => [seed, exact(last[1])]),
      hovertemplate: `<b>${solver}</b> diverged, seed %{customdata[0]}<br>last value %{customdata[1]}<extra></extra>`,
      cliponaxis: false,
    },
  ];
}

/** The range of the vertical axis: a run that grows far above the starts leaves the chart. */
function range(all, isLog, view) {
  const values = all.flatMap((steps) => steps.flatMap((step) => step.entries.map((entry) => entry[1])));
  const starts = all.flatMap((steps) => steps.flatMap((step) => step.entries.slice(0, 1).map((entry) => entry[1])));
  if (values.length === 0 || view.problem.metric === "accuracy" && view.quantity === "test_metric") return undefined;
  const above = Math.max(...starts) * (isLog ? 10 : 1.5);
  const [least, most] = values.reduce(([l, m], v) => [Math.min(l, v), Math.max(m, v)], [Infinity, -Infinity]);
  if (most <= above || above <= 0) return undefined;
  if (!isLog) return [Math.min(0, least), above];
  const positive = values.filter((v) => v > 0);
  return [Math.log10(positive.reduce((l, v) => Math.min(l, v), Infinity)) - 0.1, Math.log10(above)];
}

/** The target as a line across. */
function targetLine(view) {
  const target = view.problem.target_loss;
  if (view.quantity !== "loss" || target === null) return {};
  const { muted } = colors();
  return {
    shapes: [{ type: "line", xref: "paper", x0: 0, x1: 1, y0: target, y1: target, line: { color: muted, width: 1, dash: "8px,5px" } }],
    annotations: [
      {
        xref: "paper",
        x: 1,
        y: view.yscale === "log" ? Math.log10(target) : target,
        text: `target ${significant(target)}`,
        showarrow: false,
        xanchor: "right",
        yanchor: "bottom",
        font: { color: muted, size: 12 },
      },
    ],
  };
}

/** The section: switches, and a chart that follows the comparison's `selection`. */
export function curves(data, styles, selection) {
  const view = { quantity: "loss", across: "passes", xscale: "linear", yscale: "log", shown: "band" };
  const runsOf = (solver) =>
    data.runs.filter(
      (run) => run.problem === selection.problem && run.solver === solver && selection.seeds.has(run.seed),
    );
  const build = () => {
    const now = { ...view, problem: data.problems[selection.problem], budget: data.budget };
    const traces = [];
    const all = [];
    data.solvers.forEach((solver, index) => {
      if (!selection.solvers.has(index)) return;
      const runs = runsOf(index);
      const steps = runs.map((run) => stepsOf(run, now.problem, now.quantity, now.across));
      if (runs.length === 0) return;
      all.push(steps);
      traces.push(...(now.shown === "band" ? spreadTraces : runTraces)(solver, styles[index], runs, steps, now));
      traces.push(...divergences(solver, styles[index], runs, steps));
    });
    const name = now.quantity === "test_metric" ? now.problem.metric_name : QUANTITIES[now.quantity];
    return {
      data: traces,
      layout: {
        xaxis: axis(ACROSS[now.across], { type: now.xscale, rangemode: "tozero" }),
        yaxis: axis(name, { type: now.yscale, range: range(all, now.yscale === "log", now) }),
        uirevision: Object.values(view).join() + selection.problem,
        ...targetLine(now),
      },
    };
  };
  const drawn = chart({ name: "curves", label: "Curves of the solvers that are switched on", height: 460, build });
  const set = (key) => (value) => {
    view[key] = value;
    drawn.update();
  };
  const untimed = data.timed ? null : "the runs stood side by side, so their seconds say nothing";
  const scales = [["linear", "linear"], ["log", "logarithmic"]];
  // An accuracy is read on an even scale, all else by its logarithm.
  const yscale = element("div", {});
  const offerScale = () => yscale.replaceChildren(choice("Vertical", scales, view.yscale, set("yscale")));
  const setQuantity = (value) => {
    view.quantity = value;
    view.yscale = value === "test_metric" ? "linear" : "log";
    offerScale();
    drawn.update();
  };
  offerScale();
  const node = [
    switches(
      choice("Shown", Object.entries(QUANTITIES), view.quantity, setQuantity),
      choice("over", Object.entries(ACROSS).map(([key, text]) => [key, text, key === "seconds" ? untimed : null]), view.across, set("across")),
      choice("Horizontal", scales, view.xscale, set("xscale")),
      yscale,
      choice("as", [["band", "median and band"], ["runs", "single runs"]], view.shown, set("shown")),
    ),
    drawn.node,
  ];
  return { node, update: drawn.update };
}

/** The median over runs of a value that may be missing. */
export function medianOf(runs, value) {
  const values = runs.filter((run) => run.status !== "unsupported").map(value);
  return median(values.filter((v) => v !== null && v !== undefined));
}

/** A metric of the problem as text. */
export function metricText(problem, value) {
  return metric(problem.metric, value);
}
