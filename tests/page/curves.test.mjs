// The curves of a comparison: what is drawn is what the records say.

import assert from "node:assert/strict";
import { test } from "node:test";

import { inlineData, useBrowser } from "./support/browser.mjs";
import { axes, chart, heightAt, hover, lines, loneliest, strokes, traces } from "./support/charts.mjs";
import { canChoose, choose, press, sectionOf, toggle } from "./support/controls.mjs";
import { ends, middle, places, readComparison, valueAt } from "./support/records.mjs";

const open = useBrowser();
const quickstart = readComparison("quickstart");

/** Median and range over seeds at x. */
function expected(problem, solver, seeds, quantity, across, x) {
  const values = seeds.map((seed) => valueAt(quickstart.find(problem, solver, seed), quantity, across, x));
  return { median: middle(values), ends: ends(values) };
}

/** Median line and both edges of the band of a solver. */
async function spread(node, solver) {
  const drawn = await traces(node);
  const at = drawn.findIndex((trace) => trace.name === solver);
  return { low: drawn[at - 2], high: drawn[at - 1], median: drawn[at] };
}

async function assertDrawn(node, { problem, seeds = quickstart.seeds, quantity = "loss", across = "passes" }) {
  for (const solver of quickstart.solvers) {
    const { low, median, high } = await spread(node, solver);
    const furthest = Math.min(...seeds.map((seed) => places(quickstart.find(problem, solver, seed), across).at(-1)));
    for (const part of [0, 0.04, 0.31, 0.5, 0.77, 0.99]) {
      const x = part * furthest;
      // Before the slowest seed has its first entry there is no median.
      const first = Math.max(...seeds.map((seed) => places(quickstart.find(problem, solver, seed), across)[0]));
      if (x < first) continue;
      const want = expected(problem, solver, seeds, quantity, across, x);
      const found = [low, median, high].map((trace) => heightAt(trace, x));
      assert.deepEqual(found, [want.ends[0], want.median, want.ends[1]], `${solver} at ${x} ${across}`);
    }
  }
}

test("no trace of the quick start is thinned, so that its entries say everything", () => {
  for (const run of quickstart.runs) assert.equal(run.trace.iteration.length, run.iterations + 1);
});

test("medians and bands over every axis", async () => {
  const page = await open("quickstart");
  const { node, section } = await sectionOf(page, "curves");
  for (const [across, title] of [
    ["passes", "passes"],
    ["samples", "samples read"],
    ["seconds", "seconds"],
    ["iteration", "iterations"],
  ]) {
    await choose(section, "over", across);
    assert.match((await axes(node)).x.title, new RegExp(title));
    await assertDrawn(node, { problem: "california", across });
  }
});

test("a curve over passes ends with the budget", async () => {
  const page = await open("quickstart");
  const drawn = await lines(await chart(page, "curves"));
  assert.deepEqual([...drawn.keys()], quickstart.solvers);
  for (const trace of drawn.values()) {
    assert.equal(trace.x[0], 0);
    assert.ok(trace.x.at(-1) <= quickstart.budget && trace.x.at(-1) > 0.95 * quickstart.budget);
  }
});

test("other problems and quantities", async () => {
  const page = await open("quickstart");
  const { node, section } = await sectionOf(page, "curves");
  for (const [index, { name }] of quickstart.problems.entries()) {
    await choose(page.locator("main"), "Problem", index);
    await assertDrawn(node, { problem: name });
  }
  for (const quantity of ["gradient_norm", "test_loss", "test_metric"]) {
    await choose(section, "Shown", quantity);
    await assertDrawn(node, { problem: quickstart.problems.at(-1).name, quantity });
  }
});

