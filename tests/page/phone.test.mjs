// On a telephone: nothing is wider than the screen, and fingers can do everything.

import assert from "node:assert/strict";
import { test } from "node:test";

import { PHONE, useBrowser } from "./support/browser.mjs";
import { chart, lines } from "./support/charts.mjs";
import { drawAll, widthsOf } from "./support/whole.mjs";

const open = useBrowser();

// How wide the others are is asked in quiet.test.mjs.
for (const name of ["quickstart", "landscape_paths", "hessian_spectrum", "tuning"]) {
  test(`${name} fits`, async () => {
    const page = await open(name, PHONE);
    await drawAll(page);
    const widths = await widthsOf(page);
    assert.ok(widths.page <= 390 && widths.window <= 390, JSON.stringify(widths));
    assert.deepEqual(widths.beyond, []);
    // A target of 24 pixels each way, or as much room around it (WCAG 2.2, 2.5.8).
    const small = await page.evaluate(() =>
      [...document.querySelectorAll("main label, main button, main summary, main input[type=range], header label")]
        .filter((node) => node.checkVisibility())
        .filter((node) => node.getBoundingClientRect().height < 24 || node.getBoundingClientRect().width < 24)
        .map((node) => `${node.localName} ${node.textContent.trim()} ${node.getBoundingClientRect().height}`),
    );
    assert.deepEqual(small, []);
  });
}

test("a tap switches a solver and chooses an axis", async () => {
  const page = await open("quickstart", PHONE);
  await page.locator("label", { hasText: /^adam$/ }).first().tap();
  const node = await chart(page, "curves");
  assert.ok(!(await lines(node)).has("adam"));
  await page.locator("label", { hasText: /^iterations$/ }).first().tap();
  assert.equal(await node.evaluate((element) => element._fullLayout.xaxis.title.text), "iterations");
  // A finger on a chart scrolls the page.
  assert.equal(await node.evaluate((element) => element._fullLayout.dragmode), false);
  const profile = await chart(page, "performance-profile");
  const { width } = await profile.boundingBox();
  assert.ok(width > 350, `${width}`);
});
