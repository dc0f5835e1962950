// A comparison: what was asked, the summary, curves, statistics, and every run.

import { grouped, significant } from "./format.js";
import { element, facts, folded, section } from "./dom.js";
import { choice, swatch, toggles } from "./switches.js";
import { sortableTable } from "./table.js";
import { keptChoices, keptSet } from "./view.js";
import { curves } from "./curves.js";
import { results } from "./results.js";
import { profiles } from "./profiles.js";
import { sensitivities } from "./sensitivity.js";
import { summaryTable, runTable } from "./summary.js";
import { provenance } from "./provenance.js";

/** Solvers beyond which not all are switched on at first, because nobody could read the chart. */
const AT_FIRST = 13;

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

/** Mean ranks over everything, the best first. */
function rankTable(data, styles) {
  const columns = [
    { title: "solver", value: (row) => data.solvers[row.solver], show: (row) => [swatch(styles[row.solver]), data.solvers[row.solver]] },
    { title: "mean rank", numeric: true, value: (row) => row.mean, show: (row) => row.mean.toFixed(2) },
    { title: "95 % interval from", numeric: true, value: (row) => row.low, show: (row) => row.low.toFixed(2) },
    { title: "to", numeric: true, value: (row) => row.high, show: (row) => row.high.toFixed(2) },
  ];
  const caption =
    "Mean ranks by passes over all problems, seeds and targets, among all solvers; 1 is best. Intervals by bootstrap over seeds.";
  return sortableTable({ name: "ranks", caption, columns, rows: data.ranking }).node;
}

/** The solvers that are switched on at first: all, or the best by mean rank. */
function shownAtFirst(data) {
  const all = data.solvers.map((_, index) => index);
  if (all.length <= AT_FIRST) return all;
  const best = data.ranking.length > 0 ? data.ranking.map((row) => row.solver) : all;
  return best.slice(0, AT_FIRST).sort((a, b) => a - b);
}

/** What is chosen for all sections of a comparison. */
function selectionOf(data, prefix) {
  const names = data.problems.map((problem) => problem.name);
  const chosen = keptChoices(prefix, { problem: [names[0], names] });
  return {
    problem: names.indexOf(chosen.problem),
    solvers: keptSet(`${prefix}.solvers`, data.solvers.map((_, index) => index), shownAtFirst(data)),
    seeds: keptSet(`${prefix}.seeds.on`, data.seeds, data.seeds),
    choose(index) {
      this.problem = index;
      chosen.set("problem", names[index]);
    },
  };
}

/** The switches for problem, solvers and seeds. */
function controls(data, styles, selection, update) {
  const follow = (set) => () => {
    set.note();
    update();
  };
  const choose = (index) => {
    selection.choose(index);
    update();
  };
  const solvers = data.solvers.map((text, key) => ({ key, text, style: styles[key] }));
  const seeds = data.seeds.map((seed) => ({ key: seed, text: String(seed) }));
  const problems = data.problems.map((problem, index) => [index, problem.name]);
  return element(
    "div",
    { class: "controls" },
    problems.length > 1 ? choice("Problem", problems, selection.problem, choose) : null,
    toggles("Solvers", solvers, selection.solvers, follow(selection.solvers)),
    seeds.length > 1 ? toggles("Seeds", seeds, selection.seeds, follow(selection.seeds)) : null,
  );
}

function notes(data) {
  const texts = [
    `Budget ${significant(data.budget, 3)} passes a run: one pass is one loss with its gradient over the training set; the loss alone is ⅓, the gradient after it ⅔, a product with second derivatives 2. At a seed all solvers have the same start and the same rows.`,
    data.incomplete,
    data.solvers.length > AT_FIRST
      ? `The ${AT_FIRST} of ${data.solvers.length} solvers with the best mean rank are switched on.`
      : null,
    data.trace_entries ? `Of each trace ${data.trace_entries} entries are on this page; runs.jsonl has all.` : null,
  ];
  return texts.filter(Boolean).map((text) => element("p", { class: "note" }, text));
}

/** The parts of a comparison's section. */
export function renderComparison(part, id) {
  const { data, styles } = part;
  const prefix = id.replace("part-", "");
  const selection = selectionOf(data, prefix);
  const about = element("div", {});
  const tellAbout = () =>
    about.replaceChildren(problemFacts(data.problems[selection.problem], data, selection));
  const made = (build) => build(data, styles, selection, prefix);
  const hasTargets = data.solvers.length > 1 && data.problems.some((problem) => problem.targets.length > 0);
  const parts = {
    summary: made(summaryTable),
    curves: made(curves),
    seeds: made(results),
    goals: hasTargets ? made(profiles) : null,
    rates: data.sweeps.length > 0 ? made(sensitivities) : null,
    runs: made(runTable),
  };
  const update = () => {
    tellAbout();
    Object.values(parts).forEach((one) => one?.update());
  };
  tellAbout();
  const under = (key, title, ...more) =>
    parts[key] ? section(`${id}-${key}`, 3, title, parts[key].node, more) : null;
  return [
    notes(data),
    controls(data, styles, selection, update),
    folded("About the problem", false, about),
    under("summary", "Summary"),
    under("curves", "Curves"),
    under("seeds", "Every seed"),
    under("goals", "Over all goals", data.ranking.length > 0 ? folded("Mean ranks", false, rankTable(data, styles)) : null),
    under("rates", "Learning rate"),
    section(`${id}-runs`, 3, "Runs", folded("Every run, with its status", false, parts.runs.node)),
    provenance(part, id, 3),
  ];
}
