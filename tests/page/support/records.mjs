// Records as files hold them, for numbers that a page must show.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const pages = process.env.LOSSLAB_PAGES ?? "/tmp/losslab-pages";

export const readJson = (...path) => JSON.parse(readFileSync(join(pages, ...path), "utf8"));

const readLines = (path) =>
  readFileSync(path, "utf8").trim().split("\n").map((line) => JSON.parse(line));

/** A comparison with its runs; `seconds` of each entry and target where they were measured. */
export function readComparison(...path) {
  const comparison = readJson(...path, "comparison.json");
  const folder = join(pages, ...path);
  const timing = join(folder, "timing.jsonl");
  const times = comparison.timed && existsSync(timing) ? readLines(timing) : [];
  const runs = readLines(join(folder, "runs.jsonl")).map((run, index) => ({ ...run, timing: times[index] }));
  const find = (problem, solver, seed) =>
    runs.find((run) => run.problem === problem && run.solver === solver && run.seed === seed);
  return { ...comparison, runs, find };
}

/** Where a run stood along an axis at each entry of its trace. */
export function places(run, across) {
  if (across === "passes") return run.trace.passes;
  if (across === "samples") return run.trace.executed.samples;
  if (across === "iteration") return run.trace.iteration;
  return run.timing.trace_seconds;
}

/** What a run paid for a target level; null for a miss. */
export function paid(run, level, kind) {
  if (kind === "passes") return run.targets.passes?.[level] ?? null;
  if (kind === "seconds") return run.timing.target_seconds[level];
  return run.targets.iteration?.[level] == null ? null : run.targets.executed.samples[level];
}

/** The value of a run at x: that of its last entry at or before x. */
export function valueAt(run, quantity, across, x) {
  let value = null;
  places(run, across).forEach((place, i) => {
    if (place <= x && run.trace[quantity][i] !== null) value = run.trace[quantity][i];
  });
  return value;
}

const ascending = (a, b) => a - b;

/** The middle value of an odd number, the mean of the two middle ones of an even number. */
export function middle(values) {
  const sorted = [...values].sort(ascending);
  const half = sorted.length / 2;
  return Number.isInteger(half) ? (sorted[half - 1] + sorted[half]) / 2 : sorted[Math.floor(half)];
}

/** Lowest and highest. */
export const ends = (values) => [Math.min(...values), Math.max(...values)];

/** The share of values for which something holds. */
export const share = (values, holds) => values.filter(holds).length / values.length;
