// Landscapes: surface, plane, paths, and the slider over iterations.

import assert from "node:assert/strict";
import { test } from "node:test";

import { DESKTOP, inlineData, useBrowser } from "./support/browser.mjs";
import { axes, chart, hover, lines, traces } from "./support/charts.mjs";
import { choose, column, toggle } from "./support/controls.mjs";
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

/** Markers of the size that the slider's have, by the colour of their solver. */
async function markers(node) {
  const drawn = await traces(node);
  return drawn.filter((trace) => trace.mode === "markers" && trace.marker.symbol === "circle" && trace.marker.size === 13);
}

test("the plane has the loss of every point, where it was measured", async () => {
  const { page, id, part } = await openDigits();
  const node = await chart(page, "plane", `#${id}`);
  await choose(part, "Scale", "linear");
  const [ground] = await traces(node);
  assert.equal(ground.type, "contour");
  assert.deepEqual(flat(ground.z), drawing.train_loss);
  ground.x.forEach((x, i) => near(x, along(drawing.axes[0])[i], "x"));
  ground.y.forEach((y, i) => near(y, along(drawing.axes[1])[i], "y"));
  await choose(part, "Scale", "log");
  const [byLog] = await traces(node);
  flat(byLog.z).forEach((z, i) => near(z, Math.log10(drawing.train_loss[i]), "by logarithm"));
  await choose(part, "Shown", "test_metric");
  await choose(part, "Scale", "linear");
  const [accuracy] = await traces(node);
  flat(accuracy.z).forEach((z, i) => near(z, 100 * drawing.test_metric[i], "accuracy"));
});

test("the surface has the same heights, and turns by pointer, by keys and back", async () => {
  const { page, id, part } = await openDigits();
  await choose(part, "Scale", "linear");
  const node = await chart(page, "surface", `#${id}`);
  const [ground] = await traces(node);
  assert.equal(ground.type, "surface");
  assert.deepEqual(flat(ground.z), drawing.train_loss);

  const eye = () => node.evaluate((element) => ({ ...element._fullLayout.scene._scene.getCamera().eye }));
  const moved = (a, b) => Math.hypot(a.x - b.x, a.y - b.y, a.z - b.z) > 0.05;
  const first = await eye();
  const box = await node.boundingBox();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + 120, y + 20, { steps: 6 });
  await page.mouse.up();
  await page.waitForTimeout(300);
  const dragged = await eye();
  assert.ok(moved(first, dragged), "by the pointer");
  await part.getByRole("button", { name: "Turn the surface left" }).focus();
  await page.keyboard.press("Enter");
  await page.waitForTimeout(300);
  assert.ok(moved(dragged, await eye()), "by a key");
  await part.getByRole("button", { name: "See the surface as at first" }).press("Space");
  await page.waitForTimeout(300);
  assert.ok(!moved(first, await eye()), "and back");
});

test("a turned surface stays turned when something is switched", async () => {
  const { page, id, part } = await openDigits();
  const node = await chart(page, "surface", `#${id}`);
  await part.getByRole("button", { name: "See the surface from above" }).click();
  await page.waitForTimeout(300);
  const eye = () => node.evaluate((element) => ({ ...element._fullLayout.scene._scene.getCamera().eye }));
  const turned = await eye();
  await toggle(part, "Solvers", 0, false);
  await page.waitForTimeout(300);
  const now = await eye();
  assert.ok(Math.hypot(now.x - turned.x, now.y - turned.y, now.z - turned.z) < 0.01);
});

test("the surface is really painted", async () => {
  const { page, id } = await openDigits();
  const node = await chart(page, "surface", `#${id}`);
  await page.waitForTimeout(500);
  const shot = await node.screenshot();
  // A plain rectangle packs into far less.
  assert.ok(shot.length > 20000, `${shot.length} bytes`);
});

test("paths lie where the records say", async () => {
  const { page, id } = await openDigits();
  const drawn = await lines(await chart(page, "plane", `#${id}`));
  for (const run of digits.runs) {
    const path = drawn.get(run.label);
    assert.equal(path.x.length, run.iterations.length);
    run.iterations.forEach((iteration, i) => {
      near(path.x[i], iterate(run, iteration).x, `${run.label} x`);
      near(path.y[i], iterate(run, iteration).y, `${run.label} y`);
    });
  }
});

