// The result of every seed: a dot per run.

import { exact, significant } from "./format.js";
import { element } from "./dom.js";
import { axis, chart, colors, literal, readable } from "./plot.js";
import { choice, scaleChoice, switches } from "./switches.js";
import { keptChoices, setter } from "./view.js";

const VALUES = {
  passes_to_target: "passes to the target",
  loss: "lowest training loss",
  test_metric: "test metric",
  test_loss: "test loss",
  seconds_to_target: "seconds to the target",
  seconds: "seconds in all",
};

/** The rows that are drawn, without who declined, and where those without a value go: beyond the largest. */
function rowsOf(data, selection, key) {
  const shown = data.runs.filter(
    (run) =>
      run.status !== "unsupported" &&
      run.problem === selection.problem &&
      selection.solvers.has(run.solver) &&
      selection.seeds.has(run.seed),
  );
  const values = shown.map((run) => run[key]).filter((value) => value !== null);
  return { shown, beyond: values.length === 0 ? 1 : Math.max(...values) * 1.25 };
}

/** One solver's runs; × for one without a value. */
function dots(data, style, runs, key, beyond, name) {
  const has = (run) => run[key] !== null;
  return {
    x: runs.map((run) => (has(run) ? run[key] : beyond)),
    y: runs.map((run) => literal(data.solvers[run.solver])),
    mode: "markers",
    marker: {
      color: readable(style.color),
      size: 9,
      symbol: runs.map((run) => (has(run) ? "circle" : "x-thin-open")),
      line: { width: runs.map((run) => (has(run) ? 0 : 2)) },
      opacity: 0.8,
    },
    customdata: runs.map((run) => `seed ${run.seed}, ${run.status}<br>${name} ${has(run) ? exact(run[key]) : "none"}`),
    hovertemplate: "<b>%{y}</b>, %{customdata}<extra></extra>",
  };
}

/** Words in place of dots. */
function nobody() {
  const font = { color: colors().muted, size: 14 };
  return { annotations: [{ xref: "paper", yref: "paper", x: 0.5, y: 0.5, text: "no run got there", showarrow: false, font }] };
}

/** The section: what is shown, and the chart. */
export function results(data, styles, selection, prefix) {
  const keys = Object.keys(VALUES).filter((key) => data.timed || !key.startsWith("seconds"));
  const view = keptChoices(`${prefix}.seeds`, {
    key: ["passes_to_target", keys],
    scale: ["log", ["linear", "log"]],
  });
  const build = () => {
    const { key } = view;
    const problem = data.problems[selection.problem];
    const name = key === "test_metric" ? literal(problem.metric_name) : VALUES[key];
    const { shown, beyond } = rowsOf(data, selection, key);
    const solvers = data.solvers.map((_, index) => index).filter((index) => selection.solvers.has(index));
    const traces = solvers.map((index) =>
      dots(data, styles[index], shown.filter((run) => run.solver === index), key, beyond, name),
    );
    drawn.node.style.height = `${Math.max(220, 90 + 26 * solvers.length)}px`;
    const reached = shown.some((run) => run[key] !== null);
    const toTarget = key.endsWith("to_target") && problem.target_loss !== null;
    return {
      data: reached ? traces : traces.map((trace) => ({ ...trace, opacity: 0 })),
      layout: {
        xaxis: axis(toTarget ? `${name} ${significant(problem.target_loss)}` : name, { type: view.scale }),
        yaxis: axis("", { type: "category", autorange: "reversed" }),
        uirevision: `${key}${view.scale}${selection.problem}${solvers.length}`,
        ...(reached ? {} : nobody()),
      },
    };
  };
  const drawn = chart({ name: "results", label: "The result of every seed, a dot per run", height: 300, build });
  const set = setter(view, drawn.update);
  const options = keys.map((key) => [key, VALUES[key]]);
  const node = [
    switches(
      choice("Shown", options, view.key, set("key")),
      scaleChoice("Horizontal", view.scale, set("scale")),
    ),
    element("p", { class: "note" }, "A dot per seed; × at the right edge for a run that did not get there. Who declined the problem has none."),
    drawn.node,
  ];
  return { node, update: drawn.update };
}
