// The address keeps what is switched on.

import assert from "node:assert/strict";
import { test } from "node:test";

import { DESKTOP, pageUrl, useBrowser } from "./support/browser.mjs";
import { axes, chart, lines } from "./support/charts.mjs";
import { choose, press, sectionOf, toggle } from "./support/controls.mjs";

const open = useBrowser();

/** Opens the same page at another address, as from a bookmark. */
async function visit(page, name, hash) {
  await page.goto("about:blank");
  await page.goto(pageUrl(name) + hash);
  await page.waitForFunction(() => document.documentElement.dataset.ready === "yes");
}

test("a view can be passed on", async () => {
  const page = await open("quickstart", DESKTOP, { fresh: true });
  const main = page.locator("main");
  const { section } = await sectionOf(page, "curves");
  await choose(main, "Problem", 2);
  await press(main, "Solvers", "none");
  await toggle(main, "Solvers", 3, true);
  await choose(section, "over", "samples");
  await choose(section, "Vertical", "linear");
  await choose(page, "Colours", "dark");
  await page.waitForFunction(() => location.hash.includes("dark"));
  const { hash } = new URL(page.url());

  await visit(page, "quickstart", hash);
  const node = await chart(page, "curves");
  assert.deepEqual([...(await lines(node)).keys()], ["trust-region"]);
  const { x, y } = await axes(node);
  assert.deepEqual([x.title, y.type], ["samples read", "linear"]);
  assert.equal(await page.getByRole("group", { name: "Problem" }).locator("input:checked").getAttribute("value"), "2");
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark");
});

test("contents lead to their sections and lose no view", async () => {
  const page = await open("quickstart", DESKTOP, { fresh: true });
  const { section } = await sectionOf(page, "curves");
  await choose(section, "over", "iteration");
  await page.waitForFunction(() => location.hash.includes("iteration"));
  await page.getByRole("navigation").getByRole("link", { name: "Over all goals" }).click();
  await page.waitForFunction(() => location.hash.includes("goals") && location.hash.includes("iteration"));
  const top = await page.locator("#part-1-goals").evaluate((node) => node.getBoundingClientRect().top);
  assert.ok(top >= -5 && top < 400, `${top}`);
});

test("an address that means nothing does no harm", async () => {
  const page = await open("own_table", DESKTOP, { fresh: true });
  for (const hash of ["#%", "#nowhere", "#~1.solvers=99.x&1.curves.across=furlongs&=&1.problem=<b>", "#part-1-curves~"]) {
    await visit(page, "own_table", hash);
    const node = await chart(page, "curves");
    assert.ok((await axes(node)).x.title.length > 0, hash);
  }
});

test("a problem's name may be anything", async () => {
  const page = await open("odd", DESKTOP, { fresh: true });
  const part = page.locator("section.part", { has: page.getByRole("heading", { level: 2, name: /odd_labels/ }) });
  await choose(part, "Problem", 1);
  await page.waitForFunction(() => location.hash.includes("problem"));
  const { hash } = new URL(page.url());
  await visit(page, "odd", hash);
  const chosen = part.getByRole("group", { name: "Problem" }).locator("input:checked");
  assert.equal(await chosen.getAttribute("value"), "1");
});
