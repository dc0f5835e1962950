// The tables of a comparison: medians per solver, and every run.

import { exact, grouped, metric, seconds, significant } from "./format.js";
import { bandEnds, median, quantile } from "./statistics.js";
import { element } from "./dom.js";
import { swatch } from "./switches.js";
import { numberColumn, sortableTable } from "./table.js";

/** The median over runs of a value that may be missing; who declined the problem has none. */
function medianOf(runs, value) {
  const values = runs.filter((run) => run.status !== "unsupported").map(value);
  return median(values.filter((v) => v !== null && v !== undefined));
}

/** The runs of a solver on the chosen problem with the shown seeds. */
function runsOf(data, selection, solver) {
  return data.runs.filter(
    (run) => run.problem === selection.problem && run.solver === solver && selection.seeds.has(run.seed),
  );
}

/** "budget-spent ×3, non-finite". */
function statuses(runs) {
  const counts = new Map();
  runs.forEach((run) => counts.set(run.status, (counts.get(run.status) ?? 0) + 1));
  return [...counts].map(([status, count]) => (count > 1 ? `${status} ×${count}` : status)).join(", ");
}

/** The band over seeds, a miss counted as +∞; nothing where both ends read the same. */
function bandText(costs) {
  const [low, high] = bandEnds(costs.length).map((q) => significant(quantile(costs, q), 3));
  return low === high ? "" : ` (${low}–${high})`;
}

/** Medians over the shown seeds, a row per solver that is switched on. */
function summaryRows(data, styles, selection) {
  return data.solvers.flatMap((solver, index) => {
    const runs = selection.solvers.has(index) ? runsOf(data, selection, index) : [];
    if (runs.length === 0) return [];
    const problem = data.problems[selection.problem];
    const costsOf = (key) => runs.map((run) => run[key] ?? Infinity);
    const cost = (key) => (problem.target_loss === null ? null : median(costsOf(key)));
    return [
      {
        solver,
        style: styles[index],
        statuses: statuses(runs),
        reached: runs.filter((run) => run.passes_to_target !== null).length,
        runs: runs.length,
        loss: medianOf(runs, (run) => run.loss),
        metric: medianOf(runs, (run) => run.test_metric),
        r_squared: medianOf(runs, (run) => run.test_r_squared),
        passes: cost("passes_to_target"),
        band: problem.target_loss === null ? "" : bandText(costsOf("passes_to_target")),
        seconds: data.timed ? cost("seconds_to_target") : null,
        total: data.timed ? medianOf(runs, (run) => run.seconds) : null,
        iterations: medianOf(runs, (run) => run.iterations),
        diverged: runs.every((run) => run.status === "non-finite"),
      },
    ];
  });
}

/** The best of a column: the lowest, or the highest of an accuracy, of runs that did not all diverge. */
function best(rows, value, highest) {
  const values = rows.filter((row) => !row.diverged).map(value).filter((v) => v !== null && Number.isFinite(v));
  return values.length === 0 ? null : highest ? Math.max(...values) : Math.min(...values);
}

export function summaryTable(data, styles, selection) {
  const problem = () => data.problems[selection.problem];
  let rows = [];
  const number = (title, value, text, hint, highest = () => false) => ({
    title,
    hint,
    numeric: true,
    value,
    show: (row) => {
      const isBest = highest !== null && value(row) !== null && !row.diverged && value(row) === best(rows, value, highest());
      return element("span", { class: isBest ? "best" : null, title: exact(value(row)) }, text(row));
    },
  });
  const toTarget = (row, value) => {
    if (value === null) return "–";
    const share = row.reached > 0 && row.reached < row.runs ? ` (${row.reached}/${row.runs} reached)` : "";
    return Number.isFinite(value) ? significant(value, 3) + share : `not reached${share}`;
  };
  const columns = [
    { title: "solver", value: (row) => row.solver, show: (row) => [swatch(row.style), row.solver] },
    { title: "how runs ended", value: (row) => row.statuses, show: (row) => row.statuses },
    number("training loss", (row) => row.loss, (row) => significant(row.loss), "the lowest reached, penalty included"),
    number(() => problem().metric_name, (row) => row.metric, (row) => metric(problem().metric, row.metric), "on held-out rows, at the lowest training loss", () => problem().metric === "accuracy"),
    number("passes to target", (row) => row.passes, (row) => [toTarget(row, row.passes), element("small", {}, row.band)], "in brackets the range over seeds, of 8 or more the quartiles; a run that never got there counts as infinite"),
    number("iterations", (row) => row.iterations, (row) => grouped(row.iterations), "steps of the solver; each may cost several passes", null),
  ];
  if (data.problems.some((p) => p.metric === "rmse")) {
    columns.splice(4, 0, number("test R²", (row) => row.r_squared, (row) => (row.r_squared === null ? "–" : row.r_squared.toFixed(3)), "coefficient of determination", () => true));
  }
  if (data.timed) {
    columns.push(number("time to target", (row) => row.seconds, (row) => (row.seconds === null || !Number.isFinite(row.seconds) ? toTarget(row, row.seconds) : seconds(row.seconds))));
    columns.push(number("time", (row) => row.total, (row) => seconds(row.total), "of the whole run", null));
  }
  const table = sortableTable({
    name: "summary",
    caption: "Medians over the seeds that are switched on. Bold: best of its column. Press a head to sort.",
    columns,
    rows: [],
  });
  const update = () => {
    rows = summaryRows(data, styles, selection);
    table.fill(rows);
  };
  update();
  return { node: table.node, update };
}

/** A value that a run reached: of who declined the problem none, since the start is not its own. */
function achieved(key) {
  return (run) => (run.status === "unsupported" ? null : run[key]);
}

/** Every run with its status. */
export function runTable(data, styles, selection) {
  const problem = () => data.problems[selection.problem];
  const columns = [
    { title: "solver", value: (run) => data.solvers[run.solver], show: (run) => [swatch(styles[run.solver]), data.solvers[run.solver]] },
    numberColumn("seed", (run) => run.seed, exact),
    { title: "status", value: (run) => run.status, show: (run) => element("span", { title: run.message }, run.status) },
    numberColumn("iterations", (run) => run.iterations, grouped),
    numberColumn("passes", (run) => run.passes, (v) => significant(v)),
    numberColumn("training loss", achieved("loss"), (v) => significant(v, 6)),
    numberColumn("gradient norm", achieved("gradient_norm"), (v) => significant(v)),
    numberColumn(() => problem().metric_name, achieved("test_metric"), (v) => metric(problem().metric, v)),
    numberColumn("passes to target", (run) => run.passes_to_target, (v) => significant(v)),
    numberColumn("restarts", (run) => run.restarts, grouped),
    numberColumn("losses", (run) => run.requested[0] + run.requested[2], grouped),
    numberColumn("gradients", (run) => run.requested[1] + run.requested[2] + run.requested[3], grouped),
    numberColumn("products", (run) => run.requested[4] + run.requested[5], grouped),
    { title: "message", value: (run) => run.message ?? "", show: (run) => run.message ?? "" },
  ];
  if (data.timed) columns.splice(9, 0, numberColumn("time", (run) => run.seconds, seconds));
  const table = sortableTable({
    name: "runs",
    caption: "Runs on the chosen problem. Exact values appear where the pointer rests on a number.",
    columns,
    rows: [],
  });
  const update = () => {
    const shown = (run) =>
      run.problem === selection.problem && selection.solvers.has(run.solver) && selection.seeds.has(run.seed);
    table.fill(data.runs.filter(shown));
  };
  update();
  return { node: table.node, update };
}

