// Curves of a comparison.

import { exact, significant } from "./format.js";
import { bandOf, spreadCurve } from "./statistics.js";
import { element } from "./dom.js";
import { axis, band, chart, colors, line, literal, readable } from "./plot.js";
import { choice, keyList, scaleChoice, switches } from "./switches.js";
import { keptChoices, setter } from "./view.js";
import { ACROSS, QUANTITIES, endOf, lowestKnown, stepsOf, worstOf } from "./steps.js";
import { isSparse, sparseTraces } from "./sparse.js";

/** Points of a line beyond which it is thinned: more than there are pixels. */
const MOST_POINTS = 2000;

/** At most so many of the points, with both ends. */
function thin(points) {
  const every = Math.max(1, Math.ceil(points.length / MOST_POINTS));
  return points.filter((_, index) => index % every === 0 || index === points.length - 1);
}

/** Median with band of one solver, as plotly's traces. */
function spreadTraces(solver, style, runs, steps, view) {
  const worst = worstOf(view.quantity, view.problem);
  const end = endOf(runs, steps, view.across, view.budget);
  const curve = thin(spreadCurve(steps, worst, end, bandOf(runs.length)));
  const x = curve.map((point) => point.x);
  const values = (key) => curve.map((point) => point[key]);
  const text = (point) => {
    const range = runs.length > 1 ? `<br>${bandOf(runs.length)} ${exact(point.low)} – ${exact(point.high)}` : "";
    return exact(point.median) + range;
  };
  const middle = {
    name: literal(solver),
    x,
    y: values("median"),
    mode: "lines",
    line: { ...line(style), shape: "hv" },
    customdata: curve.map((point) => [exact(point.x), text(point)]),
    hovertemplate: `<b>%{fullData.name}</b>${runs.length > 1 ? " (median)" : ""}<br>${ACROSS[view.across]} %{customdata[0]}<br>${QUANTITIES[view.quantity]} %{customdata[1]}<extra></extra>`,
  };
  const around = runs.length > 1 ? band(x, values("low"), values("high"), readable(style.color), "hv") : [];
  return [...around, middle];
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
      name: literal(`${solver}, seed ${run.seed}`),
      x: points.map((point) => point[0]),
      y: points.map((point) => point[1]),
      mode: "lines",
      line: { ...line(style, 1.5), shape: "hv" },
      opacity: 0.85,
      customdata: points.map((point) => point.map(exact)),
      hovertemplate: `<b>%{fullData.name}</b> (${run.status})<br>${ACROSS[view.across]} %{customdata[0]}<br>${QUANTITIES[view.quantity]} %{customdata[1]}<extra></extra>`,
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
      name: literal(`${solver} diverged`),
      x: ends.map(([last]) => last[0]),
      y: ends.map(([last]) => last[1]),
      mode: "markers",
      marker: { symbol: "x", size: 9, color: readable(style.color) },
      customdata: ends.map(([last, seed]) => [seed, exact(last[1])]),
      hovertemplate: "<b>%{fullData.name}</b>, seed %{customdata[0]}<br>last value %{customdata[1]}<extra></extra>",
      cliponaxis: false,
    },
  ];
}

