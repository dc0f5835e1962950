// Spectra, curvature along runs, connections, and tunings.

import assert from "node:assert/strict";
import { test } from "node:test";

import { useBrowser } from "./support/browser.mjs";
import { axes, chart, lines, traces } from "./support/charts.mjs";
import { choose, column, sectionOf, toggle } from "./support/controls.mjs";
import { readJson } from "./support/records.mjs";

const open = useBrowser();

/** The part of a page for a folder below it. */
async function partOf(page, folder) {
  const heading = page.getByRole("heading", { level: 2, name: new RegExp(`: ${folder}$`) });
  const id = await page.locator("section.part", { has: heading }).getAttribute("id");
  return { id, part: page.locator(`#${id}`) };
}

test("spectral densities, extreme eigenvalues, traces and layers of every point", async () => {
  const spectrum = readJson("hessian_spectrum", "cross-entropy", "spectrum.json");
  const page = await open("hessian_spectrum");
  const { id, part } = await partOf(page, "cross-entropy");
  const density = await chart(page, "density", `#${id}`);
  for (const point of spectrum.points) {
    await choose(part, "Point", point.at);
    const drawn = await lines(density);
    for (const { matrix, density: known } of point.matrices) {
      assert.deepEqual(drawn.get(matrix).x, known.grid, matrix);
      assert.deepEqual(drawn.get(matrix).y, known.mean, matrix);
    }
    const table = part.locator('[data-table="matrices"]');
    const first = async (title) => (await column(table, title)).map(({ exact }) => Number(exact));
    assert.deepEqual(await first("largest"), point.matrices.map((one) => one.largest[0].value));
    assert.deepEqual(await first("smallest"), point.matrices.map((one) => one.smallest[0].value));
    const trace = await column(table, "trace");
    point.matrices.forEach((one, i) => assert.ok(trace[i].exact.startsWith(String(one.trace.mean)), trace[i].exact));
    const layers = await column(part.locator('[data-table="layers"]'), "largest");
    assert.deepEqual(layers.map(({ exact }) => Number(exact)), point.layers.map((one) => one.largest[0].value));
  }
  assert.equal((await axes(density)).y.type, "log");
});

test("the scree plot has both ends; matrices can be switched off", async () => {
  const spectrum = readJson("hessian_spectrum", "squared-error", "spectrum.json");
  const page = await open("hessian_spectrum");
  const { id, part } = await partOf(page, "squared-error");
  const scree = await chart(page, "scree", `#${id}`);
  const { matrices } = spectrum.points.at(-1);
  for (const end of ["largest", "smallest"]) {
    await choose(part, "End", end);
    const drawn = await traces(scree);
    matrices.forEach((one, i) => {
      assert.deepEqual(drawn[i].y, one[end].map(({ value }) => Math.abs(value)), `${one.matrix}, ${end}`);
      // Negative ones are open.
      one[end].forEach(({ value }, k) => assert.equal(drawn[i].marker.symbol[k].endsWith("-open"), value < 0));
    });
  }
  await toggle(part, "Matrices", 0, false);
  assert.equal((await traces(scree)).length, matrices.length - 1);
  const left = await column(part.locator('[data-table="matrices"]'), "matrix");
  assert.deepEqual(left.map(({ text }) => text), matrices.slice(1).map(({ matrix }) => matrix));
});

test("curvature along runs, beside the limit of the step", async () => {
  const along = readJson("edge_of_stability", "along.json");
  const page = await open("edge_of_stability");
  const { node, section } = await sectionOf(page, "along");
  const drawn = await traces(node);
  for (const run of along.runs) {
    if (run.curvature.length === 0) continue;
    const curve = drawn.find((trace) => trace.x.length === run.curvature.length && trace.y[1] === run.curvature[1].largest);
    assert.ok(curve, run.label);
    assert.deepEqual(curve.x, run.curvature.map(({ iteration }) => iteration));
    assert.deepEqual(curve.y, run.curvature.map(({ largest }) => largest));
    if (run.limit) assert.ok(drawn.some((trace) => trace.y.every((y) => y === run.limit.value)), `limit of ${run.label}`);
    const first = run.losses[0][1];
    assert.ok(drawn.some((trace) => trace.y[0] === first && trace.x.at(-1) === run.losses.at(-1)[0]), `loss of ${run.label}`);
  }
  const before = drawn.length;
  await toggle(section, "Runs", 0, false);
  assert.ok((await traces(node)).length < before);
  await choose(section, "Vertical", "log");
  assert.equal((await axes(node)).y.type, "log");
});