test("the gap to the lowest loss known, step lengths, training and test loss together", async () => {
  const page = await open("quickstart");
  const { node, section } = await sectionOf(page, "curves");
  const { name, targets } = quickstart.problems[0];
  // Targets are f* + τ (f0 − f*), so two of them give f*.
  const [first, last] = [targets[0], targets.at(-1)];
  const [high, low] = [quickstart.target_levels[0], quickstart.target_levels.at(-1)];
  const reference = last - (low * (first - last)) / (high - low);
  const lowest = Math.min(reference, ...quickstart.runs.filter((run) => run.problem === name).map((run) => run.loss));
  await choose(section, "Shown", "gap");
  const gap = (await lines(node)).get("lbfgs");
  const loss = expected(name, "lbfgs", quickstart.seeds, "loss", "passes", 60).median;
  assert.ok(Math.abs(heightAt(gap, 60) - (loss - lowest)) < 1e-12);

  await choose(section, "Shown", "step");
  const steps = (await lines(node)).get("adam");
  const want = expected(name, "adam", quickstart.seeds, "step", "passes", 60).median;
  assert.equal(heightAt(steps, 60), want);

  await choose(section, "Shown", "both");
  const both = (await traces(node)).filter((trace) => trace.name === "cg" && trace.line.width > 0);
  assert.equal(both.length, 2);
  for (const [i, quantity] of ["loss", "test_loss"].entries()) {
    assert.equal(heightAt(both[i], 75), expected(name, "cg", quickstart.seeds, quantity, "passes", 75).median);
  }
  assert.ok(both[1].opacity < both[0].opacity);
});

test("all problems side by side", async () => {
  const page = await open("quickstart");
  const { section } = await sectionOf(page, "curves");
  await choose(section, "of", "all");
  for (const [index, { name }] of quickstart.problems.entries()) {
    await assertDrawn(await chart(page, `curves-${index + 1}`), { problem: name });
  }
  await toggle(page.locator("main"), "Solvers", 0, false);
  assert.equal((await lines(await chart(page, "curves-3"))).size, quickstart.solvers.length - 1);
  await choose(section, "of", "one");
  assert.equal(await page.locator('[data-chart^="curves"]').count(), 1);
});

test("a dot for every seed", async () => {
  const page = await open("quickstart");
  const { node, section } = await sectionOf(page, "results");
  for (const [key, value] of [
    ["passes_to_target", (run) => run.passes_to_target],
    ["loss", (run) => run.loss],
    ["seconds_to_target", (run) => run.timing.seconds_to_target],
  ]) {
    await choose(section, "Shown", key);
    const drawn = await traces(node);
    quickstart.solvers.forEach((solver, i) => {
      const runs = quickstart.seeds.map((seed) => quickstart.find("california", solver, seed));
      assert.deepEqual([...new Set(drawn[i].y)], [solver]);
      runs.forEach((run, at) => {
        if (value(run) !== null) assert.equal(drawn[i].x[at], value(run), `${solver} ${key}`);
        else assert.equal(drawn[i].marker.symbol[at], "x-thin-open");
      });
    });
  }
});

test("scales of both axes", async () => {
  const page = await open("quickstart");
  const { node, section } = await sectionOf(page, "curves");
  let { x, y } = await axes(node);
  assert.deepEqual([x.type, y.type], ["linear", "log"]);
  await choose(section, "Horizontal", "log");
  await choose(section, "Vertical", "linear");
  ({ x, y } = await axes(node));
  assert.deepEqual([x.type, y.type], ["log", "linear"]);
  // All that is drawn lies within the axes.
  for (const trace of (await lines(node)).values()) {
    const last = Math.log10(trace.x.at(-1));
    assert.ok(x.range[0] < last && last < x.range[1] + 1e-9);
    assert.ok(y.range[0] <= trace.y.at(-1) && trace.y.at(-1) <= y.range[1]);
  }
});

test("solvers off and on", async () => {
  const page = await open("quickstart");
  const node = await chart(page, "curves");
  const main = page.locator("main");
  await toggle(main, "Solvers", 2, false);
  assert.deepEqual([...(await lines(node)).keys()], quickstart.solvers.filter((name) => name !== "lbfgs"));
  await press(main, "Solvers", "none");
  assert.equal((await traces(node)).length, 0);
  await toggle(main, "Solvers", 4, true);
  assert.deepEqual([...(await lines(node)).keys()], ["adam"]);
  await press(main, "Solvers", "all");
  assert.equal((await lines(node)).size, quickstart.solvers.length);
});

test("seeds off and on", async () => {
  const page = await open("quickstart");
  const node = await chart(page, "curves");
  const main = page.locator("main");
  await toggle(main, "Seeds", 1, false);
  await assertDrawn(node, { problem: "california", seeds: [0, 2] });
  await press(main, "Seeds", "none");
  assert.equal((await traces(node)).length, 0);
  await press(main, "Seeds", "all");
  await assertDrawn(node, { problem: "california" });
});

