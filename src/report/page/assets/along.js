// Curvature along runs: the largest eigenvalue beside the limit of a fixed step, and the loss.

import { exact, grouped, significant } from "./format.js";
import { median } from "./statistics.js";
import { element, section } from "./dom.js";
import { keptChoices, keptSet, setter } from "./view.js";
import { axis, chart, colors, line, literal, readable } from "./plot.js";
import { choice, scaleChoice, swatch, switches, toggles } from "./switches.js";
import { numberColumn, sortableTable } from "./table.js";
import { provenance } from "./provenance.js";

/** Points of a loss curve beyond which it is thinned. */
const MOST_LOSSES = 1500;

function lossTrace(run, style) {
  const every = Math.max(1, Math.ceil(run.losses.length / MOST_LOSSES));
  const losses = run.losses.filter((_, index) => index % every === 0 || index === run.losses.length - 1);
  return {
    name: literal(run.label),
    x: losses.map(([iteration]) => iteration),
    y: losses.map(([, loss]) => loss),
    yaxis: "y2",
    mode: "lines",
    line: line(style, 1.5),
    hovertemplate: `<b>%{fullData.name}</b><br>iteration %{x}<br>training loss %{y}<extra></extra>`,
  };
}

function curvatureTrace(run, style, key) {
  const text = run.curvature.map(
    (at) =>
      `${exact(at[key])}<br>residual ${significant(at[`${key}_residual`], 2)}<br>loss ${exact(at.loss)}`,
  );
  return {
    name: literal(run.label),
    x: run.curvature.map((at) => at.iteration),
    y: run.curvature.map((at) => at[key]),
    mode: "lines+markers",
    line: line(style),
    marker: { size: 4, color: readable(style.color) },
    text,
    hovertemplate: `<b>%{fullData.name}</b><br>iteration %{x}<br>${key} eigenvalue %{text}<extra></extra>`,
  };
}

/** The limit of a run's fixed step, as wide as the run. */
function limitTrace(run, style) {
  const last = Math.max(run.curvature.at(-1).iteration, run.losses.at(-1)?.[0] ?? 0);
  const words = `${run.limit.rule} = ${significant(run.limit.value, 3)}`;
  return {
    name: literal(run.label),
    x: [0, last / 2, last],
    y: [run.limit.value, run.limit.value, run.limit.value],
    mode: "lines+text",
    text: ["", "", words],
    textposition: "top left",
    cliponaxis: false,
    textfont: { color: readable(style.color), size: 12 },
    line: { color: readable(style.color), width: 1.5, dash: "5px,4px" },
    hovertemplate: `<b>%{fullData.name}</b><br>stable below ${words}<extra></extra>`,
  };
}

function stepsTrace(run, style) {
  return {
    name: literal(run.label),
    x: run.steps.map((step) => step.iteration),
    y: run.steps.map((step) => step.step_times_curvature),
    mode: "lines+markers",
    line: line(style, 1.5),
    marker: { size: 4, color: readable(style.color) },
    text: run.steps.map((step) => {
      const along = `length ${significant(step.length)}<br>curvature along it ${significant(step.along)}`;
      return `${exact(step.step_times_curvature)}<br>${along}`;
    }),
    hovertemplate: `<b>%{fullData.name}</b><br>step %{x}<br>step × curvature %{text}<extra></extra>`,
  };
}

/** What is drawn over the iterations. */
function shownTraces(runs, styles, view) {
  return runs.flatMap((run, index) => {
    if (!view.chosen.has(index)) return [];
    const style = styles[index];
    if (view.shown === "steps")
      return run.steps.length > 0 ? [stepsTrace(run, style), lossTrace(run, style)] : [];
    if (run.curvature.length === 0) return [lossTrace(run, style)];
    const limit = run.limit && view.shown === "largest" ? [limitTrace(run, style)] : [];
    return [curvatureTrace(run, style, view.shown), ...limit, lossTrace(run, style)];
  });
}

/** The lines at 1 and 2: minimum of the model along a step, and where it is back. */
function stepRules() {
  const { muted, ink } = colors();
  const rules = [
    [1, "minimum"],
    [2, "no decrease"],
  ];
  return {
    shapes: rules.map(([at]) => ({
      type: "line",
      xref: "paper",
      yref: "y",
      x0: 0,
      x1: 1,
      y0: at,
      y1: at,
      line: { color: muted, width: 1, dash: "dot" },
    })),
    annotations: rules.map(([at, text]) => ({
      xref: "paper",
      yref: "y",
      x: 1,
      y: at,
      xanchor: "right",
      yanchor: "bottom",
      showarrow: false,
      text,
      font: { size: 12, color: ink },
    })),
  };
}

const SHOWN_ALONG = {
  largest: "largest eigenvalue λmax",
  smallest: "smallest eigenvalue λmin",
  steps: "step × curvature",
};