test("between two solutions: values along the paths, barriers", async () => {
  const found = readJson("mode_connectivity", "connect.json");
  const page = await open("mode_connectivity");
  const { node, section } = await sectionOf(page, "between");
  const records = { line: found.line, "matched line": found.matched_line, "Bezier curve": found.bezier };
  for (const [key, unit] of [["train_loss", 1], ["test_loss", 1], ["test_metric", 100]]) {
    await choose(section, "Shown", key);
    const drawn = await lines(node);
    for (const [name, record] of Object.entries(records)) {
      assert.deepEqual(drawn.get(name).x, record.t);
      drawn.get(name).y.forEach((y, i) => assert.ok(Math.abs(y - unit * record[key][i]) < 1e-9));
    }
  }
  const table = page.locator('[data-table="barriers"]');
  const heights = await column(table, "barrier of training loss");
  const want = Object.values(records).map((record) => record.barriers.train_loss.height);
  assert.deepEqual(heights.map(({ exact }) => Number(exact)), want);
  await toggle(section, "Paths", 0, false);
  assert.deepEqual([...(await lines(node)).keys()], ["matched line", "Bezier curve"]);
});

test("the plane of the curve has its three points and the losses", async () => {
  const { bezier } = readJson("mode_connectivity", "connect.json");
  const page = await open("mode_connectivity");
  const { node, section } = await sectionOf(page, "plane");
  await choose(section, "Scale", "linear");
  const [ground] = await traces(node);
  assert.deepEqual(ground.z.flatMap((row) => [...row]), bezier.plane.surface.train_loss);
  const curve = (await lines(node)).get("Bezier curve");
  const { from, middle, to } = bezier.plane;
  const half = curve.x.length >> 1;
  const t = bezier.t[half];
  [curve.x[half], curve.y[half]].forEach((found, i) => {
    const want = (1 - t) ** 2 * from[i] + 2 * t * (1 - t) * middle[i] + t ** 2 * to[i];
    assert.ok(Math.abs(found - want) < 1e-9);
  });
});

test("a tuning: scores over the setting, what was chosen, and default against tuned", async () => {
  const tuning = readJson("tuning", "tuning.json");
  const page = await open("tuning");
  const { node } = await sectionOf(page, "scores");
  assert.equal((await axes(node)).x.type, "log");
  const drawn = await traces(node);
  for (const solver of tuning.solvers) {
    const scored = solver.trials.filter(({ result }) => result.score !== null);
    const points = scored.map(({ settings, result }) => [Number(settings[0][1]), result.score]).sort((a, b) => a[0] - b[0]);
    const curve = drawn.find((trace) => trace.mode === "lines+markers" && trace.y[0] === points[0][1]);
    assert.deepEqual(curve.x.map((x, i) => [x, curve.y[i]]), points, solver.solver);
    // The ring is around the lowest score.
    const least = points.reduce((best, point) => (point[1] < best[1] ? point : best));
    const rings = drawn.filter((trace) => trace.marker?.symbol === "circle-open");
    assert.ok(rings.some((ring) => ring.x[0] === least[0] && ring.y[0] === least[1]), solver.solver);
  }
  const table = page.locator('[data-table="tuned"]');
  const numbers = async (title) => (await column(table, title)).map(({ exact }) => Number(exact));
  assert.deepEqual(await numbers("loss, default"), tuning.solvers.map((solver) => solver.default.loss));
  assert.deepEqual(await numbers("loss, tuned"), tuning.solvers.map((solver) => solver.tuned.loss));
  assert.deepEqual(await numbers("passes of the tuning"), tuning.solvers.map((solver) => Math.abs(solver.passes)));
  const trials = page.locator('[data-table="trials"]');
  const all = tuning.solvers.flatMap((solver) => solver.trials);
  assert.equal((await column(trials, "score")).length, all.length);
  const bold = await trials.locator("tbody .best").allTextContents();
  assert.ok(bold.length > 0);
});