test("single runs are the records themselves", async () => {
  const page = await open("quickstart");
  const { node, section } = await sectionOf(page, "curves");
  await choose(section, "as", "runs");
  const drawn = await lines(node);
  assert.equal(drawn.size, quickstart.solvers.length * quickstart.seeds.length);
  for (const solver of quickstart.solvers) {
    for (const seed of quickstart.seeds) {
      const { trace } = quickstart.find("california", solver, seed);
      const { x, y } = drawn.get(`${solver}, seed ${seed}`);
      assert.deepEqual(x.slice(0, trace.passes.length), trace.passes);
      assert.deepEqual(y.slice(0, trace.loss.length), trace.loss);
    }
  }
});

test("resting on a curve shows the exact value", async () => {
  const page = await open("quickstart");
  const node = await chart(page, "curves");
  await press(page.locator("main"), "Solvers", "none");
  await toggle(page.locator("main"), "Solvers", 2, true);
  const line = (await lines(node)).get("lbfgs");
  const { x, y } = line;
  const at = loneliest(line);
  const text = await hover(page, node, x[at], y[at]);
  const want = expected("california", "lbfgs", quickstart.seeds, "loss", "passes", x[at]);
  assert.ok(text.includes(String(want.median)), text);
  assert.ok(text.includes(String(want.ends[0])) && text.includes(String(want.ends[1])), text);
  assert.ok(text.includes("lbfgs"), text);
});

test("seconds cannot be chosen where they say nothing", async () => {
  const page = await open("which_optimizer");
  const { section } = await sectionOf(page, "curves");
  assert.equal(await canChoose(section, "over", "seconds"), false);
  assert.equal(await canChoose(section, "over", "samples"), true);
});

test("every solver has its own style, in the switches, in the data, and as drawn", async () => {
  const page = await open("quickstart", { viewport: { width: 1280, height: 900 }, colorScheme: "light" });
  const { parts } = await inlineData(page);
  const styles = new Map(parts[0].styles.map((style) => [style.label, style]));
  const node = await chart(page, "curves");
  const rgb = (hex) => `rgb(${[1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)).join(", ")})`;
  const drawn = await strokes(node);
  assert.deepEqual(drawn.map(({ name }) => name), quickstart.solvers);
  for (const { name, stroke } of drawn) assert.equal(stroke, rgb(styles.get(name).color), name);
  for (const [name, trace] of await lines(node)) {
    assert.equal(trace.line.dash === "solid", styles.get(name).dash.length === 0, name);
  }
  for (const [index, name] of quickstart.solvers.entries()) {
    const label = page.locator("fieldset.toggles label").filter({ has: page.locator(`input[value="${index}"]`) }).first();
    const swatch = await label.locator(".swatch path").evaluate((path) => getComputedStyle(path).stroke);
    assert.equal(swatch, rgb(styles.get(name).color), name);
  }
  // No two solvers look the same.
  const looks = parts[0].styles.map((style) => `${style.color} ${style.dash}`);
  assert.equal(new Set(looks).size, looks.length);
});

test("thinned traces: the medians of start, of what each target cost, and of the end", async () => {
  const comparison = readComparison("which_optimizer");
  const page = await open("which_optimizer");
  const node = await chart(page, "curves");
  await press(page.locator("main"), "Solvers", "all");
  const drawn = await lines(node);
  const problem = comparison.problems[0];
  for (const solver of ["gd", "lbfgs", "adagrad"]) {
    const runs = comparison.seeds.map((seed) => comparison.find(problem.name, solver, seed));
    const start = middle(runs.map((run) => run.trace.loss[0]));
    const costs = problem.targets.map((loss, level) => [loss, runs.map((run) => run.targets.passes?.[level] ?? Infinity)]);
    costs.push([problem.target_loss, runs.map((run) => run.passes_to_target ?? Infinity)]);
    const known = costs
      .map(([loss, paid]) => [middle(paid), loss])
      .filter(([paid, loss]) => Number.isFinite(paid) && loss < start)
      .sort((a, b) => b[1] - a[1]);
    const end = [middle(runs.map((run) => run.passes)), middle(runs.map((run) => run.trace.loss.at(-1)))];
    const { x, y } = drawn.get(solver);
    assert.deepEqual(x.map((place, i) => [place, y[i]]), [[0, start], ...known, end], solver);
  }
});
