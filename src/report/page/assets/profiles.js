// Statistics over all goals of a comparison: performance profile, ECDF, and who beats whom.

import { percent } from "./format.js";
import { performanceProfile, stepCurve, wins } from "./statistics.js";
import { element } from "./dom.js";
import { axis, chart, colors, line, literal } from "./plot.js";
import { choice, keyList, switches, toggles } from "./switches.js";
import { keptChoices, keptSet, setter } from "./view.js";

const COSTS = { passes: "passes", samples: "samples read", seconds: "seconds" };

/**
 * Costs `paid[solver][goal]` of the shown solvers for the goals problem × seed × level for
 * which all of them have a finished run, and the number of each goal's problem.
 */
function costs(data, solvers, seeds, problems, levels, kind) {
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
    name: literal(solver),
    x: points.map((point) => point[0]),
    y: points.map((point) => point[1]),
    mode: "lines",
    line: { ...line(style), shape: "hv" },
    customdata: points.map((point) => percent(point[1])),
    hovertemplate: `<b>%{fullData.name}</b><br>%{customdata} of the goals ${words} %{x}<extra></extra>`,
  };
}

/** Both profiles, following the comparison's `selection`. */
export function profiles(data, styles, selection, prefix) {
  const levels = data.target_levels.map((_, index) => index);
  const view = keptChoices(`${prefix}.goals`, {
    kind: ["passes", data.timed ? Object.keys(COSTS) : ["passes", "samples"]],
    of: ["all", ["all", "one"]],
  });
  view.levels = keptSet(`${prefix}.goals.levels`, levels, levels);
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
    const begins = steps.flatMap((curve) => curve.slice(0, 1).map(([x]) => x)).filter((x) => x > 0);
    const first = low ?? (begins.length > 0 ? Math.min(...begins) : 1);
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
  const pairs = winsChart(data, table);
  const charts = element(
    "div",
    {},
    element(
      "div",
      { class: "pair" },
      element("figure", {}, element("figcaption", {}, "Performance profile"), profile.node),
      element("figure", {}, element("figcaption", {}, "ECDF: share of goals reached"), distribution.node),
    ),
    element(
      "figure",
      {},
      element("figcaption", {}, "Wins: the share of goals that the solver of the row reached for less than that of the column"),
      pairs.node,
    ),
  );
  const nothing = element(
    "p",
    { class: "note" },
    "There is no goal for which all solvers that are switched on have a finished run.",
  );
  const keys = keyList();
  const update = () => {
    keys.fill(styles.filter((_, index) => selection.solvers.has(index)));
    const isEmpty = table().groups.length === 0;
    charts.hidden = isEmpty;
    nothing.hidden = !isEmpty;
    [profile, distribution, pairs].forEach((made) => made.update());
  };
  const set = setter(view, update);
  const setLevels = () => {
    view.levels.note();
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
      toggles("Left undone", levelItems, view.levels, setLevels),
    ),
    keys.node,
    nothing,
    charts,
  ];
  update();
  return { node, update };
}

/** Who beats whom, as a matrix. */
function winsChart(data, table) {
  const build = () => {
    const { solvers, paid, groups } = table();
    const names = solvers.map((solver) => literal(data.solvers[solver]));
    const found = wins(paid);
    const share = (count) => (groups.length === 0 ? 0 : count / groups.length);
    const text = found.map((row, a) =>
      row.map(({ wins: won, ties, missed }, b) => {
        const lost = groups.length - won - ties - missed;
        return `${names[a]} ${percent(share(won), 1)}, ${names[b]} ${percent(share(lost), 1)}, the same ${percent(share(ties), 1)}, both missed ${percent(share(missed), 1)}`;
      }),
    );
    const few = names.length <= 13;
    const { ink, paper, won } = colors();
    const z = found.map((row, a) => row.map((cell, b) => (a === b ? null : share(cell.wins))));
    return {
      data: [
        {
          type: "heatmap",
          x: names,
          y: names,
          z,
          zmin: 0,
          zmax: 1,
          // Words in the page's ink read on every shade.
          colorscale: [[0, paper], [1, won]],
          textfont: { color: ink },
          colorbar: { tickformat: ".0%", thickness: 12 },
          customdata: text,
          hovertemplate: "%{customdata}<extra></extra>",
          texttemplate: few ? "%{z:.0%}" : "",
          xgap: 1,
          ygap: 1,
        },
      ],
      layout: {
        xaxis: axis("", { tickangle: -45, side: "bottom", type: "category", showgrid: false }),
        yaxis: axis("", { autorange: "reversed", type: "category", showgrid: false }),
        plot_bgcolor: colors().grid,
      },
    };
  };
  return chart({ name: "wins", label: "Matrix of who reached goals for less than whom", height: 460, build });
}
