// Light and dark: by the system, by the switch, and readable in both.

import assert from "node:assert/strict";
import { test } from "node:test";

import { DESKTOP, useBrowser } from "./support/browser.mjs";
import { axes, chart, strokes } from "./support/charts.mjs";
import { choose, press } from "./support/controls.mjs";

const open = useBrowser();

const channels = (color) => color.match(/[\d.]+/g).slice(0, 3).map(Number);

/** Relative luminance and contrast as WCAG 2.2 defines them. */
function luminance(color) {
  const [r, g, b] = channels(color).map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function contrast(a, b) {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

const backgroundOf = (locator) => locator.evaluate((node) => getComputedStyle(node).backgroundColor);

/** What is behind the lines of a chart, as it is painted. */
const paperOf = (node) => node.locator(".bglayer .bg, .main-svg").first().evaluate((element) => {
  const { fill, background, backgroundColor } = getComputedStyle(element);
  return element.matches(".bg") ? fill : backgroundColor || background;
});

const isDark = (color) => luminance(color) < 0.1;

async function assertReadable(page, name) {
  await press(page.locator("main"), "Solvers", "all");
  const node = await chart(page, name);
  const paper = await paperOf(node);
  const drawn = await strokes(node);
  assert.ok(drawn.length >= 7);
  for (const { name: line, stroke } of drawn) {
    assert.ok(contrast(stroke, paper) >= 3, `${line}: ${stroke} on ${paper} is ${contrast(stroke, paper).toFixed(2)}`);
  }
}

test("the system's dark colours", async () => {
  const page = await open("quickstart", { ...DESKTOP, colorScheme: "dark" });
  assert.ok(isDark(await backgroundOf(page.locator("body"))));
  const node = await chart(page, "curves");
  assert.ok(isDark(await paperOf(node)));
  await page.emulateMedia({ colorScheme: "light" });
  assert.ok(!isDark(await backgroundOf(page.locator("body"))));
  await page.waitForFunction(
    (element) => getComputedStyle(element.querySelector(".main-svg")).backgroundColor === "rgb(255, 255, 255)",
    await node.elementHandle(),
  );
});

test("the switch goes before the system", async () => {
  const page = await open("quickstart", { ...DESKTOP, colorScheme: "light" });
  const node = await chart(page, "curves");
  await choose(page, "Colours", "dark");
  assert.ok(isDark(await backgroundOf(page.locator("body"))));
  assert.ok(isDark(await paperOf(node)));
  await page.emulateMedia({ colorScheme: "dark" });
  await choose(page, "Colours", "light");
  assert.ok(!isDark(await backgroundOf(page.locator("body"))));
  assert.ok(!isDark(await paperOf(node)));
  await choose(page, "Colours", "system");
  assert.ok(isDark(await backgroundOf(page.locator("body"))));
});

test("every line is at least three times as bright as the dark paper", async () => {
  for (const name of ["quickstart", "which_optimizer"]) {
    const page = await open(name, { ...DESKTOP, colorScheme: "dark" });
    for (const drawn of ["curves", "performance-profile", "ecdf"]) await assertReadable(page, drawn);
  }
});

test("swatches have the colours of the lines in the dark too", async () => {
  const page = await open("quickstart", { ...DESKTOP, colorScheme: "dark" });
  const node = await chart(page, "curves");
  const drawn = new Map((await strokes(node)).map(({ name, stroke }) => [name, stroke]));
  const swatches = await page.locator("fieldset.toggles label", { has: page.locator(".swatch") }).evaluateAll((labels) =>
    labels.map((label) => [label.textContent.trim(), getComputedStyle(label.querySelector(".swatch path")).stroke]),
  );
  assert.equal(swatches.length, drawn.size);
  for (const [name, stroke] of swatches) assert.equal(stroke, drawn.get(name), name);
});

test("colours change nothing but colours", async () => {
  const page = await open("quickstart", { ...DESKTOP, colorScheme: "light" });
  const node = await chart(page, "curves");
  const before = await axes(node);
  await choose(page, "Colours", "dark");
  assert.deepEqual(await axes(node), before);
});
