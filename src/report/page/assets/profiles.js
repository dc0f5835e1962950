// Statistics over all goals of a comparison: performance profile, ECDF, and how much depends
// on the learning rate.

import { exact, percent } from "./format.js";
import { performanceProfile, sensitivity, stepCurve } from "./statistics.js";
import { element } from "./dom.js";
import { axis, chart, line, readable, translucent } from "./plot.js";
import { choice, switches, toggles } from "./switches.js";

const COSTS = { passes: "passes", samples: "samples read", seconds: "seconds" };

/**
 * Costs `paid[solver][goal]` of the shown solvers for the goals problem × seed × level for
 * which all of them have a finished run, and the number of each goal's problem.
 */
export function costs(data, solvers, seeds, problems, levels, kind) {
  const column = { passes: 0, samples: 1, seconds: 2 }[kind];
  const known = new Map();
  for (const run of data.runs) {
    if (run.status !== "interrupted") known.set(`${run.problem}/${run.seed}/${run.solver}`, run);
  }
  const paid = solvers.map(() => []);
  const groups = [];
  for (const problem of problems) {
    for (const seed of seeds) {
      const runs = solvers.map((solver) => known.get(`${problem}/${seed}/${solver}`));
      if (runs.includes(undefined)) continue;
      data.problems[problem].targets.forEach((_, level) => {
        if (!levels.has(level)) return;
        groups.push(problem);
        runs.forEach((run, i) => paid[i].push(run.targets[level]?.[column] ?? Infinity));
      });
    }
  }
  // Problems numbered without gaps.
  const order = [...new Set(groups)];
  return { paid, groups: groups.map((problem) => order.indexOf(problem)) };
}

/** A step curve from where the axis begins to where it ends. */
function stepTrace(solver, style, steps, low, high, words) {
  const before = steps.filter(([x]) => x <= low).at(-1)?.[1] ?? 0;
  const inside = steps.filter(([x]) => x > low);
  const points = [[low, before], ...inside, [high, (steps.at(-1) ?? [0, 0])[1]]];
  return {
    name: solver,
    x: points.map((point) => point[0]),
    y: points.map((point) => point[1]),
    mode: "lines",
    line: { ...line(style), shape: "hv" },
    customdata: points.map((point) => percent(point[1])),
    hovertemplate: `<b>%{fullData.name}</b><br>%{customdata} of the goals ${words} %{x}<extra></extra>`,
  };
}

/** Both profiles, following the comparison's `selection`. */
export function profiles(data, styles, selection) {
  const levels = data.target_levels.map((_, index) => index);
  const view = { kind: "passes", of: "all", levels: new Set(levels) };
  const table = () => {
    const solvers = data.solvers.map((_, index) => index).filter((index) => selection.solvers.has(index));
    const seeds = data.seeds.filter((seed) => selection.seeds.has(seed));
    const problems = view.of === "all" ? data.problems.map((_, index) => index) : [selection.problem];
    return { solvers, ...costs(data, solvers, seeds, problems, view.levels, view.kind) };
  };
  const build = (curvesOf, low, title, words) => () => {
    const found = table();
    const steps = curvesOf(found);
    const ends = steps.flatMap((curve) => curve.slice(-1).map(([x]) => x));
    const first = low ?? Math.min(...steps.flatMap((curve) => curve.slice(0, 1).map(([x]) => x)).filter((x) => x > 0), 1e9);
    const high = Math.max(first * 1.5, ...ends) * 1.15;
    const traces = found.solvers.map((solver, i) =>
      stepTrace(data.solvers[solver], styles[solver], steps[i], first, high, words),
    );
    return {
      data: found.groups.length === 0 ? [] : traces,
      layout: {
        xaxis: axis(title(), { type: "log" }),
        yaxis: axis("share of goals", { tickformat: ".0%", range: [-0.02, 1.02] }),
        uirevision: `${view.kind}${view.of}${selection.problem}`,
      },
    };
  };
  const profile = chart({
    name: "performance-profile",
    label: "Performance profile of the solvers that are switched on",
    build: build(
      ({ paid }) => performanceProfile(paid),
      1,
      () => `cost over that of the best solver shown (${COSTS[view.kind]})`,
      "at a cost of at most the best one's ×",
    ),
  });
  const distribution = chart({
    name: "ecdf",
    label: "Share of goals reached, over cost",
    build: build(
      ({ paid, groups }) => paid.map((row) => stepCurve(row, groups)),
      null,
      () => COSTS[view.kind],
      "for at most",
    ),
  });
  const update = () => {
    profile.update();
    distribution.update();
  };
  const set = (key) => (value) => {
    view[key] = value;
    update();
  };
  const untimed = data.timed ? null : "the runs stood side by side, so their seconds say nothing";
  const levelItems = data.target_levels.map((level, key) => ({ key, text: percent(level, 1) }));
  const node = [
    element(
      "p",
      { class: "note" },
      "A goal is a problem at a seed with a training loss to reach: what a target level leaves undone of the way from the start to the reference. The performance profile is relative to the solvers that are switched on. In the right chart every problem counts the same.",
    ),
    switches(
      choice("Cost in", Object.entries(COSTS).map(([key, text]) => [key, text, key === "seconds" ? untimed : null]), view.kind, set("kind")),
      choice("Goals of", [["all", "all problems"], ["one", "the chosen problem"]], view.of, set("of")),
      toggles("Left undone", levelItems, view.levels, update),
    ),
    element(
      "div",
      { class: "pair" },
      element("figure", {}, element("figcaption", {}, "Performance profile"), profile.node),
      element("figure", {}, element("figcaption", {}, "ECDF: share of goals reached"), distribution.node),
    ),
  ];
  return { node, update };
}

