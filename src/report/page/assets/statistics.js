// Medians, bands and profiles over what is switched on. The definitions are those of
// losslab::lab::statistics, where they are documented and from which the charts are drawn.

const ascending = (a, b) => a - b;

/** The median; +∞ counts as a value, NaN not. Null without values. */
export function median(values) {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort(ascending);
  const middle = Math.floor(sorted.length / 2);
  if (sorted.length === 0) return null;
  if (sorted.length % 2 === 1) return sorted[middle];
  const [low, high] = [sorted[middle - 1], sorted[middle]];
  return low === high ? low : low / 2 + high / 2;
}

/** The q-quantile as the nearest rank. */
export function quantile(values, q) {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort(ascending);
  return sorted.length === 0 ? null : sorted[Math.round(q * (sorted.length - 1))];
}

/** What a band spans: the range of few runs, the quartiles of 8 or more. */
export function bandOf(runs) {
  return runs < 8 ? "range" : "quartiles";
}

/** The two quantiles that a band of so many runs lies between. */
export function bandEnds(runs) {
  return bandOf(runs) === "range" ? [0, 1] : [0.25, 0.75];
}

/** The number of entries, sorted by x, that lie at or before `x`. */
function countUpTo(entries, x) {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (entries[middle][0] <= x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The value of a run at `x`; null before its first entry and after its end. */
function valueAt(run, x, worst) {
  const count = countUpTo(run.entries, x);
  if (count === 0) return null;
  const [last, value] = run.entries[count - 1];
  if (run.diverged) return count === run.entries.length && x > last ? worst : value;
  return x > Math.max(run.until, last) ? null : value;
}

/**
 * Median and band over runs, each a right-continuous step function: { entries: [[x, value]],
 * diverged, until }. A run that has diverged counts as `worst`.
 */
export function spreadCurve(runs, worst, end, band) {
  const ends = runs.map((run) => (run.diverged ? Infinity : run.until));
  const last = Math.min(end, ...ends);
  const places = runs.flatMap((run) => run.entries.map((entry) => entry[0]));
  const grid = places.filter((x) => x <= last);
  if (Number.isFinite(last)) grid.push(last);
  grid.sort(ascending);
  const curve = [];
  grid.forEach((x, index) => {
    if (index > 0 && x === grid[index - 1]) return;
    const values = runs.map((run) => valueAt(run, x, worst));
    if (values.length === 0 || values.includes(null)) return;
    const middle = median(values);
    if (!Number.isFinite(middle)) return;
    const finite = values.filter(Number.isFinite);
    const [least, most] = [Math.min(middle, ...finite), Math.max(middle, ...finite)];
    const [low, high] =
      band === "range"
        ? [least, most]
        : [Math.max(quantile(values, 0.25), least), Math.min(quantile(values, 0.75), most)];
    curve.push({ x, low, median: middle, high });
  });
  return curve;
}

/** Steps [[x, share]] of an empirical distribution; each group of places weighs the same. */
export function stepCurve(places, groups) {
  const count = groups.reduce((most, group) => Math.max(most, group + 1), 0);
  const sizes = new Array(count).fill(0);
  groups.forEach((group) => (sizes[group] += 1));
  const order = places.map((place, index) => [place, groups[index]]);
  const reached = new Array(count).fill(0);
  const steps = [];
  for (const [place, group] of order
    .filter(([place]) => Number.isFinite(place))
    .sort((a, b) => a[0] - b[0])) {
    reached[group] += 1;
    const share = reached.reduce((sum, part, i) => sum + part / sizes[i], 0) / count;
    if (steps.length > 0 && steps[steps.length - 1][0] === place) {
      steps[steps.length - 1][1] = share;
    } else {
      steps.push([place, share]);
    }
  }
  return steps;
}

/** Performance profiles: `paid[solver][goal]` → steps per solver over τ ≥ 1. */
export function performanceProfile(paid) {
  const goals = paid.length === 0 ? [] : paid[0].map((_, goal) => goal);
  const best = goals.map((goal) => Math.min(...paid.map((row) => row[goal])));
  const ratio = (cost, least) => {
    if (!Number.isFinite(cost)) return Infinity;
    return cost <= least ? 1 : cost / least;
  };
  const ratios = paid.map((row) => row.map((cost, goal) => ratio(cost, best[goal])));
  return ratios.map((row) => stepCurve(row, row.map(() => 0)));
}

/** At [a][b] the goals that a reached for less than b, both for the same, and neither. */
export function wins(paid) {
  const count = (a, b, holds) => a.filter((cost, goal) => holds(cost, b[goal])).length;
  return paid.map((a) =>
    paid.map((b) => ({
      wins: count(a, b, (x, y) => x < y),
      ties: count(a, b, (x, y) => x === y && Number.isFinite(x)),
      missed: count(a, b, (x, y) => x === Infinity && y === Infinity),
    })),
  );
}

/** Final losses over one setting: [[value, losses]], a null for a run that diverged. */
export function sensitivity(runs) {
  const points = runs.flatMap(([value, losses]) => {
    if (losses.length === 0) return [];
    const all = losses.map((loss) => (loss === null ? Infinity : loss));
    const ends = bandEnds(all.length);
    return [
      {
        value,
        runs: all.length,
        diverged: all.filter((loss) => loss === Infinity).length,
        median: median(all),
        lower: quantile(all, ends[0]),
        upper: quantile(all, ends[1]),
      },
    ];
  });
  return points.sort((a, b) => a.value - b.value);
}
