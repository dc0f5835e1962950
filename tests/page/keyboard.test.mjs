// With the keyboard alone: everything is reached, in sight, marked, and does what it says.

import assert from "node:assert/strict";
import { test } from "node:test";

import axe from "axe-core";

import { DESKTOP, useBrowser } from "./support/browser.mjs";
import { chart, lines } from "./support/charts.mjs";
import { readComparison } from "./support/records.mjs";
import { drawAll } from "./support/whole.mjs";

const open = useBrowser();

/** What has the focus, and how that is shown. */
const focused = (page) =>
  page.evaluate(() => {
    const node = document.activeElement;
    const { outlineStyle, outlineWidth } = getComputedStyle(node);
    const box = node.getBoundingClientRect();
    node.dataset.reached = "yes";
    return {
      what: `${node.localName}${node.type ? `[${node.type}]` : ""} ${node.textContent.trim().slice(0, 40)}`,
      body: node === document.body,
      marked: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2,
      inSight: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    };
  });

/** Things to operate that Tab never came to; of radio buttons one in a group is enough. */
const missed = (page) =>
  page.evaluate(() => {
    const all = [...document.querySelectorAll("a[href], button, input, summary, select, [tabindex='0']")];
    const groups = new Set(all.filter((n) => n.type === "radio" && n.dataset.reached).map((n) => n.name));
    return all
      .filter((node) => node.checkVisibility() && !node.disabled && !node.dataset.reached && !groups.has(node.name))
      .map((node) => `${node.localName} ${node.textContent.trim() || node.getAttribute("aria-label") || node.value}`);
  });

async function tabThrough(page) {
  for (let i = 0; i < 600; i += 1) {
    await page.keyboard.press("Tab");
    const now = await focused(page);
    if (now.body) return;
    assert.ok(now.marked, `the focus cannot be seen on: ${now.what}`);
    assert.ok(now.inSight, `the focus is out of sight on: ${now.what}`);
  }
}

/** Presses Tab until a control with this name has the focus. */
async function tabTo(page, matches) {
  for (let i = 0; i < 600; i += 1) {
    await page.keyboard.press("Tab");
    if (await page.evaluate(matches)) return;
  }
  assert.fail("Tab never came there");
}

for (const name of ["quickstart", "landscape_paths", "tuning"]) {
  test(`Tab comes to everything on ${name}, always marked and in sight`, async () => {
    const page = await open(name, DESKTOP, { fresh: true });
    await drawAll(page);
    await tabThrough(page);
    assert.deepEqual(await missed(page), []);
  });
}

test("the first stop skips to the results", async () => {
  const page = await open("quickstart", DESKTOP, { fresh: true });
  await page.keyboard.press("Tab");
  assert.match((await focused(page)).what, /Skip to the results/);
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "content");
});

test("space switches a solver, arrows choose an axis, Enter sorts", async () => {
  const page = await open("quickstart", DESKTOP, { fresh: true });
  await tabTo(page, () => document.activeElement.type === "checkbox" && document.activeElement.closest("label").textContent.trim() === "lbfgs");
  await page.keyboard.press("Space");
  await tabTo(page, () => document.activeElement.type === "radio" && document.activeElement.value === "passes");
  await page.keyboard.press("ArrowRight");
  const node = await chart(page, "curves");
  const drawn = await lines(node);
  assert.ok(!drawn.has("lbfgs") && drawn.has("gd"));
  assert.equal(await node.evaluate((element) => element._fullLayout.xaxis.title.text), "samples read");

  await page.evaluate(() => document.querySelector('[data-table="summary"] thead button').focus());
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  const states = await page.locator('[data-table="summary"] th[aria-sort]').evaluateAll((heads) => heads.map((h) => h.ariaSort));
  assert.equal(states[2], "ascending");
});

test("O leaves only one solver", async () => {
  const page = await open("quickstart");
  await tabTo(page, () => document.activeElement.type === "checkbox" && document.activeElement.closest("label").textContent.trim() === "cg");
  await page.keyboard.press("o");
  assert.deepEqual([...(await lines(await chart(page, "curves"))).keys()], ["cg"]);
});

test("double clicks leave only one solver, and the search finds some", async () => {
  const page = await open("which_optimizer");
  await page.locator("label", { hasText: /^hessian-free$/ }).dblclick();
  assert.deepEqual([...(await lines(await chart(page, "curves"))).keys()], ["hessian-free"]);
  await page.getByLabel("Solvers: find").fill("TUNED");
  await page.getByRole("button", { name: "Solvers: none" }).click();
  await page.getByRole("button", { name: "Solvers: all" }).click();
  const found = [...(await lines(await chart(page, "curves"))).keys()];
  const { solvers } = readComparison("which_optimizer");
  // What was on and is not found stays as it was.
  assert.deepEqual(found, solvers.filter((name) => name === "hessian-free" || name.includes("tuned")));
  assert.equal(await page.locator("label", { hasText: /^gd$/ }).isVisible(), false);
});

for (const name of ["quickstart", "landscape_paths", "mode_connectivity", "tuning"]) {
  test(`axe finds nothing serious on ${name}, and charts say what they are`, async () => {
    const page = await open(name, { ...DESKTOP, colorScheme: "light" });
    await drawAll(page);
    const labels = await page.locator("[data-chart]").evaluateAll((nodes) => nodes.map((node) => node.ariaLabel));
    assert.ok(labels.every((label) => label.length > 10), labels.join());
    await page.evaluate(axe.source);
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      const { violations } = await page.evaluate(() => window.axe.run({ exclude: [".js-plotly-plot .plot-container"] }));
      const serious = violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
      const found = serious.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join(" | ")}`);
      assert.deepEqual(found, [], colorScheme);
    }
  });
}
