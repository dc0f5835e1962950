// Results that are valid and unusual, made from those of the quick start.

import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Labels that would break a page that takes text for anything else. */
export const ODD_LABELS = [
  "<img src=x onerror=alert(1)>",
  `quotes " ' and \\ and &amp;`,
  "</script><script>throw 1</script>",
  "%{x} $\\alpha$ {{data}} <b>bold</b>",
  "a very long name of a solver ".repeat(5).trim(),
  "constructor",
  "Ω 雪 שלום",
];

/** Of a list of columns the first entries. */
function cut(columns, count) {
  const short = (value) => (Array.isArray(value) ? value.slice(0, count) : cut(value, count));
  return Object.fromEntries(Object.entries(columns).map(([key, value]) => [key, short(value)]));
}

const noTargets = (run) => ({ loss: run.targets.loss });

/** A run that lost its numbers after 20 entries, on values that grow without limit. */
function diverge(run) {
  const trace = cut(run.trace, 20);
  trace.loss = trace.loss.map((loss, i) => loss * 10 ** (15 * i));
  return { ...run, trace, iterations: 19, passes: 20, status: "non-finite", targets: noTargets(run), passes_to_target: null };
}

/** A run that was declined: as the records have it, the start with its loss, and nothing after. */
function unsupported(run) {
  const trace = cut(run.trace, 1);
  const start = Object.fromEntries(["loss", "gradient_norm", "test_loss", "test_metric"].map((key) => [key, trace[key][0]]));
  return {
    ...run,
    ...start,
    ...{ trace, iterations: 0, passes: 0, status: "unsupported", message: "it has <no> use for \"this\"" },
    ...{ test_r_squared: null, targets: noTargets(run), passes_to_target: null },
  };
}

/** Losses of any size and sign, as functions of one's own may have them. */
function extreme(run) {
  const trace = { ...run.trace };
  trace.loss = trace.loss.map((loss, i) => (i % 3 === 0 ? -1e-300 : i % 3 === 1 ? 0 : loss * 1e300));
  trace.gradient_norm = trace.gradient_norm.map((_, i) => (i % 2 === 0 ? 0 : 1e-310));
  return { ...run, trace, loss: -1e-300, gradient_norm: 0 };
}

const nothingReached = (run) => ({ ...run, targets: noTargets(run), passes_to_target: null });

/** Writes a comparison with `solvers`, each taking the runs of one of the quick start. */
function write(folder, from, { solvers, seeds, keep = () => true, change = (run) => run, problem = (p) => p }) {
  const comparison = JSON.parse(readFileSync(join(from, "comparison.json"), "utf8"));
  const lines = readFileSync(join(from, "runs.jsonl"), "utf8").trim().split("\n").map((line) => JSON.parse(line));
  const problems = comparison.problems.slice(0, 2).map(problem);
  const names = comparison.problems.map((found) => found.name);
  const runs = lines.flatMap((run) => {
    const solver = solvers[comparison.solvers.indexOf(run.solver)];
    const at = names.indexOf(run.problem);
    if (solver === undefined || !seeds.includes(run.seed) || at > 1 || !keep(run, at)) return [];
    const base = { ...run, trace: cut(run.trace, 40), solver, problem: problems[at].name };
    return [change(base, at)];
  });
  mkdirSync(folder, { recursive: true });
  const text = JSON.stringify({ ...comparison, timed: false, solvers, seeds, problems });
  writeFileSync(join(folder, "comparison.json"), text);
  writeFileSync(join(folder, "runs.jsonl"), runs.map((run) => `${JSON.stringify(run)}\n`).join(""));
}

/** A landscape whose runs have odd names. */
function writeOddLandscape(folder, from) {
  const record = JSON.parse(readFileSync(join(from, "landscape.json"), "utf8"));
  const runs = record.runs.map((run, index) => ({ ...run, label: ODD_LABELS[index % ODD_LABELS.length] }));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "landscape.json"), JSON.stringify({ ...record, runs }));
}

/**
 * Odd results in `folder`, made of the records in `from`: those in `odd` are parts of one page,
 * and `many_parts` has twenty that are alike.
 */
export function writeOddFolders(folder, from) {
  writeOddLandscape(join(folder, "odd", "odd_landscape"), join(folder, "line"));
  const at = (name) => join(folder, "odd", name);
  const three = ["gd", "cg", "lbfgs"];
  const all = [0, 1, 2];
  write(at("odd_labels"), from, {
    solvers: ODD_LABELS,
    seeds: all,
    change: (run) => ({ ...run, message: "<b>said</b> \"so\"" }),
    problem: (p) => ({ ...p, name: `${p.name} <i>`, title: `${p.title} <script>alert(1)</script>` }),
  });
  write(at("one_seed"), from, { solvers: three, seeds: [1] });
  write(at("one_solver"), from, { solvers: ["gd"], seeds: [0] });
  write(at("all_diverged"), from, { solvers: three, seeds: all, change: diverge });
  write(at("one_diverged"), from, {
    solvers: three,
    seeds: all,
    change: (run) => (run.solver === "cg" ? diverge(run) : run),
  });
  write(at("one_declined"), from, {
    solvers: three,
    seeds: all,
    change: (run) => (run.solver === "cg" ? unsupported(run) : run),
  });
  write(at("nothing_supported"), from, { solvers: three, seeds: all, change: unsupported });
  write(at("nothing_reached"), from, { solvers: three, seeds: all, change: nothingReached });
  write(at("extreme"), from, { solvers: three, seeds: all, change: extreme });
  write(at("interrupted"), from, {
    solvers: three,
    seeds: all,
    keep: (run, problem) => problem === 0 && run.seed < 2,
    change: (run) => (run.seed === 1 && run.solver === "lbfgs" ? { ...run, status: "interrupted" } : run),
  });
  for (let i = 0; i < 20; i += 1) {
    write(join(folder, "many_parts", `part ${i}`), from, { solvers: three, seeds: [0] });
    cpSync(join(from, "spec.toml"), join(folder, "many_parts", `part ${i}`, "spec.toml"));
  }
}
