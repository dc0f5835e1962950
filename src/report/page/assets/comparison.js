// A comparison: what was asked, the summary, curves, statistics, and every run.

import { exact, grouped, metric, significant } from "./format.js";
import { element, facts, folded, section } from "./dom.js";
import { swatch, switches, choice, toggles } from "./switches.js";
import { sortableTable } from "./table.js";
import { curves, medianOf } from "./curves.js";
import { profiles, sensitivities } from "./profiles.js";
import { median } from "./statistics.js";
import { provenance } from "./provenance.js";

/** Solvers beyond which not all are switched on at first, because nobody could read the chart. */
const AT_FIRST = 13;

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

/** Medians over the shown seeds, a row per solver that is switched on. */
function summaryRows(data, styles, selection) {
  return data.solvers.flatMap((solver, index) => {
    const runs = selection.solvers.has(index) ? runsOf(data, selection, index) : [];
    if (runs.length === 0) return [];
    const problem = data.problems[selection.problem];
    const cost = (key) => {
      const costs = runs.map((run) => run[key] ?? Infinity);
      return problem.target_loss === null ? null : median(costs);
    };
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

function summaryTable(data, styles, selection) {
  const problem = () => data.problems[selection.problem];
  let rows = [];
  const number = (title, value, text, hint, highest = () => false) => ({
    title,
    hint,
    numeric: true,
    value,
    show: (row) => {
      const isBest = value(row) !== null && !row.diverged && value(row) === best(rows, value, highest());
      return element("span", { class: isBest ? "best" : null, title: exact(value(row)) }, text(row));
    },
  });
  const toTarget = (row, value) => {
    if (value === null) return "–";
    const share = row.reached > 0 && row.reached < row.runs ? ` (${row.reached}/${row.runs})` : "";
    return Number.isFinite(value) ? significant(value, 3) + share : `not reached${share}`;
  };
  const columns = [
    { title: "solver", value: (row) => row.solver, show: (row) => [swatch(row.style), row.solver] },
    { title: "how runs ended", value: (row) => row.statuses, show: (row) => row.statuses },
    number("training loss", (row) => row.loss, (row) => significant(row.loss), "the lowest reached, penalty included"),
    number("test metric", (row) => row.metric, (row) => metric(problem().metric, row.metric), "on held-out rows, at the lowest training loss", () => problem().metric === "accuracy"),
    number("passes to target", (row) => row.passes, (row) => toTarget(row, row.passes), "a run that never got there counts as infinite"),
    number("iterations", (row) => row.iterations, (row) => grouped(row.iterations)),
  ];
  if (data.problems.some((p) => p.metric === "rmse")) {
    columns.splice(4, 0, number("test R²", (row) => row.r_squared, (row) => (row.r_squared === null ? "–" : row.r_squared.toFixed(3)), "coefficient of determination", () => true));
  }
  if (data.timed) {
    columns.push(number("seconds to target", (row) => row.seconds, (row) => toTarget(row, row.seconds)));
    columns.push(number("seconds", (row) => row.total, (row) => significant(row.total, 3), "of the whole run"));
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

/** Every run with its status. */
function runTable(data, styles, selection) {
  const problem = () => data.problems[selection.problem];
  const number = (title, value, text) => ({
    title,
    numeric: true,
    value,
    show: (run) => element("span", { title: exact(value(run)) }, text(value(run))),
  });
  const columns = [
    { title: "solver", value: (run) => data.solvers[run.solver], show: (run) => [swatch(styles[run.solver]), data.solvers[run.solver]] },
    number("seed", (run) => run.seed, exact),
    { title: "status", value: (run) => run.status, show: (run) => element("span", { title: run.message }, run.status) },
    number("iterations", (run) => run.iterations, grouped),
    number("passes", (run) => run.passes, (v) => significant(v)),
    number("training loss", (run) => run.loss, (v) => significant(v, 6)),
    number("gradient norm", (run) => run.gradient_norm, (v) => significant(v)),
    number("test metric", (run) => run.test_metric, (v) => metric(problem().metric, v)),
    number("passes to target", (run) => run.passes_to_target, (v) => significant(v)),
    number("restarts", (run) => run.restarts, grouped),
    number("losses", (run) => run.requested.value + run.requested.fused, grouped),
    number("gradients", (run) => run.requested.gradient + run.requested.fused + run.requested.batch, grouped),
    number("products", (run) => run.requested.hessian_vector + run.requested.gauss_newton_vector, grouped),
    { title: "message", value: (run) => run.message ?? "", show: (run) => run.message ?? "" },
  ];
  if (data.timed) columns.splice(9, 0, number("seconds", (run) => run.seconds, (v) => significant(v)));
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

/** How the problem is set up. */
function problemFacts(problem, data, selection) {
  const run = data.runs.find((found) => found.problem === selection.problem);
  return facts([
    ["problem", problem.title],
    ["network", problem.network + (run ? `, ${grouped(run.dimension)} parameters` : "")],
    ["loss", problem.loss],
    ["rows", run ? `${grouped(run.rows)} to train on, ${grouped(run.test_rows)} held out` : null],
    ["test metric", problem.metric_name],
    ["target training loss", problem.target_text],
    ["data, SHA-256", element("code", {}, problem.data_sha256)],
  ]);
}

/** The parts of a comparison's section. */
export function renderComparison(part, id) {
  const { data, styles } = part;
  const all = data.solvers.map((_, index) => index);
  const selection = {
    problem: 0,
    solvers: new Set(all.slice(0, AT_FIRST)),
    seeds: new Set(data.seeds),
  };
  const about = element("div", {});
  const summary = summaryTable(data, styles, selection);
  const runs = runTable(data, styles, selection);
  const curve = curves(data, styles, selection);
  const profile = data.problems.some((p) => p.targets.length > 0) ? profiles(data, styles, selection) : null;
  const rate = data.sweeps.length > 0 ? sensitivities(data, styles, selection) : null;
  const parts = [summary, curve, profile, rate, runs].filter(Boolean);
  const update = () => {
    about.replaceChildren(problemFacts(data.problems[selection.problem], data, selection));
    parts.forEach((p) => p.update());
  };
  about.replaceChildren(problemFacts(data.problems[0], data, selection));
  const problems = data.problems.map((problem, index) => [index, problem.name]);
  const controls = element(
    "div",
    { class: "controls" },
    problems.length > 1
      ? choice("Problem", problems, 0, (index) => {
          selection.problem = index;
          update();
        })
      : null,
    toggles("Solvers", all.map((key) => ({ key, text: data.solvers[key], style: styles[key] })), selection.solvers, update),
    data.seeds.length > 1
      ? toggles("Seeds", data.seeds.map((seed) => ({ key: seed, text: String(seed) })), selection.seeds, update)
      : null,
  );
  const notes = [
    `Budget ${significant(data.budget)} passes a run: one pass is one loss with its gradient over the training set; the loss alone is ⅓, the gradient after it ⅔, a product with second derivatives 2.`,
    "At a seed all solvers have the same start and the same rows.",
    data.incomplete,
    data.solvers.length > AT_FIRST ? `The first ${AT_FIRST} of ${data.solvers.length} solvers are switched on.` : null,
    data.trace_entries ? `Of each trace ${data.trace_entries} entries are on this page; runs.jsonl has all.` : null,
  ].filter(Boolean);
  return [
    notes.map((note) => element("p", { class: "note" }, note)),
    controls,
    folded("About the problem", true, about),
    section(`${id}-summary`, 3, "Summary", summary.node),
    section(`${id}-curves`, 3, "Curves", curve.node),
    profile ? section(`${id}-profiles`, 3, "Over all goals", profile.node) : null,
    rate ? section(`${id}-rates`, 3, "Learning rate", rate.node) : null,
    section(`${id}-runs`, 3, "Runs", folded("Every run, with its status", false, runs.node)),
    provenance(part, id, 3),
  ];
}
