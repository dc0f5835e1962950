// Performance profile, ECDF and learning rates against their definitions.

import assert from "node:assert/strict";
import { test } from "node:test";

import { useBrowser } from "./support/browser.mjs";
import { axes, chart, heightAt, hover, lines, traces } from "./support/charts.mjs";
import { canChoose, choose, press, sectionOf, toggle } from "./support/controls.mjs";
import { ends, middle, paid, readComparison, share } from "./support/records.mjs";

const open = useBrowser();
const quickstart = readComparison("quickstart");
const everything = {
  solvers: quickstart.solvers,
  seeds: quickstart.seeds,
  problems: quickstart.problems.map(({ name }) => name),
  levels: quickstart.target_levels.map((_, level) => level),
  kind: "passes",
};

/** All goals: what each solver paid for them. */
function goals({ solvers, seeds, problems, levels, kind }) {
  return problems.flatMap((problem) =>
    seeds.flatMap((seed) =>
      levels.map((level) => ({
        problem,
        costs: new Map(solvers.map((solver) => [solver, paid(quickstart.find(problem, solver, seed), level, kind) ?? Infinity])),
      })),
    ),
  );
}

/** ρ(τ) by its definition. */
function profileAt(all, solver, factor) {
  return share(all, ({ costs }) => {
    const cost = costs.get(solver);
    return Number.isFinite(cost) && cost <= factor * Math.min(...costs.values()) * (1 + 1e-15);
  });
}

/** The mean over problems of the share of goals reached for at most x. */
function reachedAt(all, solver, x) {
  const problems = [...new Set(all.map(({ problem }) => problem))];
  const shares = problems.map((name) =>
    share(all.filter(({ problem }) => problem === name), ({ costs }) => costs.get(solver) <= x),
  );
  return shares.reduce((sum, part) => sum + part, 0) / shares.length;
}

async function assertBoth(page, chosen) {
  const all = goals({ ...everything, ...chosen });
  const profile = await lines(await chart(page, "performance-profile"));
  const ecdf = await lines(await chart(page, "ecdf"));
  const solvers = chosen.solvers ?? everything.solvers;
  assert.deepEqual([...profile.keys()], solvers);
  assert.deepEqual([...ecdf.keys()], solvers);
  const costs = all.flatMap((goal) => [...goal.costs.values()]).filter(Number.isFinite);
  const [cheapest, dearest] = ends(costs);
  for (const solver of solvers) {
    for (const factor of [1, 1.07, 1.5, 2.3, 5, 1e9]) {
      const found = heightAt(profile.get(solver), factor);
      const want = profileAt(all, solver, factor);
      assert.ok(Math.abs(found - want) < 1e-12, `profile of ${solver} at ${factor}: ${found}, not ${want}`);
    }
    for (const part of [0, 0.01, 0.1, 0.4, 0.8, 1]) {
      const x = cheapest + part * (dearest - cheapest);
      const found = heightAt(ecdf.get(solver), x);
      const want = reachedAt(all, solver, x);
      assert.ok(Math.abs(found - want) < 1e-12, `ECDF of ${solver} at ${x}: ${found}, not ${want}`);
    }
  }
}

test("both by their definitions, in every cost", async () => {
  const page = await open("quickstart");
  const { section } = await sectionOf(page, "performance-profile");
  for (const kind of ["passes", "samples", "seconds"]) {
    await choose(section, "Cost in", kind);
    await assertBoth(page, { kind });
  }
});

test("they follow solvers, seeds, problems and levels", async () => {
  const page = await open("quickstart");
  const main = page.locator("main");
  const { section } = await sectionOf(page, "performance-profile");
  // Without the best solver the others are measured by the best of them.
  await toggle(main, "Solvers", 2, false);
  const solvers = quickstart.solvers.filter((name) => name !== "lbfgs");
  await assertBoth(page, { solvers });
  await toggle(main, "Seeds", 0, false);
  await assertBoth(page, { solvers, seeds: [1, 2] });
  await choose(main, "Problem", 1);
  await choose(section, "Goals of", "one");
  await assertBoth(page, { solvers, seeds: [1, 2], problems: ["spam"] });
  await press(section, "Left undone", "none");
  await toggle(section, "Left undone", 1, true);
  await assertBoth(page, { solvers, seeds: [1, 2], problems: ["spam"], levels: [1] });
  await press(section, "Left undone", "none");
  assert.equal((await traces(await chart(page, "ecdf"))).length, 0);
});

test("their axes", async () => {
  const page = await open("quickstart");
  const profile = await axes(await chart(page, "performance-profile"));
  assert.equal(profile.x.type, "log");
  assert.ok(Math.abs(profile.x.range[0]) < 0.2, "it begins at 1");
  assert.ok(profile.y.range[0] <= 0 && profile.y.range[1] >= 1);
});

test("resting on a step shows its height", async () => {
  const page = await open("quickstart");
  const node = await chart(page, "ecdf");
  await press(page.locator("main"), "Solvers", "none");
  await toggle(page.locator("main"), "Solvers", 2, true);
  const { x, y } = (await lines(node)).get("lbfgs");
  const at = Math.floor(x.length / 2);
  const text = await hover(page, node, x[at], y[at]);
  assert.ok(text.includes(`${(100 * y[at]).toFixed(2)} %`), text);
});

test("seconds only where they were measured", async () => {
  const page = await open("which_optimizer");
  const { section } = await sectionOf(page, "performance-profile");
  assert.equal(await canChoose(section, "Cost in", "seconds"), false);
});

test("learning rates: medians and bands of the lowest losses", async () => {
  const rates = readComparison("learning_rate", "rates");
  const page = await open("learning_rate");
  const id = await page.locator("section.part", { has: page.getByRole("heading", { level: 2, name: /: rates$/ }) }).getAttribute("id");
  const solvers = page.locator(`#${id}`);
  await press(solvers, "Solvers", "all");
  const node = await chart(page, "learning-rate", `#${id}`);
  const drawn = await lines(node);
  const method = "gd";
  const labels = rates.solvers.filter((label) => label.startsWith(`${method} `));
  const trace = drawn.get([...drawn.keys()].find((name) => name.split(" ")[0] === method));
  const want = labels.flatMap((label) => {
    const losses = rates.runs.filter((run) => run.solver === label).map((run) => {
      const failed = ["non-finite", "unsupported"].includes(run.status) || run.trace.loss.at(-1) > run.trace.loss[0];
      return failed ? Infinity : run.loss;
    });
    const median = middle(losses);
    return Number.isFinite(median) ? [[Number(label.split(" ")[1]), median]] : [];
  });
  assert.ok(want.length >= 10);
  assert.deepEqual(trace.y, want.map(([, loss]) => loss));
  trace.x.forEach((rate, i) => assert.ok(Math.abs(rate / want[i][0] - 1) < 0.01, `${rate} is not ${want[i][0]}`));
  assert.equal((await axes(node)).x.type, "log");
});