/** The range of the vertical axis: a run that grows far above the starts leaves the chart. */
function range(all, isLog, view) {
  const values = all.flatMap((steps) => steps.flatMap((step) => step.entries.map((entry) => entry[1])));
  const starts = all.flatMap((steps) => steps.flatMap((step) => step.entries.slice(0, 1).map((entry) => entry[1])));
  if (values.length === 0 || (view.problem.metric === "accuracy" && view.quantity === "test_metric")) return undefined;
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
  if (!["loss", "both"].includes(view.quantity) || target === null) return {};
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

/** The traces of one quantity, and the steps that they are made of. */
function tracesOf(quantity, data, styles, selection, view, faint) {
  const now = { ...view, quantity, budget: data.budget };
  const sparse = isSparse(data.runs);
  const [traces, all] = [[], []];
  data.solvers.forEach((solver, index) => {
    const runs = data.runs.filter(
      (run) => run.problem === view.problem.index && run.solver === index && selection.seeds.has(run.seed),
    );
    if (!selection.solvers.has(index) || runs.length === 0) return;
    const steps = runs.map((run) => stepsOf(run, view.problem, quantity, view.across));
    all.push(steps);
    const dense = view.as === "band" ? spreadTraces : runTraces;
    const drawn = sparse
      ? sparseTraces(solver, styles[index], runs, now)
      : dense(solver, styles[index], runs, steps, now);
    traces.push(...drawn.map((trace) => (faint ? { ...trace, opacity: 0.45, line: { ...trace.line, width: trace.line.width && 1.2 } } : trace)));
    traces.push(...divergences(solver, styles[index], runs, steps));
  });
  return { traces, all };
}

/** plotly's data and layout for one problem. */
function figure(data, styles, selection, view, index) {
  const problem = { ...data.problems[index], index };
  problem.lowest = lowestKnown(problem, data.target_levels, data.runs.filter((run) => run.problem === index));
  const now = { ...view, problem };
  const quantities = view.quantity === "both" ? ["loss", "test_loss"] : [view.quantity];
  const made = quantities.map((quantity, i) => tracesOf(quantity, data, styles, selection, now, i > 0));
  const all = made.flatMap((one) => one.all);
  const isMetric = view.quantity === "test_metric";
  const name = isMetric ? literal(problem.metric_name) : QUANTITIES[view.quantity];
  const percentage = isMetric && problem.metric === "accuracy" ? { tickformat: ".0%" } : {};
  return {
    data: made.flatMap((one) => one.traces),
    layout: {
      xaxis: axis(ACROSS[view.across], { type: view.xscale, rangemode: "tozero" }),
      yaxis: axis(name, { type: view.yscale, range: range(all, view.yscale === "log", now), ...percentage }),
      uirevision: [view.quantity, view.across, view.xscale, view.yscale, index].join(),
      ...targetLine(now),
    },
  };
}

/** The section: switches, and charts that follow the comparison's `selection`. */
export function curves(data, styles, selection, prefix) {
  const view = keptChoices(`${prefix}.curves`, {
    quantity: ["loss", Object.keys(QUANTITIES)],
    across: ["passes", data.timed ? Object.keys(ACROSS) : ["passes", "samples", "iteration"]],
    xscale: ["linear", ["linear", "log"]],
    yscale: ["log", ["linear", "log"]],
    as: ["band", ["band", "runs"]],
    of: ["one", ["one", "all"]],
  });
  const place = element("div", {});
  let drawn = [];
  const one = (index, height, name) =>
    chart({
      name,
      label: `Curves of the solvers that are switched on${data.problems.length > 1 ? `: ${data.problems[index()].title}` : ""}`,
      height,
      build: () => figure(data, styles, selection, view, index()),
    });
  const lay = () => {
    drawn.forEach((made) => made.remove());
    const each = view.of === "all" ? data.problems.map((_, i) => one(() => i, 320, `curves-${i + 1}`)) : [one(() => selection.problem, 460, "curves")];
    drawn = each;
    const framed = each.map((made, i) =>
      view.of === "all" ? element("figure", {}, element("figcaption", {}, data.problems[i].title), made.node) : made.node,
    );
    place.className = view.of === "all" ? "pair" : "";
    place.replaceChildren(...framed);
  };
  const keys = keyList();
  const update = () => {
    keys.fill(styles.filter((_, index) => selection.solvers.has(index)));
    drawn.forEach((made) => made.update());
  };
  const set = setter(view, (key) => (key === "of" ? lay() : update()));
  // An accuracy is read on an even scale, all else by its logarithm.
  const yscale = element("div", {});
  const offerScale = () => yscale.replaceChildren(scaleChoice("Vertical", view.yscale, set("yscale")));
  const setQuantity = (value) => {
    view.set("quantity", value);
    view.set("yscale", value === "test_metric" ? "linear" : "log");
    offerScale();
    update();
  };
  offerScale();
  lay();
  update();
  const untimed = data.timed ? null : "the runs stood side by side, so their seconds say nothing";
  const across = Object.entries(ACROSS).map(([key, text]) => [key, text, key === "seconds" ? untimed : null]);
  const node = [
    switches(
      choice("Shown", Object.entries(QUANTITIES), view.quantity, setQuantity),
      choice("over", across, view.across, set("across")),
      scaleChoice("Horizontal", view.xscale, set("xscale")),
      yscale,
      choice("as", [["band", "median and band"], ["runs", "single runs"]], view.as, set("as")),
      data.problems.length > 1
        ? choice("of", [["one", "the chosen problem"], ["all", "all problems side by side"]], view.of, set("of"))
        : null,
    ),
    element(
      "p",
      { class: "note" },
      isSparse(data.runs)
        ? "Traces were thinned to their ends before they were stored. Points are the median start, the median cost of each target, and the median end; the lines between only guide the eye."
        : "A run that stopped by itself keeps its last value; one that diverged ends at × and counts as worst in the median. Of training and test loss together the fainter line is the test loss.",
    ),
    keys.node,
    place,
  ];
  return { node, update };
}
