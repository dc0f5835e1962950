// Curves of comparisons whose traces were thinned before they were stored to little more than
// both ends: what is known then is what each target cost.

import { exact, significant } from "./format.js";
import { median } from "./statistics.js";
import { line, literal, readable } from "./plot.js";
import { ACROSS, QUANTITIES, columnOf, spent, worstOf } from "./steps.js";

/** Entries of a trace up to which it is drawn by what targets cost. */
const FEW = 15;

/** Whether traces were thinned to so little that steps between entries would mislead. */
export function isSparse(runs) {
  const ran = runs.filter((run) => run.status !== "unsupported");
  const isThinned = (run) => run.trace.iteration.length < run.iterations + 1;
  return ran.some(isThinned) && ran.every((run) => run.trace.iteration.length <= FEW);
}

/** The losses that costs are known for, the highest first: [[loss, run => cost or null]]. */
function levels(problem, across) {
  const column = { passes: 0, samples: 1, seconds: 2 }[across];
  if (column === undefined) return [];
  const known = problem.targets.map((loss, i) => [loss, (run) => run.targets[i]?.[column] ?? null]);
  const own = { passes: "passes_to_target", seconds: "seconds_to_target" }[across];
  if (own && problem.target_loss !== null) known.push([problem.target_loss, (run) => run[own]]);
  return known.sort((a, b) => b[0] - a[0]);
}

/** Medians over runs: the start, the cost of each target, the end, where a run that diverged is worst. */
function points(runs, problem, quantity, across) {
  const columns = runs.map((run) => columnOf(run.trace, quantity, problem));
  const middle = (values) => median(values.filter((value) => value !== null));
  const worst = worstOf(quantity, problem);
  const ends = runs.map((run, i) => (run.status === "non-finite" ? worst : columns[i].at(-1)));
  const found = [{ x: 0, y: middle(columns.map((column) => column[0])), words: "at the start" }];
  const shift = { loss: 0, gap: problem.lowest }[quantity];
  for (const [loss, cost] of shift === undefined ? [] : levels(problem, across)) {
    const costs = runs.map((run) => cost(run) ?? Infinity);
    const x = median(costs);
    if (!Number.isFinite(x) || loss >= found[0].y + shift) continue;
    const range = [Math.min(...costs), Math.max(...costs)].map((end) => significant(end));
    found.push({ x, y: loss - shift, words: `reached by ${costs.filter(Number.isFinite).length} of ${costs.length} runs, for ${range.join(" – ")}` });
  }
  found.push({ x: median(runs.map((run) => spent(run, across) ?? 0)), y: middle(ends), words: "at the end" });
  return found.filter(({ y }) => y !== null && Number.isFinite(y));
}

/** The known points of one solver, joined to guide the eye. */
export function sparseTraces(solver, style, runs, view) {
  const ran = runs.filter((run) => run.status !== "unsupported" && run.trace.iteration.length > 0);
  if (ran.length === 0) return [];
  const each = view.as === "runs" ? ran.map((run) => [run]) : [ran];
  return each.map((group) => {
    const known = points(group, view.problem, view.quantity, view.across);
    return {
      name: literal(view.as === "runs" ? `${solver}, seed ${group[0].seed}` : solver),
      x: known.map((point) => point.x),
      y: known.map((point) => point.y),
      mode: "lines+markers",
      line: line(style, 1.5),
      marker: { color: readable(style.color), size: 6 },
      customdata: known.map((point) => [exact(point.x), `${exact(point.y)}<br>${point.words}`]),
      hovertemplate: `<b>%{fullData.name}</b><br>${ACROSS[view.across]} %{customdata[0]}<br>${QUANTITIES[view.quantity]} %{customdata[1]}<extra></extra>`,
    };
  });
}
