// The page's statistics against values worked out by hand: the same examples that
// src/lab/statistics has for the charts, so that page and charts mean the same.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

// The page's scripts lie outside of any package, so their kind is said here.
const source = readFileSync(new URL("../../src/report/page/assets/statistics.js", import.meta.url), "utf8");
const { bandOf, median, performanceProfile, quantile, sensitivity, spreadCurve, stepCurve } = await import(
  `data:text/javascript,${encodeURIComponent(source)}`
);

const near = (found, expected) => assert.ok(Math.abs(found - expected) < 1e-14, `${found} is not ${expected}`);
const run = (entries, until) => ({ entries, diverged: false, until });
const diverged = (entries) => ({ entries, diverged: true, until: Infinity });

test("medians by hand", () => {
  assert.equal(median([4, 1, Infinity]), 4);
  assert.equal(median([4, 1]), 2.5);
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 2, 3]), 2.5);
  assert.equal(median([]), null);
  assert.equal(median([1, Infinity]), Infinity);
  assert.equal(median([Infinity, Infinity]), Infinity);
  assert.equal(median([NaN, 5]), 5);
  assert.equal(median([Number.MAX_VALUE, Number.MAX_VALUE]), Number.MAX_VALUE);
  // By size, not by their texts.
  assert.equal(median([10, 9, 100]), 10);
});

test("quantiles are nearest ranks", () => {
  const values = Array.from({ length: 11 }, (_, i) => i);
  assert.equal(quantile(values, 0.1), 1);
  assert.equal(quantile(values, 1), 10);
  assert.equal(quantile([1, Infinity], 1), Infinity);
  assert.equal(quantile([], 0.5), null);
  // A half is rounded away from zero, as in Rust: of four the lower quartile is at 0.75.
  assert.equal(quantile([1, 2, 3, 4], 0.25), 2);
  assert.equal(quantile([1, 2, 3], 0.25), 2);
});

test("a band spans the range of few runs and the quartiles of many", () => {
  assert.deepEqual([bandOf(7), bandOf(8)], ["range", "quartiles"]);
});

test("the band over two grids by hand", () => {
  const runs = [run([[1, 8], [3, 4]], 4), run([[1, 9], [2, 6]], 4), run([[1, 1]], 4)];
  assert.deepEqual(spreadCurve(runs, Infinity, 4, "range"), [
    { x: 1, low: 1, median: 8, high: 9 },
    { x: 2, low: 1, median: 6, high: 8 },
    { x: 3, low: 1, median: 4, high: 6 },
    { x: 4, low: 1, median: 4, high: 6 },
  ]);
});

test("the example of the documentation", () => {
  const runs = [2, 4, 3].map((loss) => run([[0, 9], [1, loss]], 2));
  const curve = spreadCurve(runs, Infinity, 2, "range");
  assert.deepEqual(curve[1], { x: 1, low: 2, median: 3, high: 4 });
});

test("a diverged run counts as worst, and ends the curve when it is the median", () => {
  const [healthy, better] = [run([[1, 5], [2, 3]], 3), run([[1, 5], [2, 2]], 3)];
  const lost = diverged([[1, 5]]);
  const curve = spreadCurve([healthy, better, lost], Infinity, 3, "range");
  assert.deepEqual(curve[1], { x: 2, low: 2, median: 3, high: 3 });
  assert.equal(curve.at(-1).x, 3);
  assert.equal(spreadCurve([healthy, lost, lost], Infinity, 3, "range").length, 1);
});

test("the curve spans where all runs have a value", () => {
  const curve = spreadCurve([run([[0, 5]], 10), run([[2, 4]], 6)], Infinity, 20, "range");
  assert.deepEqual(curve.map((point) => point.x), [2, 6]);
  assert.deepEqual(spreadCurve([run([], 1)], 0, 1, "range"), []);
});

test("quartiles leave the odd runs out", () => {
  const of = (loss) => run([[1, loss]], 1);
  const runs = [1, 2, 3, 4, 5, 6, 7, 8, 500].map(of);
  assert.deepEqual(spreadCurve(runs, Infinity, 1, "quartiles"), [{ x: 1, low: 3, median: 5, high: 7 }]);
  // Of 1 … 6 and three that diverged the upper quartile is ∞: the highest is shown.
  const some = [1, 2, 3, 4, 5, 6].map((loss) => run([[0, 9], [1, loss]], 1));
  const lost = [0, 1, 2].map(() => diverged([[0, 9], [0, 1]]));
  const curve = spreadCurve([...some, ...lost], Infinity, 1, "quartiles");
  assert.deepEqual(curve.at(-1), { x: 1, low: 3, median: 5, high: 6 });
});

test("steps by hand", () => {
  assert.deepEqual(stepCurve([4, 2, Infinity, 4], [0, 0, 0, 0]), [[2, 0.25], [4, 0.75]]);
  assert.deepEqual(stepCurve([Infinity], [0]), []);
});

test("all of many is all, exactly", () => {
  const goals = Array.from({ length: 49 }, (_, goal) => goal);
  assert.equal(stepCurve(goals, goals.map((goal) => Math.floor((goal % 7) / 2))).at(-1)[1], 1);
  assert.equal(stepCurve(goals, goals.map(() => 0)).at(-1)[1], 1);
});

test("problems weigh the same", () => {
  // p has one goal, q three: weights ½, ⅙, ⅙, ⅙.
  const steps = stepCurve([4, 2, Infinity, 2], [0, 1, 1, 1]);
  assert.deepEqual(steps.map(([x]) => x), [2, 4]);
  near(steps[0][1], 1 / 3);
  near(steps[1][1], 5 / 6);
});

test("the performance profile by hand", () => {
  const [a, b, c] = performanceProfile([
    [2, 4, 8, 16],
    [3, 6, 9, 12],
    [Infinity, Infinity, Infinity, Infinity],
  ]);
  assert.deepEqual(a, [[1, 0.75], [16 / 12, 1]]);
  assert.deepEqual(b, [[1, 0.25], [9 / 8, 0.5], [1.5, 1]]);
  assert.deepEqual(c, []);
});

test("what nobody reached stays in the denominator, and what is free is shared", () => {
  const profile = performanceProfile([[5, Infinity, 0], [Infinity, Infinity, 0], [10, Infinity, 1]]);
  assert.equal(profile[0].length, 1);
  near(profile[0][0][1], 2 / 3);
  assert.equal(profile[1][0][0], 1);
  near(profile[1][0][1], 1 / 3);
  // 1 / 0 is no finite factor.
  assert.equal(profile[2].length, 1);
  assert.equal(profile[2][0][0], 2);
});

test("sensitivity by hand", () => {
  const points = sensitivity([
    [1, [0.3, null, null]],
    [0.01, [4, 5, 6]],
    [0.1, [1, 0.9, 1.1]],
    [0.5, [0.5, 0.4, null]],
    [9, []],
  ]);
  assert.deepEqual(points.map((point) => point.value), [0.01, 0.1, 0.5, 1]);
  assert.deepEqual(points[2], { value: 0.5, runs: 3, diverged: 1, lower: 0.4, median: 0.5, upper: Infinity });
  assert.equal(points[3].median, Infinity);
  // Of 0, …, 8 the quartiles are the values at 2 and 6.
  const [many] = sensitivity([[1, [0, 1, 2, 3, 4, 5, 6, 7, 8]]]);
  assert.deepEqual([many.lower, many.upper], [2, 6]);
});
