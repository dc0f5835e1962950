// Landscapes: surface, plane, paths, and the slider over iterations.

import assert from "node:assert/strict";
import { test } from "node:test";

import { DESKTOP, inlineData, useBrowser } from "./support/browser.mjs";
import { axes, chart, hover, lines, traces } from "./support/charts.mjs";
import { choose, column, press, toggle } from "./support/controls.mjs";
import { readJson } from "./support/records.mjs";

const open = useBrowser();
const digits = readJson("landscape_paths", "digits", "landscape.json");
const [drawing] = digits.drawings;

/** The page at the part of the digits, with that part. */
async function openDigits(options = DESKTOP) {
  const page = await open("landscape_paths", options);
  const heading = page.getByRole("heading", { level: 2, name: /: digits$/ });
  const id = await page.locator("section.part", { has: heading }).getAttribute("id");
  return { page, id, part: page.locator(`#${id}`) };
}

/** Distances along an axis of the grid. */
const along = ({ low, high, points, length }) =>
  Array.from({ length: points }, (_, i) => length * (low + (i * (high - low)) / (points - 1)));

/** Where a run is on the plane at its last iterate up to an iteration. */
function iterate(run, iteration) {
  const at = run.iterations.filter((known) => known <= iteration).length - 1;
  const [first, second] = drawing.axes.map(({ length }) => length);
  const [a, b] = run.coordinates[at];
  return { at, x: a * first, y: b * second, loss: run.loss[at], below: run.plane_loss[at], distance: run.distance_from_plane[at] };
}

const near = (found, expected, what) =>
  assert.ok(Math.abs(found - expected) <= 1e-9 * Math.max(1, Math.abs(expected)), `${what}: ${found} is not ${expected}`);

const flat = (rows) => rows.flatMap((row) => [...row]);

/** The markers of where the slider stands. */
async function markers(node) {
  const drawn = await traces(node);
  return drawn.filter((trace) => trace.mode === "markers" && trace.marker.symbol === "circle" && trace.marker.size === 13);
}

/** The iterations at which some run has an iterate. */
const iterations = [...new Set(digits.runs.flatMap((run) => run.iterations))].sort((a, b) => a - b);

test("the plane: every point, every quantity, paths in the solvers' colours", async () => {
  const { page, id, part } = await openDigits({ ...DESKTOP, colorScheme: "light" });
  const node = await chart(page, "plane", `#${id}`);
  await choose(part, "Scale", "linear");
  const [ground] = await traces(node);
  assert.equal(ground.type, "contour");
  assert.deepEqual(flat(ground.z), drawing.train_loss);
  ground.x.forEach((x, i) => near(x, along(drawing.axes[0])[i], "x"));
  ground.y.forEach((y, i) => near(y, along(drawing.axes[1])[i], "y"));

  const { parts } = await inlineData(page);
  const { styles } = parts.find(({ folder }) => folder === "digits");
  const drawn = await lines(node);
  for (const [k, run] of digits.runs.entries()) {
    const path = drawn.get(run.label);
    assert.equal(path.line.color, styles[k].color, run.label);
    assert.equal(path.x.length, run.iterations.length);
    run.iterations.forEach((iteration, i) => {
      near(path.x[i], iterate(run, iteration).x, `${run.label} x`);
      near(path.y[i], iterate(run, iteration).y, `${run.label} y`);
    });
  }

  await choose(part, "Scale", "log");
  const [byLog] = await traces(node);
  flat(byLog.z).forEach((z, i) => near(z, Math.log10(drawing.train_loss[i]), "by logarithm"));
  await choose(part, "Shown", "test_metric");
  await choose(part, "Scale", "linear");
  const [accuracy] = await traces(node);
  flat(accuracy.z).forEach((z, i) => near(z, 100 * drawing.test_metric[i], "accuracy"));
});