/** Lowest loss over the learning rate, for every method that was run at several. */
export function sensitivities(data, styles, selection) {
  const view = { yscale: "log" };
  const build = () => {
    const traces = [];
    data.sweeps.forEach((sweep) => {
      const indices = sweep.values.map(([, label]) => data.solvers.indexOf(label));
      const shown = indices.some((index) => selection.solvers.has(index));
      if (!shown) return;
      const losses = (index) =>
        data.runs
          .filter((run) => run.problem === selection.problem && run.solver === index && selection.seeds.has(run.seed))
          .filter((run) => !["interrupted", "unsupported"].includes(run.status))
          .map((run) => run.achieved);
      const points = sensitivity(
        sweep.values
          .map(([rate], i) => [rate, indices[i]])
          .filter(([, index]) => selection.solvers.has(index))
          .map(([rate, index]) => [rate, losses(index)]),
      );
      traces.push(...sweepTraces(sweep, sweepStyle(sweep, styles, data), points));
    });
    return {
      data: traces,
      layout: {
        xaxis: axis("learning rate", { type: "log" }),
        yaxis: axis("lowest training loss", { type: view.yscale }),
        uirevision: `${view.yscale}${selection.problem}`,
        showlegend: true,
        legend: { orientation: "h", y: 1.02, yanchor: "bottom" },
        margin: { l: 60, r: 12, t: 40, b: 48 },
      },
    };
  };
  const drawn = chart({ name: "learning-rate", label: "Lowest training loss over the learning rate", build });
  const set = (value) => {
    view.yscale = value;
    drawn.update();
  };
  const node = [
    element("p", { class: "note" }, "Median over seeds with its band; × where half of the runs or more diverged or ended higher than they began."),
    switches(choice("Vertical", [["log", "logarithmic"], ["linear", "linear"]], view.yscale, set)),
    drawn.node,
  ];
  return { node, update: drawn.update };
}

/** A sweep is drawn as the method itself, solid. */
function sweepStyle(sweep, styles, data) {
  const found = data.sweep_styles[data.sweeps.indexOf(sweep)];
  return { ...found, dash: [] };
}

function sweepTraces(sweep, style, points) {
  const color = readable(style.color);
  const finite = points.filter((point) => Number.isFinite(point.median));
  const lost = points.filter((point) => !Number.isFinite(point.median));
  const highest = Math.max(...finite.map((point) => point.median), 0);
  const edge = (key, fill) => ({
    x: finite.map((point) => point.value),
    y: finite.map((point) => (Number.isFinite(point[key]) ? point[key] : highest * 1.5)),
    mode: "lines",
    line: { width: 0, color },
    fill,
    fillcolor: translucent(color, 0.18),
    hoverinfo: "skip",
    showlegend: false,
  });
  const text = (point) =>
    `${exact(point.median)}<br>band ${exact(point.lower)} – ${exact(point.upper)}<br>${point.diverged} of ${point.runs} runs diverged`;
  const traces = [
    edge("lower", "none"),
    edge("upper", "tonexty"),
    {
      name: sweep.label,
      x: finite.map((point) => point.value),
      y: finite.map((point) => point.median),
      mode: "lines+markers",
      line: { color, width: 2 },
      customdata: finite.map(text),
      hovertemplate: "<b>%{fullData.name}</b><br>learning rate %{x}<br>lowest loss %{customdata}<extra></extra>",
    },
  ];
  if (lost.length > 0) {
    traces.push({
      name: `${sweep.label} diverged`,
      x: lost.map((point) => point.value),
      y: lost.map(() => highest * 1.3),
      mode: "markers",
      marker: { symbol: "x", size: 9, color },
      customdata: lost.map((point) => `${point.diverged} of ${point.runs}`),
      hovertemplate: `<b>${sweep.label}</b><br>learning rate %{x}<br>%{customdata} runs diverged<extra></extra>`,
      showlegend: false,
    });
  }
  return traces;
}
