// Tables: numbers, sorting, statuses, and what stands beside them.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { DESKTOP, useBrowser } from "./support/browser.mjs";
import { choose, column, press, toggle } from "./support/controls.mjs";
import { middle, pages, readComparison, readJson } from "./support/records.mjs";

const open = useBrowser();
const quickstart = readComparison("quickstart");

/** The median over seeds of something about the runs of a solver; a miss is infinite. */
const medianOf = (problem, solver, value, seeds = quickstart.seeds) =>
  middle(seeds.map((seed) => value(quickstart.find(problem, solver, seed)) ?? Infinity));

const numbers = async (table, title) => (await column(table, title)).map(({ exact }) => Number(exact));
const names = async (table) => (await column(table, "solver")).map(({ text }) => text);

/** What the test metric of a problem is called. */
const metricName = ({ metric, metric_unit: unit }) => (metric === "rmse" ? `test RMSE (${unit})` : "test accuracy");

/** The state of every head, for who hears the page. */
const states = (table) =>
  table.locator("thead th").evaluateAll((heads) => heads.map((head) => head.getAttribute("aria-sort")));

test("the summary holds medians over the seeds", async () => {
  const page = await open("quickstart");
  const table = page.locator('[data-table="summary"]');
  const values = (problem) => ({
    "training loss": (run) => run.loss,
    [metricName(problem)]: (run) => run.test_metric,
    "passes to target": (run) => run.passes_to_target,
    iterations: (run) => run.iterations,
    "time to target": (run) => run.timing.seconds_to_target,
    time: (run) => run.timing.seconds,
  });
  for (const [index, problem] of quickstart.problems.entries()) {
    const { name } = problem;
    await choose(page.locator("main"), "Problem", index);
    assert.deepEqual(await names(table), quickstart.solvers);
    for (const [title, value] of Object.entries(values(problem))) {
      const want = quickstart.solvers.map((solver) => medianOf(name, solver, value));
      assert.deepEqual(await numbers(table, title), want, `${title} on ${name}`);
    }
  }
});

test("the best of a column is bold", async () => {
  const page = await open("quickstart");
  const bold = async (title) => {
    const index = await page.locator('[data-table="summary"] thead th').evaluateAll(
      (heads, wanted) => heads.findIndex((head) => head.textContent.trim() === wanted),
      title,
    );
    return page.locator(`[data-table="summary"] tbody tr:has(> :nth-child(${index + 1}) .best) th`).allTextContents();
  };
  const least = (value) => {
    const all = quickstart.solvers.map((solver) => [medianOf("digits", solver, value), solver]);
    const best = Math.min(...all.map(([found]) => found));
    return all.filter(([found]) => found === best).map(([, solver]) => solver);
  };
  await choose(page.locator("main"), "Problem", 2);
  assert.deepEqual(await bold("training loss"), least((run) => run.loss));
  // The best accuracy is the highest.
  assert.deepEqual(await bold("test accuracy"), least((run) => -run.test_metric));
});

test("the summary follows seeds and solvers", async () => {
  const page = await open("quickstart");
  const table = page.locator('[data-table="summary"]');
  await toggle(page.locator("main"), "Seeds", 0, false);
  await toggle(page.locator("main"), "Solvers", 0, false);
  const solvers = quickstart.solvers.slice(1);
  assert.deepEqual(await names(table), solvers);
  const want = solvers.map((solver) => medianOf("california", solver, (run) => run.loss, [1, 2]));
  assert.deepEqual(await numbers(table, "training loss"), want);
});

test("what is missing comes last in either direction", async () => {
  const page = await open("which_optimizer");
  const comparison = readComparison("which_optimizer");
  await press(page.locator("main"), "Solvers", "all");
  await page.getByText("Every run, with its status").click();
  const table = page.locator('[data-table="runs"]');
  const head = table.getByRole("button", { name: "passes to target" });
  const missing = comparison.runs.filter((run) => run.problem === "california" && run.passes_to_target === null);
  assert.ok(missing.length > 0);
  for (const _ of ["ascending", "descending"]) {
    await head.click();
    const texts = (await column(table, "passes to target")).map(({ text }) => text);
    const first = texts.indexOf("–");
    assert.ok(first > 0);
    assert.ok(texts.slice(first).every((text) => text === "–"));
  }
});

test("every run stands there with its status and exact numbers", async () => {
  const page = await open("quickstart");
  await page.getByText("Every run, with its status").click();
  const table = page.locator('[data-table="runs"]');
  const runs = quickstart.runs.filter((run) => run.problem === "california");
  assert.deepEqual((await column(table, "status")).map(({ text }) => text), runs.map((run) => run.status));
  assert.deepEqual(await numbers(table, "seed"), runs.map((run) => run.seed));
  assert.deepEqual(await numbers(table, "training loss"), runs.map((run) => run.loss));
  assert.deepEqual(await numbers(table, "gradient norm"), runs.map((run) => run.gradient_norm));
  const asked = runs.map(({ requested: r }) => r.value + r.fused);
  assert.deepEqual(await numbers(table, "losses"), asked);
});