test("the plane: solvers, units, and the exact value under the pointer", async () => {
  const { page, id, part } = await openDigits();
  const node = await chart(page, "plane", `#${id}`);
  const scales = () =>
    node.evaluate(({ _fullLayout: { xaxis, yaxis } }) => [xaxis, yaxis].map((a) => a._length / Math.abs(a.range[1] - a.range[0])));
  const box = part.getByLabel("one unit as long on both axes");
  await box.check();
  const [x, y] = await scales();
  assert.ok(Math.abs(x / y - 1) < 0.01, `${x} and ${y} pixels`);
  await box.uncheck();
  const [wide, high] = await scales();
  assert.ok(Math.abs(wide / high - 1) > 0.05);

  await toggle(part, "Solvers", 1, false);
  const labels = digits.runs.map(({ label }) => label);
  const left = labels.filter((_, i) => i !== 1);
  assert.deepEqual([...(await lines(node)).keys()].filter((name) => labels.includes(name)), left);
  const table = part.locator('[data-table="iterates"]');
  assert.deepEqual((await column(table, "solver")).map(({ text }) => text), left);

  await press(part, "Solvers", "none");
  const [ground] = await traces(node);
  const text = await hover(page, node, ground.x[40], ground.y[44]);
  // Which point of the grid is nearest to the pointer is plotly's to say; its loss is the record's.
  const [, shownX, shownY] = text.match(/x (\S+?)y (\S+)$/).map((word) => Number(word.replace("−", "-")));
  const nearest = (values, value) => values.reduce((best, v, i) => (Math.abs(v - value) < Math.abs(values[best] - value) ? i : best), 0);
  const [at, row] = [nearest(ground.x, shownX), nearest(ground.y, shownY)];
  assert.ok(Math.abs(at - 40) <= 1 && Math.abs(row - 44) <= 1, text);
  assert.ok(text.includes(String(drawing.train_loss[row * drawing.axes[0].points + at])), text);
});

test("the surface: the same heights, turned by pointer and keys, paths at either loss", async () => {
  const { page, id, part } = await openDigits();
  await choose(part, "Scale", "linear");
  const node = await chart(page, "surface", `#${id}`);
  const [ground] = await traces(node);
  assert.equal(ground.type, "surface");
  assert.deepEqual(flat(ground.z), drawing.train_loss);
  // A picture of nothing packs into far less.
  assert.ok((await node.screenshot()).length > 20000);

  const eye = () => node.evaluate((element) => ({ ...element._fullLayout.scene._scene.getCamera().eye }));
  const apart = (a, b) => Math.hypot(a.x - b.x, a.y - b.y, a.z - b.z);
  const handle = await node.elementHandle();
  const turned = (from) =>
    page.waitForFunction(
      ([element, { x, y, z }]) => {
        const now = element._fullLayout.scene._scene.getCamera().eye;
        return Math.hypot(now.x - x, now.y - y, now.z - z) > 0.05;
      },
      [handle, from],
    );
  const first = await eye();
  const box = await node.boundingBox();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + 120, y + 20, { steps: 4 });
  await page.mouse.up();
  await turned(first);
  const dragged = await eye();
  await part.getByRole("button", { name: "Turn the surface left" }).press("Enter");
  await turned(dragged);

  // It stays as it is when something else is switched.
  const before = await eye();
  await choose(part, "Paths on the surface", "true");
  const drawn = (await traces(node)).filter((trace) => trace.type === "scatter3d" && trace.mode === "lines");
  for (const run of digits.runs) {
    const path = drawn.find((trace) => trace.z.length === run.loss.length && trace.z[3] === run.loss[3]);
    assert.ok(path, `${run.label} at its losses`);
    assert.deepEqual(path.z, run.loss);
  }
  assert.ok(apart(before, await eye()) < 0.01, "it was turned back");
  await part.getByRole("button", { name: "See the surface as at first" }).press("Space");
  await turned(before);
  assert.ok(apart(first, await eye()) < 0.01);
});