function alongChart(along, styles, view) {
  const build = () => {
    const isSteps = view.shown === "steps";
    const isLog = view.vertical === "log" && !(view.shown === "smallest");
    const rules = isSteps && !isLog ? stepRules() : {};
    return {
      data: shownTraces(along.runs, styles, view),
      layout: {
        xaxis: axis("iteration", { anchor: "y2", type: view.across }),
        yaxis: axis(SHOWN_ALONG[view.shown], { domain: [0.42, 1], type: isLog ? "log" : "linear" }),
        yaxis2: axis("training loss", { domain: [0, 0.34], type: "log" }),
        uirevision: view.shown + view.vertical + view.across,
        ...rules,
      },
    };
  };
  const drawn = chart({ name: "along", label: "Curvature and loss along the runs", height: 520, build });
  const set = setter(view, drawn.update);
  const known = Object.entries(SHOWN_ALONG).filter(([key]) =>
    along.runs.some((run) =>
      key === "steps" ? run.steps.length > 0 : run.curvature.some((at) => at[key] !== null),
    ),
  );
  const follow = () => {
    view.chosen.note();
    drawn.update();
  };
  const controls = switches(
    known.length > 1 ? choice("Shown", known, view.shown, set("shown")) : null,
    scaleChoice("Vertical", view.vertical, set("vertical")),
    scaleChoice("Iterations", view.across, set("across")),
    toggles(
      "Runs",
      along.runs.map((run, key) => ({ key, text: run.label, style: styles[key] })),
      view.chosen,
      follow,
    ),
  );
  return [controls, drawn.node];
}

function alongTable(along, styles) {
  const rows = along.runs.map((run, index) => ({
    ...run,
    style: styles[index],
    most: run.curvature.length > 0 ? Math.max(...run.curvature.map((at) => at.largest)) : null,
    met: median(run.steps.map((step) => step.step_times_curvature)),
  }));
  const columns = [
    { title: "run", value: (row) => row.label, show: (row) => [swatch(row.style), row.label] },
    numberColumn("points", (row) => row.curvature.length, grouped),
    numberColumn(
      "λmax at first",
      (row) => row.curvature[0]?.largest ?? null,
      (v) => significant(v),
    ),
    numberColumn(
      "highest",
      (row) => row.most,
      (v) => significant(v),
    ),
    numberColumn(
      "at the end",
      (row) => row.curvature.at(-1)?.largest ?? null,
      (v) => significant(v),
    ),
    {
      title: "limit",
      value: (row) => row.limit?.value ?? null,
      numeric: true,
      show: (row) => (row.limit ? `${row.limit.rule} = ${significant(row.limit.value, 3)}` : "–"),
    },
    numberColumn(
      "mean of the last fifth over the limit",
      (row) => row.hovering?.ratio ?? null,
      (v) => significant(v, 3),
      "1: the run hovers at the edge of stability",
    ),
    numberColumn(
      "loss at the end",
      (row) => row.losses.at(-1)?.[1] ?? null,
      (v) => significant(v),
    ),
  ];
  if (rows.some((row) => row.met !== null)) {
    columns.push(
      numberColumn(
        "step × curvature, median",
        (row) => row.met,
        (v) => significant(v, 3),
        "sᵀHs / (−gᵀs)",
      ),
    );
  }
  return sortableTable({ name: "along", caption: "What was met along each run.", columns, rows }).node;
}

/** Notes, chart and table of runs with the curvature along them. */
function alongContent(along, styles, prefix) {
  const first = along.runs.some((run) => run.curvature.length > 0) ? "largest" : "steps";
  const view = keptChoices(`${prefix}.along`, {
    shown: [first, Object.keys(SHOWN_ALONG)],
    vertical: ["linear", ["linear", "log"]],
    across: ["linear", ["linear", "log"]],
  });
  const all = along.runs.map((_, index) => index);
  view.chosen = keptSet(`${prefix}.along.runs`, all, all);
  const steps = along.runs.some((run) => run.steps.length > 0)
    ? ["sᵀHs / (−gᵀs) of each step s: 1 is the minimum of the quadratic model along it, 2 has no decrease."]
    : [];
  return [
    [...along.notes, ...steps].map((note) => element("p", { class: "note" }, note)),
    alongChart(along, styles, view),
    alongTable(along, styles),
  ];
}

/** The section of the runs in a spectrum; nothing where none was followed. */
export function alongParts(along, styles, id) {
  if (!along || along.runs.length === 0) return null;
  const known = new Map(styles.map((style) => [style.label, style]));
  const own = along.runs.map((run) => known.get(run.label) ?? styles[0]);
  return section(`${id}-along`, 3, "Along the run", alongContent(along, own, id.replace("part-", "")));
}

/** The parts of a section of its own. */
export function renderAlong(part, id) {
  return [
    element("p", {}, part.data.title),
    section(
      `${id}-curvature`,
      3,
      "Largest eigenvalue and loss",
      alongContent(part.data, part.styles, id.replace("part-", "")),
    ),
    provenance(part, id, 3),
  ];
}
