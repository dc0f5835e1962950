// Runs of a comparison as step functions, by quantity and axis.

/** What can be shown of a run, and over what. */
export const QUANTITIES = {
  loss: "training loss",
  gap: "training loss above the lowest known",
  both: "training and test loss",
  test_loss: "test loss",
  test_metric: "test metric",
  gradient_norm: "gradient norm",
  step: "step length ‖Δθ‖",
};

export const ACROSS = {
  passes: "passes",
  samples: "samples read",
  seconds: "seconds",
  iteration: "iterations",
};

/** What a run has spent in all, on this axis. */
export function spent(run, across) {
  return across === "iteration" ? run.iterations : run[across];
}

/** The column of a trace that a quantity is read from. */
export function columnOf(trace, quantity, problem) {
  if (quantity === "gap") return trace.loss.map((loss) => (loss === null ? null : loss - problem.lowest));
  // The first entry is the start, before any step.
  if (quantity === "step") return trace.step.map((step, i) => (trace.iteration[i] === 0 ? null : step));
  return trace[quantity];
}

/** What a run that diverged counts as: lower than all accuracies, higher than all else. */
export function worstOf(quantity, problem) {
  return quantity === "test_metric" && problem.metric === "accuracy" ? -Infinity : Infinity;
}

/**
 * The lowest training loss known of a problem: that of the reference solution, where targets
 * come from one, or of the runs.
 */
export function lowestKnown(problem, levels, runs) {
  const found = runs.filter((run) => run.loss !== null).map((run) => run.loss);
  const [first, last] = [problem.targets[0], problem.targets.at(-1)];
  if (problem.targets_rule === "reference" && problem.targets.length === levels.length && levels.length > 1) {
    // Targets are f* + τ (f0 − f*).
    const slope = (first - last) / (levels[0] - levels.at(-1));
    found.push(first - levels[0] * slope);
  }
  return found.reduce((least, loss) => Math.min(least, loss), Infinity);
}

/** A run as a step function of a quantity. */
export function stepsOf(run, problem, quantity, across) {
  const { trace } = run;
  const values = columnOf(trace, quantity, problem);
  const places = trace[across];
  let entries = [];
  if (run.status !== "unsupported" && places) {
    entries = values.map((value, i) => [places[i], value]).filter(([, value]) => value !== null);
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
export function endOf(runs, steps, across, budget) {
  if (across === "passes") return budget;
  const ends = runs.map((run) => spent(run, across) ?? 0);
  const entries = steps.map((run) => run.entries.at(-1)?.[0] ?? 0);
  return Math.max(0, ...ends, ...entries);
}