test("the slider moves the markers, and the table says where they are", async () => {
  const { page, id, part } = await openDigits();
  const node = await chart(page, "plane", `#${id}`);
  const slider = part.getByRole("slider", { name: "Iteration" });
  assert.equal(await slider.getAttribute("max"), String(iterations.length - 1));
  const table = part.locator('[data-table="iterates"]');
  const numbers = async (title) => (await column(table, title)).map(({ exact }) => Number(exact));
  for (const step of [0, 7, Math.floor(iterations.length / 2)]) {
    await slider.fill(String(step));
    const iteration = iterations[step];
    const want = digits.runs.map((run) => iterate(run, iteration));
    const output = await part.locator(".slider output").textContent();
    assert.equal(output.replaceAll("\u2009", ""), `iteration ${iteration}`);
    assert.equal(await slider.getAttribute("aria-valuetext"), output);
    assert.deepEqual(await numbers("iteration"), digits.runs.map((run, i) => run.iterations[want[i].at]));
    assert.deepEqual(await numbers("true loss"), want.map(({ loss }) => loss));
    assert.deepEqual(await numbers("loss of the plane below"), want.map(({ below }) => below));
    assert.deepEqual(await numbers("distance from the plane"), want.map(({ distance }) => distance));

    const moving = digits.runs.filter((run) => iterate(run, iteration).at < run.iterations.length - 1);
    await page.waitForFunction(
      ([element, count, place]) => {
        const marks = element.data.filter(({ mode, marker }) => mode === "markers" && marker.symbol === "circle" && marker.size === 13);
        return marks.length === count && Math.abs(marks[0].x[0] - place) < 1e-9;
      },
      [await node.elementHandle(), moving.length, iterate(moving[0], iteration).x],
    );
    const marks = await markers(node);
    moving.forEach((run, i) => {
      near(marks[i].x[0], iterate(run, iteration).x, `${run.label} x`);
      near(marks[i].y[0], iterate(run, iteration).y, `${run.label} y`);
    });
  }

  await slider.press("ArrowLeft");
  assert.equal(Number(await slider.inputValue()), Math.floor(iterations.length / 2) - 1);
  await slider.press("Home");
  assert.equal(await slider.inputValue(), "0");
  await slider.press("End");
  assert.equal(Number(await slider.inputValue()), iterations.length - 1);
});

test("it plays, pauses, and is calm for who asked for less motion", async () => {
  const { page, part } = await openDigits({ ...DESKTOP, reducedMotion: "reduce" });
  const slider = part.getByRole("slider", { name: "Iteration" });
  const handle = await slider.elementHandle();
  await handle.evaluate((input) => {
    window.moves = [];
    input.addEventListener("input", () => window.moves.push([performance.now(), Number(input.value)]));
  });
  const moves = () => page.evaluate(() => window.moves);
  await part.getByRole("button", { name: /Play/ }).click();
  await page.waitForFunction(() => window.moves.length >= 3);
  await part.getByRole("button", { name: /Pause/ }).click();
  const calm = await moves();
  assert.equal(calm[0][1], 0, "it begins at the start");
  assert.ok(calm[2][0] - calm[1][0] > 1000, "few and slow steps");
  assert.ok(calm[2][1] > calm[1][1]);
  await page.waitForTimeout(1500);
  assert.equal((await moves()).length, calm.length, "it stands still");

  await page.emulateMedia({ reducedMotion: "no-preference" });
  await part.getByRole("button", { name: /Play/ }).click();
  await page.waitForFunction((count) => window.moves.length > count + 3, calm.length);
  await part.getByRole("button", { name: /Pause/ }).click();
  // At the end it stops by itself.
  const last = iterations.length - 1;
  await slider.fill(String(last - 2));
  await part.getByRole("button", { name: /Play/ }).click();
  await page.waitForFunction((end) => window.moves.at(-1)[1] === end, last);
  await part.getByRole("button", { name: /Play/ }).waitFor();
});

test("a landscape along a line", async () => {
  const line = readJson("line", "landscape.json");
  const page = await open("line");
  const node = await chart(page, "line");
  const drawn = [...(await lines(node)).values()];
  const loss = drawn.find((trace) => trace.y.length === line.drawings[0].points);
  assert.deepEqual(loss.y, line.drawings[0].train_loss);
  along(line.drawings[0].axes[0]).forEach((x, i) => near(loss.x[i], x, "x"));
  await choose(page.locator("main"), "Vertical", "log");
  assert.equal((await axes(node)).y.type, "log");
});
