// Results as they may be too: strange names, nothing reached, everything diverged, cut short.

import assert from "node:assert/strict";
import { test } from "node:test";

import { useBrowser } from "./support/browser.mjs";
import { axes, chart, hover, lines, loneliest, traces } from "./support/charts.mjs";
import { choose, column, press, toggle } from "./support/controls.mjs";
import { ODD_LABELS } from "./support/odd_folders.mjs";
import { middle, readComparison, readJson, valueAt } from "./support/records.mjs";

const open = useBrowser();

/** A name as it is given to plotly, which reads some markup and templates. */
const escaped = (label) => label.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll("%{", "&#37;{");

/** A part of the page of odd results. */
async function placeOf(folder) {
  const page = await open("odd");
  const heading = page.getByRole("heading", { level: 2, name: new RegExp(`: ${folder}$`) });
  const id = await page.locator("section.part", { has: heading }).getAttribute("id");
  return { page, id, part: page.locator(`#${id}`) };
}

/** The same of a comparison, with its records. */
async function openPart(folder) {
  return { ...(await placeOf(folder)), records: readComparison("odd", folder) };
}

test("names are text wherever they stand, and nothing else", async () => {
  const { page, id, part } = await openPart("odd_labels");
  const node = await chart(page, "curves", `#${id}`);
  assert.deepEqual([...(await lines(node)).keys()], ODD_LABELS.map(escaped));
  const table = part.locator('[data-table="summary"]');
  assert.deepEqual((await column(table, "solver")).map(({ text }) => text), ODD_LABELS);
  assert.equal(await page.locator("main img, main script").count(), 0);
  const shown = await part.locator("fieldset.toggles label").allTextContents();
  for (const label of ODD_LABELS) assert.ok(shown.includes(label), label);
});

test("names on a line of weights are text too", async () => {
  const { page, id } = await placeOf("odd_landscape");
  const labels = ODD_LABELS.slice(0, 2).map(escaped);
  for (const name of ["line", "hidden"]) {
    const names = [...(await lines(await chart(page, name, `#${id}`))).keys()];
    assert.deepEqual(names.filter((found) => labels.includes(found)), labels, name);
  }
  assert.equal(await page.locator("main img, main script").count(), 0);
});

