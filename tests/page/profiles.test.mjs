// Performance profile, ECDF and learning rates against their definitions.

import assert from "node:assert/strict";
import { test } from "node:test";

import { useBrowser } from "./support/browser.mjs";
import { axes, chart, heightAt, hover, lines, traces } from "./support/charts.mjs";
import { canChoose, choose, column, press, sectionOf, toggle } from "./support/controls.mjs";
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
  // Without goals there are words instead of empty charts.
  await press(section, "Left undone", "none");
  const words = section.getByText("There is no goal for which");
  assert.ok(await words.isVisible());
  assert.equal(await section.locator('[data-chart="ecdf"]').isVisible(), false);
  await toggle(section, "Left undone", 1, true);
  assert.equal(await words.isVisible(), false);
  await assertBoth(page, { solvers, seeds: [1, 2], problems: ["spam"], levels: [1] });
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

test("wins: the share of goals reached for less", async () => {
  const page = await open("quickstart");
  const [drawn] = await traces(await chart(page, "wins"));
  const all = goals(everything);
  quickstart.solvers.forEach((a, row) =>
    quickstart.solvers.forEach((b, at) => {
      if (a === b) return assert.equal(drawn.z[row][at], null);
      const want = share(all, ({ costs }) => costs.get(a) < costs.get(b));
      assert.ok(Math.abs(drawn.z[row][at] - want) < 1e-12, `${a} against ${b}`);
    }),
  );
  assert.deepEqual(drawn.y, quickstart.solvers);
});

test("mean ranks, the best first", async () => {
  const page = await open("quickstart");
  const all = goals(everything);
  // The mean over problems; all have as many goals, so over goals. Equals share their places.
  const rank = (costs, solver) => {
    const values = [...costs.values()];
    const [less, same] = [(x) => x < costs.get(solver), (x) => x === costs.get(solver)];
    return values.filter(less).length + (values.filter(same).length + 1) / 2;
  };
  const mean = (solver) => all.reduce((sum, { costs }) => sum + rank(costs, solver), 0) / all.length;
  const want = quickstart.solvers.map((solver) => [solver, mean(solver)]).sort((a, b) => a[1] - b[1]);
  const table = page.locator('[data-table="ranks"]');
  const [solvers, ranks, low, high] = await Promise.all(
    ["solver", "mean rank", "95 % interval from", "to"].map((title) => column(table, title)),
  );
  assert.deepEqual(solvers.map(({ text }) => text), want.map(([solver]) => solver));
  assert.deepEqual(ranks.map(({ text }) => text), want.map(([, value]) => value.toFixed(2)));
  ranks.forEach(({ text }, i) => assert.ok(Number(low[i].text) <= Number(text) && Number(text) <= Number(high[i].text)));
});

test("learning rates: medians, bands and divergence of the lowest losses", async () => {
  const rates = readComparison("rates");
  const page = await open("rates");
  const node = await chart(page, "learning-rate");
  const drawn = await traces(node);
  const middleOf = drawn.findIndex(({ name }) => name === "gd");
  const [low, high, median] = [drawn[middleOf - 2], drawn[middleOf - 1], drawn[middleOf]];
  const crosses = drawn.find(({ name }) => name === "gd diverged");
  const lost = [];
  for (const solver of rates.solvers) {
    const rate = Number(solver.split("=")[1] ?? 0.5);
    const losses = rates.runs.filter((run) => run.solver === solver).map((run) => {
      const failed = run.status === "non-finite" || run.trace.loss.at(-1) > run.trace.loss[0];
      return failed ? Infinity : run.loss;
    });
    const at = median.x.indexOf(rate);
    const want = middle(losses);
    if (!Number.isFinite(want)) {
      lost.push(rate);
      assert.equal(at, -1);
      continue;
    }
    assert.equal(median.y[at], want, solver);
    assert.equal(low.y[at], ends(losses)[0]);
    if (Number.isFinite(ends(losses)[1])) assert.equal(high.y[at], ends(losses)[1]);
  }
  assert.deepEqual(crosses.x, lost);
  assert.ok(lost.length > 0 && median.x.length >= 3);
  assert.equal((await axes(node)).x.type, "log");
  const { section } = await sectionOf(page, "learning-rate");
  await choose(section, "Vertical", "linear");
  assert.equal((await axes(node)).y.type, "linear");
});