test("the slider moves the markers, and the table says where they are", async () => {
  const { page, id, part } = await openDigits();
  const node = await chart(page, "plane", `#${id}`);
  const hidden = await chart(page, "hidden", `#${id}`);
  const slider = part.getByRole("slider", { name: "Iteration" });
  const all = [...new Set(digits.runs.flatMap((run) => run.iterations))].sort((a, b) => a - b);
  assert.equal(await slider.getAttribute("max"), String(all.length - 1));
  for (const step of [0, 1, 7, Math.floor(all.length / 2)]) {
    await slider.fill(String(step));
    const iteration = all[step];
    await page.waitForFunction(
      ([element, x]) => element.data.some((trace) => trace.mode === "markers" && trace.x[0] === x),
      [await hidden.elementHandle(), digits.runs[0].iterations[iterate(digits.runs[0], iteration).at]],
    );
    const output = await part.locator(".slider output").textContent();
    assert.equal(output.replaceAll("\u2009", ""), `iteration ${iteration}`);
    assert.match(await slider.getAttribute("aria-valuetext"), /iteration/);

    const moving = digits.runs.filter((run) => iterate(run, iteration).at < run.iterations.length - 1);
    const marks = await markers(node);
    assert.equal(marks.length, moving.length);
    moving.forEach((run, i) => {
      near(marks[i].x[0], iterate(run, iteration).x, `${run.label} x`);
      near(marks[i].y[0], iterate(run, iteration).y, `${run.label} y`);
    });

    const table = part.locator('[data-table="iterates"]');
    const numbers = async (title) => (await column(table, title)).map(({ exact }) => Number(exact));
    const want = digits.runs.map((run) => iterate(run, iteration));
    assert.deepEqual(await numbers("iteration"), digits.runs.map((run, i) => run.iterations[want[i].at]));
    assert.deepEqual(await numbers("true loss"), want.map(({ loss }) => loss));
    assert.deepEqual(await numbers("loss of the plane below"), want.map(({ below }) => below));
    assert.deepEqual(await numbers("distance from the plane"), want.map(({ distance }) => distance));
  }
});

test("arrows, Home and End move the slider", async () => {
  const { page, part } = await openDigits();
  const slider = part.getByRole("slider", { name: "Iteration" });
  await slider.focus();
  const last = Number(await slider.inputValue());
  await page.keyboard.press("ArrowLeft");
  assert.equal(Number(await slider.inputValue()), last - 1);
  await page.keyboard.press("Home");
  assert.equal(await slider.inputValue(), "0");
  assert.match(await part.locator(".slider output").textContent(), /iteration 0$/);
  await page.keyboard.press("End");
  assert.equal(Number(await slider.inputValue()), last);
});

test("it plays, pauses, and is calm for who asked for less motion", async () => {
  for (const reducedMotion of ["no-preference", "reduce"]) {
    const { page, part } = await openDigits({ ...DESKTOP, reducedMotion });
    const slider = part.getByRole("slider", { name: "Iteration" });
    await part.getByRole("button", { name: /Play/ }).click();
    const steps = new Set();
    for (let i = 0; i < 12; i += 1) {
      await page.waitForTimeout(100);
      steps.add(await slider.inputValue());
    }
    if (reducedMotion === "reduce") assert.ok(steps.size <= 3, [...steps].join());
    else assert.ok(steps.size >= 3, [...steps].join());
    await part.getByRole("button", { name: /Pause/ }).click();
    const at = await slider.inputValue();
    await page.waitForTimeout(1400);
    assert.equal(await slider.inputValue(), at);
  }
});

test("true losses lift the paths off the surface", async () => {
  const { page, id, part } = await openDigits();
  await choose(part, "Scale", "linear");
  const node = await chart(page, "surface", `#${id}`);
  await choose(part, "Paths on the surface", "true");
  const drawn = (await traces(node)).filter((trace) => trace.type === "scatter3d" && trace.mode === "lines");
  for (const run of digits.runs) {
    const path = drawn.find((trace) => trace.z.length === run.loss.length && trace.z[3] === run.loss[3]);
    assert.ok(path, `${run.label} at its losses`);
    assert.deepEqual(path.z, run.loss);
  }
});

test("solvers off and on", async () => {
  const { page, id, part } = await openDigits();
  const node = await chart(page, "plane", `#${id}`);
  await toggle(part, "Solvers", 1, false);
  assert.deepEqual(
    [...(await lines(node)).keys()].filter((name) => digits.runs.some(({ label }) => label === name)),
    digits.runs.map(({ label }) => label).filter((_, i) => i !== 1),
  );
  const table = part.locator('[data-table="iterates"]');
  assert.equal((await column(table, "solver")).length, digits.runs.length - 1);
});

test("paths have the solvers' colours, one unit is as long on both axes when asked", async () => {
  const { page, id, part } = await openDigits({ ...DESKTOP, colorScheme: "light" });
  const { parts } = await inlineData(page);
  const { styles } = parts.find(({ folder }) => folder === "digits");
  const node = await chart(page, "plane", `#${id}`);
  const drawn = await lines(node);
  for (const { label, color } of styles) assert.equal(drawn.get(label).line.color, color, label);
  const scales = () =>
    node.evaluate(({ _fullLayout: { xaxis, yaxis } }) => [xaxis, yaxis].map((a) => a._length / Math.abs(a.range[1] - a.range[0])));
  const box = part.getByLabel("one unit as long on both axes");
  await box.check();
  const [x, y] = await scales();
  assert.ok(Math.abs(x / y - 1) < 0.01, `${x} and ${y} pixels`);
  await box.uncheck();
  const [wide, high] = await scales();
  assert.ok(Math.abs(wide / high - 1) > 0.05);
});

test("resting on the plane shows the exact loss of a point", async () => {
  const { page, id, part } = await openDigits();
  await part.getByRole("button", { name: "Solvers: none" }).click();
  const node = await chart(page, "plane", `#${id}`);
  const [column_, row] = [40, 44];
  const [ground] = await traces(node);
  const text = await hover(page, node, ground.x[column_], ground.y[row]);
  assert.ok(text.includes(String(drawing.train_loss[row * drawing.axes[0].points + column_])), text);
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