test("points are copied with the names as they are", async () => {
  const { page, id } = await openPart("odd_labels");
  const node = await chart(page, "curves", `#${id}`);
  const copied = await node.evaluate(async (plot) => {
    let text = null;
    navigator.clipboard.writeText = async (written) => (text = written);
    [...plot.nextElementSibling.querySelectorAll("button")].at(-1).click();
    await new Promise((done) => setTimeout(done, 50));
    return text;
  });
  assert.ok(copied.startsWith("series,x,y\n"));
  for (const label of ODD_LABELS) {
    const quoted = /[",]/.test(label) ? `"${label.replaceAll('"', '""')}"` : label;
    assert.ok(copied.includes(`\n${quoted},`), `${label} in ${copied.slice(0, 300)}`);
  }
});

test("resting on a curve shows its name as it is", async () => {
  const { page, id, part } = await openPart("odd_labels");
  const node = await chart(page, "curves", `#${id}`);
  await press(part, "Solvers", "none");
  for (const [index, label] of ODD_LABELS.entries()) {
    await toggle(part, "Solvers", index, true);
    const line = (await lines(node)).get(escaped(label));
    const at = loneliest(line);
    const text = await hover(page, node, line.x[at], line.y[at]);
    const plain = (words) => words.replaceAll(/\s/g, "");
    assert.ok(plain(text).startsWith(plain(label)), `${text} is not of ${label}`);
    await toggle(part, "Solvers", index, false);
  }
});

test("one seed has no band, and its curve is the run", async () => {
  const { page, id, records } = await openPart("one_seed");
  const node = await chart(page, "curves", `#${id}`);
  const drawn = await traces(node);
  assert.deepEqual(drawn.map(({ name }) => name), records.solvers);
  const run = records.find("california", "cg", 1);
  assert.deepEqual(drawn[1].y.slice(0, 40), run.trace.loss);
});

test("where all runs diverged there is no median, but crosses and their runs", async () => {
  const { page, id, part, records } = await openPart("all_diverged");
  const node = await chart(page, "curves", `#${id}`);
  const drawn = await traces(node);
  for (const solver of records.solvers) {
    const cross = drawn.find(({ name }) => name === `${solver} diverged`);
    assert.equal(cross.x.length, records.seeds.length);
  }
  const { y } = await axes(node);
  const starts = records.runs.filter((run) => run.problem === "california").map((run) => run.trace.loss[0]);
  // What grows without limit does not make the rest invisible.
  assert.ok(y.range[1] <= Math.log10(Math.max(...starts)) + 1.01, `${y.range}`);
  assert.ok(y.range[0] <= Math.log10(Math.min(...starts)));
  const table = part.locator('[data-table="summary"]');
  assert.equal(await table.locator(".best").count(), 0, "nobody is the best");
  const reached = (await column(table, "passes to target")).map(({ text }) => text);
  assert.ok(reached.every((text) => text.startsWith("not reached")), reached.join());
});

test("a solver that diverged does not spoil the others", async () => {
  const { page, id, records } = await openPart("one_diverged");
  const node = await chart(page, "curves", `#${id}`);
  const drawn = await lines(node);
  const want = middle(records.seeds.map((seed) => valueAt(records.find("california", "lbfgs", seed), "loss", "passes", 30)));
  const line = drawn.get("lbfgs");
  assert.equal(line.y[line.x.findLastIndex((x) => x <= 30)], want);
  const { y } = await axes(node);
  assert.ok(y.range[1] < 3, `${y.range}`);
});

test("where nothing was supported every run stands in the table with the reason", async () => {
  const { page, id, part, records } = await openPart("nothing_supported");
  const node = await chart(page, "curves", `#${id}`);
  assert.equal((await lines(node)).size, 0);
  await part.getByText("Every run, with its status").click();
  const messages = await column(part.locator('[data-table="runs"]'), "message");
  assert.equal(messages.length, records.runs.filter((run) => run.problem === "california").length);
  assert.ok(messages.every(({ text }) => text === `it has <no> use for "this"`));
});

test("a solver that declined has no value and no dot, though its record has the start's loss", async () => {
  const { page, id, part, records } = await openPart("one_declined");
  assert.ok(records.find("california", "cg", 0).loss > 0);
  const node = await chart(page, "results", `#${id}`);
  await choose(part.locator(`#${id}-seeds`), "Shown", "loss");
  const dots = (await traces(node)).map(({ x }) => x.length);
  assert.deepEqual(dots, [records.seeds.length, 0, records.seeds.length]);
  await part.getByText("Every run, with its status").click();
  const table = part.locator('[data-table="runs"]');
  const statuses = await column(table, "status");
  for (const title of ["training loss", "gradient norm"]) {
    const texts = (await column(table, title)).map(({ text }) => text);
    assert.deepEqual(texts.map((text) => text === "–"), statuses.map(({ text }) => text === "unsupported"), title);
  }
});

test("targets that nobody reached: flat profiles at zero, no cost", async () => {
  const { page, id, part, records } = await openPart("nothing_reached");
  for (const name of ["performance-profile", "ecdf"]) {
    const node = await chart(page, name, `#${id}`);
    const drawn = await lines(node);
    assert.deepEqual([...drawn.keys()], records.solvers);
    for (const { x, y } of drawn.values()) {
      assert.ok(y.every((share) => share === 0));
      assert.ok(x.every((place) => Number.isFinite(place) && place < 1e6), x.join());
    }
  }
  const texts = (await column(part.locator('[data-table="summary"]'), "passes to target")).map(({ text }) => text);
  assert.ok(texts.every((text) => text.startsWith("not reached")), texts.join());
});

test("losses of any size and sign are drawn on either scale", async () => {
  const { page, id, part } = await openPart("extreme");
  const node = await chart(page, "curves", `#${id}`);
  for (const scale of ["log", "linear"]) {
    await choose(part, "Vertical", scale);
    const { y } = await axes(node);
    assert.ok(y.range.every(Number.isFinite), `${y.range}`);
  }
  assert.ok((await traces(node)).length > 0);
});

test("an interrupted comparison says so, and leaves out what has no counterpart", async () => {
  const { page, id, part, records } = await openPart("interrupted");
  const whole = records.runs.filter((run) => run.status !== "interrupted").length;
  const all = records.problems.length * records.solvers.length * records.seeds.length;
  await part.getByText(`${whole} of ${all} runs`).waitFor();
  // Only at the first seed do all solvers have a finished run.
  const node = await chart(page, "ecdf", `#${id}`);
  const goals = records.find("california", "gd", 0).targets.loss.length;
  for (const { y } of (await lines(node)).values()) {
    assert.ok(y.every((share) => Math.abs(share * goals - Math.round(share * goals)) < 1e-9));
  }
  // The other problem has no runs at all.
  await choose(part, "Problem", 1);
  assert.equal((await traces(await chart(page, "curves", `#${id}`))).length, 0);
  assert.equal(await part.locator('[data-table="summary"] tbody tr').count(), 0);
});

test("results without specification and environment have the commands that need neither", async () => {
  const { part } = await openPart("one_solver");
  const commands = await part.locator(".command code").allTextContents();
  assert.ok(commands.some((text) => text.startsWith("losslab report ")));
  assert.ok(!commands.some((text) => text.includes("--spec")));
});

test("what an experiment made is made again by the experiment", async () => {
  const page = await open("edge_of_stability");
  const commands = await page.locator(".command code").allTextContents();
  assert.ok(commands.includes("cargo run --release --example edge_of_stability"), commands.join("\n"));
});

test("what verify does not know is run again by the command that made it, with all its flags", async () => {
  const page = await open("line");
  const commands = await page.locator(".command code").allTextContents();
  // The specification of a landscape does not say that it is a line.
  const made = readJson("line", "environment.json").command.join(" ");
  assert.ok(made.includes(" --line "), made);
  assert.ok(commands.includes(made), commands.join("\n"));
  assert.ok(!commands.some((text) => text.includes("--spec")), commands.join("\n"));
  assert.ok(!commands.some((text) => text.startsWith("losslab verify")));
});

test("the band of costs counts a miss as infinite, and is empty where nobody got there", async () => {
  const bands = async (folder) => {
    const { part } = await openPart(folder);
    return part.locator('[data-table="summary"] tbody small').allTextContents();
  };
  const [gd, cg] = await bands("one_diverged");
  assert.match(gd, /^ \(.+–.+\)$/);
  assert.equal(cg, "");
  assert.deepEqual(await bands("nothing_reached"), ["", "", ""]);
  const page = await open("which_optimizer");
  await press(page.locator("main"), "Solvers", "all");
  const texts = await page.locator('[data-table="summary"] tbody small').allTextContents();
  assert.ok(texts.some((text) => text.endsWith("–∞)")), texts.join());
});

test("a folder with blanks in its name stands in quotes in the commands", async () => {
  const page = await open("many_parts");
  const commands = await page.locator("#part-1 .command code").allTextContents();
  assert.ok(commands.includes("losslab verify 'many_parts/part 0'"), commands.join("\n"));
});

test("thirty-one solvers: the first view is readable, all can be shown", async () => {
  const { solvers } = readComparison("which_optimizer");
  const page = await open("which_optimizer");
  const node = await chart(page, "curves");
  assert.ok((await lines(node)).size <= 13);
  await press(page.locator("main"), "Solvers", "all");
  assert.deepEqual([...(await lines(node)).keys()], solvers);
});

test("twenty parts each have their own switches", async () => {
  const page = await open("many_parts");
  await toggle(page.locator("#part-3"), "Solvers", 0, false);
  assert.ok(!(await lines(await chart(page, "curves", "#part-3"))).has("gd"));
  assert.ok((await lines(await chart(page, "curves", "#part-4"))).has("gd"));
});