test("a solver that declined a problem is a row with its reason", async () => {
  const comparison = readComparison("which_optimizer");
  const declined = comparison.runs.find((run) => run.status === "unsupported");
  const page = await open("which_optimizer");
  const main = page.locator("main");
  await choose(main, "Problem", comparison.problems.findIndex(({ name }) => name === declined.problem));
  await press(main, "Solvers", "all");
  await page.getByText("Every run, with its status").click();
  const table = page.locator('[data-table="runs"]');
  const at = (await column(table, "status")).findIndex(({ text }) => text === "unsupported");
  assert.ok(at >= 0);
  assert.ok((await column(table, "message"))[at].text.length > 10);
  assert.equal((await column(table, "iterations"))[at].text, "0");
  // Medians are of runs that ran.
  const summary = page.locator('[data-table="summary"]');
  const row = (await names(summary)).indexOf(declined.solver);
  assert.equal((await column(summary, "training loss"))[row].text, "–");
});

/** What a button of the summary's table copies. */
const copiedBy = (page, button) =>
  page.evaluate(async (wanted) => {
    let text = null;
    navigator.clipboard.writeText = async (written) => (text = written);
    const table = document.querySelector('[data-table="summary"]').closest(".scroll");
    [...table.parentElement.querySelectorAll("button")].find((b) => b.textContent === wanted).click();
    await new Promise((done) => setTimeout(done, 50));
    return text;
  }, button);

test("tables can be copied", async () => {
  const page = await open("quickstart");
  const copied = await copiedBy(page, "Copy as CSV");
  const [head, ...rows] = copied.trim().split("\n");
  assert.ok(head.startsWith("solver,how runs ended,training loss"));
  assert.equal(rows.length, quickstart.solvers.length);
  assert.ok(rows[2].startsWith("lbfgs,"));
  assert.ok(rows[2].includes(String(medianOf("california", "lbfgs", (run) => run.loss))));
});

test("tables can be copied for papers", async () => {
  const page = await open("quickstart");
  await choose(page.locator("main"), "Problem", 1);
  const latex = (await copiedBy(page, "Copy as LaTeX")).split("\n");
  assert.deepEqual(latex.slice(0, 2), ["\\begin{tabular}{llrrrrrrr}", "\\toprule"]);
  const rows = latex.slice(4, 4 + quickstart.solvers.length);
  // A percent sign would begin a comment.
  assert.ok(rows.every((row) => row.split(" & ").length === 9 && row.endsWith("\\\\") && row.includes(" \\%")), rows[0]);
  const markdown = (await copiedBy(page, "Copy as Markdown")).split("\n");
  assert.ok(markdown[2 + 2].startsWith("| lbfgs | "), markdown[4]);
});

test("paper gets every chart", async () => {
  const page = await open("quickstart", DESKTOP, { fresh: true });
  await page.pdf();
  const charts = await page.locator(".chart").count();
  assert.ok(charts >= 5);
  assert.equal(await page.locator(".chart .plotly").count(), charts);
  const widest = (event) =>
    page.evaluate(async (name) => {
      window.dispatchEvent(new Event(name));
      await new Promise((done) => setTimeout(done, 500));
      return Math.max(...[...document.querySelectorAll(".chart .main-svg")].map((svg) => svg.clientWidth));
    }, event);
  // A4 has room for some 700 pixels.
  assert.ok((await widest("beforeprint")) <= 700);
  assert.ok((await widest("afterprint")) > 1000, "back on the screen");
});

test("specification, environment, and the commands", async () => {
  const page = await open("quickstart");
  await page.getByText("spec.toml: everything").click();
  const spec = readFileSync(join(pages, "quickstart", "spec.toml"), "utf8");
  assert.equal(await page.locator("pre", { hasText: "[[problem]]" }).textContent(), spec);
  await page.getByText("environment.json", { exact: true }).click();
  const shown = await page.locator("pre", { hasText: "rustc" }).textContent();
  assert.deepEqual(JSON.parse(shown), readJson("quickstart", "environment.json"));
  const commands = await page.locator(".command code").allTextContents();
  for (const words of ["losslab verify quickstart", "losslab report quickstart --html"]) {
    assert.ok(commands.includes(words), commands.join("\n"));
  }
  assert.ok(commands.some((text) => text.startsWith("losslab compare --spec quickstart/spec.toml")));
});

test("a table of one's own: two solvers, two seeds", async () => {
  const own = readComparison("own_table");
  const page = await open("own_table");
  const table = page.locator('[data-table="summary"]');
  assert.deepEqual(await names(table), ["lbfgs", "adam"]);
  const want = own.solvers.map((solver) => middle(own.runs.filter((run) => run.solver === solver).map((run) => run.loss)));
  assert.deepEqual(await numbers(table, "training loss"), want);
});

test("heads sort both ways and say so", async () => {
  const page = await open("quickstart", DESKTOP, { fresh: true });
  const table = page.locator('[data-table="summary"]');
  const head = table.getByRole("button", { name: "training loss" });
  const given = await numbers(table, "training loss");
  const rising = [...given].sort((a, b) => a - b);
  assert.notDeepEqual(given, rising, "they were not in order before");
  await head.click();
  assert.deepEqual(await numbers(table, "training loss"), rising);
  assert.deepEqual((await states(table)).filter((state) => state !== "none"), ["ascending"]);
  await head.click();
  assert.deepEqual(await numbers(table, "training loss"), [...rising].reverse());
  assert.deepEqual((await states(table)).filter((state) => state !== "none"), ["descending"]);
  await table.getByRole("button", { name: "solver" }).click();
  assert.deepEqual(await names(table), [...quickstart.solvers].sort());
  // The order stays when the rows change.
  await choose(page.locator("main"), "Problem", 1);
  assert.deepEqual(await names(table), [...quickstart.solvers].sort());
});
