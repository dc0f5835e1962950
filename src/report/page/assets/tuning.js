// A tuning: what was tried, what it scored, and default against tuned with what that cost.

import { exact, grouped, metric, significant } from "./format.js";
import { element, facts, folded, section } from "./dom.js";
import { keptChoices, keptSet, setter } from "./view.js";
import { axis, chart, line, literal, readable } from "./plot.js";
import { choice, scaleChoice, swatch, switches, toggles } from "./switches.js";
import { numberColumn, sortableTable } from "./table.js";
import { provenance } from "./provenance.js";
import { median } from "./statistics.js";

/** How the settings were searched. */
function searchText(search) {
  if (search.strategy === "grid") return `a grid of ${search.points} points along each range`;
  if (search.strategy === "random") return `a random search with ${search.trials} draws`;
  const rungs = search.rungs === 1 ? "rung" : "rungs";
  return `successive halving of ${search.trials} draws by ${search.eta} over ${search.rungs} ${rungs}`;
}

function seedText(seeds) {
  return `${seeds.length === 1 ? "seed" : "seeds"} ${seeds.join(", ")}`;
}

function tuningFacts(data) {
  return facts([
    ["problem", data.problem],
    ["network", data.network],
    ["loss", data.loss],
    ["target training loss", data.target_loss === null ? null : significant(data.target_loss)],
    [
      "search",
      `${searchText(data.search)} on ${seedText(data.seeds)}, ${significant(data.trial_budget)} passes a run`,
    ],
    [
      "evaluation",
      `medians over other seeds: ${seedText(data.evaluation_seeds)}, ${significant(data.evaluation_budget)} passes a run`,
    ],
  ]);
}

function settingsText(trial) {
  return trial.settings.map(([key, value]) => `${key}=${value}`).join(" ");
}

/** Passes to the target, or that it was missed. */
function passesText(outcome, budget, hasTarget) {
  if (!outcome || !hasTarget) return "–";
  return outcome.passes_to_target === null
    ? `> ${significant(budget)}`
    : significant(outcome.passes_to_target);
}

/** Default against tuned, and what the search cost. */
function resultTable(data, styles) {
  const hasTarget = data.target_loss !== null;
  const budget = data.evaluation_budget;
  const metricText = (value) => metric(data.metric, value);
  const rows = data.solvers.map((found, index) => ({ ...found, style: styles[index] }));
  const passes = (title, outcome) => ({
    title,
    numeric: true,
    value: (row) => outcome(row)?.passes_to_target ?? Infinity,
    show: (row) => passesText(outcome(row), budget, hasTarget),
  });
  const columns = [
    { title: "solver", value: (row) => row.solver, show: (row) => [swatch(row.style), row.solver] },
    {
      title: "chosen",
      value: (row) => row.chosen,
      show: (row) => (row.chosen === null ? "–" : settingsText(row.trials[row.chosen])),
    },
    numberColumn("trials", (row) => row.trials.length - row.not_begun, grouped),
    numberColumn(
      "passes of the tuning",
      (row) => Math.abs(row.passes),
      (v) => significant(v),
    ),
    numberColumn(
      "loss, default",
      (row) => row.default.loss,
      (v) => significant(v),
    ),
    numberColumn(
      "loss, tuned",
      (row) => row.tuned?.loss ?? null,
      (v) => significant(v),
    ),
    numberColumn(
      "test metric, default",
      (row) => row.default.test_metric,
      metricText,
    ),
    numberColumn(
      "test metric, tuned",
      (row) => row.tuned?.test_metric ?? null,
      metricText,
    ),
    passes("passes to target, default", (row) => row.default),
    passes("passes to target, tuned", (row) => row.tuned),
    {
      title: "charged",
      hint: "the passes of all trials and those to the target",
      numeric: true,
      value: (row) => row.charged ?? Infinity,
      show: (row) =>
        !hasTarget
          ? "–"
          : row.charged === null
            ? `> ${significant(budget + row.passes)}`
            : significant(row.charged),
    },
  ];
  return sortableTable({
    name: "tuned",
    caption: "Default against tuned, and what the search cost.",
    columns,
    rows,
  }).node;
}

/** Keys that some solver was tuned by, with how their values are spread. */
function dimensionsOf(data) {
  const known = new Map();
  data.solvers
    .flatMap((found) => found.dimensions)
    .forEach((one) => {
      if (!known.has(one.key)) known.set(one.key, one);
    });
  return known;
}

function isNumeric(dimension) {
  return (
    dimension.scale !== "choices" ||
    dimension.choices.every((value) => value !== "" && Number.isFinite(Number(value)))
  );
}

/** The horizontal axis of a key. */
function settingAxis(dimension) {
  const title = dimension.key.replaceAll("_", " ");
  if (!isNumeric(dimension)) return axis(title, { type: "category" });
  return axis(title, { type: dimension.scale === "log" ? "log" : "linear" });
}

function trialText(trial) {
  const losses = trial.result.losses.map((loss) => (loss === null ? "diverged" : exact(loss))).join(", ");
  const score = trial.result.score === null ? "∞" : exact(trial.result.score);
  const settings = literal(settingsText(trial)).replaceAll(" ", "<br>");
  return `${settings}<br>score ${score}<br>runs ${losses}<br>${significant(trial.budget)} passes a run`;
}

/** Where on the axis a trial lies; null where it has no such key. */
function placeOf(trial, dimension) {
  const found = trial.settings.find(([key]) => key === dimension.key);
  if (!found) return null;
  return isNumeric(dimension) ? Number(found[1]) : found[1];
}

/** The trials of one rung: a line where this setting is all that was tuned, and what diverged at the top. */
function rungTraces(found, style, trials, dimension, top) {
  const own = trials
    .map((trial) => ({ trial, x: placeOf(trial, dimension) }))
    .filter((one) => one.x !== null);
  const isAlone = found.dimensions.length === 1 && isNumeric(dimension);
  const scored = own.filter(({ trial }) => trial.result.score !== null);
  if (isAlone) scored.sort((a, b) => a.x - b.x);
  const color = readable(style.color);
  const common = { name: literal(found.solver), hovertemplate: "<b>%{fullData.name}</b><br>%{text}<extra></extra>" };
  const size = 7 + 3 * (trials[0]?.rung ?? 0);
  const points = {
    ...common,
    x: scored.map(({ x }) => x),
    y: scored.map(({ trial }) => trial.result.score),
    text: scored.map(({ trial }) => trialText(trial)),
    mode: isAlone ? "lines+markers" : "markers",
    line: line(style),
    marker: { size, color, line: { color, width: 1 } },
  };
  const lost = own.filter(({ trial }) => trial.result.score === null);
  const crosses = {
    ...common,
    x: lost.map(({ x }) => x),
    y: lost.map(() => top),
    text: lost.map(({ trial }) => trialText(trial)),
    mode: "markers",
    marker: { symbol: "x", size: 9, color },
  };
  return [points, crosses];
}

/** A ring around what was chosen. */
function chosenTrace(found, style, dimension) {
  const trial = found.trials[found.chosen];
  if (!trial?.result) return [];
  return [
    {
      name: literal(found.solver),
      x: [placeOf(trial, dimension)],
      y: [trial.result.score],
      mode: "markers",
      marker: {
        symbol: "circle-open",
        size: 18,
        color: readable(style.color),
        line: { color: readable(style.color), width: 2.5 },
      },
      text: [trialText(trial)],
      hovertemplate: "<b>%{fullData.name}</b>, chosen<br>%{text}<extra></extra>",
    },
  ];
}

function trialTraces(found, style, dimension, top) {
  const trials = found.trials.filter((trial) => trial.result !== null);
  const rungs = [...new Set(trials.map((trial) => trial.rung))];
  const traces = rungs.flatMap((rung) =>
    rungTraces(
      found,
      style,
      trials.filter((trial) => trial.rung === rung),
      dimension,
      top,
    ),
  );
  return [...traces, ...chosenTrace(found, style, dimension)];
}

/** Scores over one setting. */
function scoreChart(data, styles, chosen, prefix) {
  const dimensions = dimensionsOf(data);
  if (dimensions.size === 0) return null;
  const [first] = dimensions.keys();
  const view = keptChoices(`${prefix}.scores`, {
    key: [first, [...dimensions.keys()]],
    vertical: ["log", ["log", "linear"]],
  });
  const build = () => {
    const dimension = dimensions.get(view.key);
    const shown = data.solvers
      .map((found, index) => ({ found, style: styles[index] }))
      .filter((_, index) => chosen.has(index));
    const scores = shown
      .flatMap(({ found }) => found.trials.map((trial) => trial.result?.score ?? null))
      .filter((score) => score !== null);
    const highest = Math.max(...scores, 1e-300);
    const lowest = Math.min(...scores, highest);
    const isLog = view.vertical === "log";
    const top = isLog ? highest * (highest / lowest) ** 0.12 * 1.1 : highest + 0.12 * (highest - lowest);
    return {
      data: shown.flatMap(({ found, style }) => trialTraces(found, style, dimension, top)),
      layout: {
        xaxis: settingAxis(dimension),
        yaxis: axis("score: median lowest training loss", { type: view.vertical }),
        uirevision: view.key + view.vertical,
      },
    };
  };
  const drawn = chart({ name: "scores", label: "Scores of the trials over a setting", height: 420, build });
  const set = setter(view, drawn.update);
  const keys = [...dimensions.keys()].map((key) => [key, key.replaceAll("_", " ")]);
  const controls = switches(
    keys.length > 1 ? choice("Over", keys, view.key, set("key")) : null,
    scaleChoice("Vertical", view.vertical, set("vertical")),
  );
  const note =
    "A ring marks what was chosen, a cross a trial that diverged. Larger dots are later rungs of the search.";
  return { node: [controls, element("p", { class: "note" }, note), drawn.node], update: drawn.update };
}

/** Every trial of the solvers that are switched on. */
function trialTable(data, styles, chosen) {
  const rows = () =>
    data.solvers.flatMap((found, index) =>
      chosen.has(index)
        ? found.trials.map((trial, number) => ({
            ...trial,
            solver: found.solver,
            style: styles[index],
            isChosen: found.chosen === number,
          }))
        : [],
    );
  const score = (row) => row.result?.score ?? null;
  const losses = (row) =>
    row.result?.losses.map((loss) => (loss === null ? "diverged" : significant(loss))).join(", ") ??
    "not begun";
  const scoreText = (row) => {
    const text = row.result === null ? "not begun" : score(row) === null ? "∞" : significant(score(row));
    return element("span", { class: row.isChosen ? "best" : null, title: exact(score(row)) }, text);
  };
  const finiteLosses = (row) => median((row.result?.losses ?? []).map((loss) => loss ?? Infinity));
  const table = sortableTable({
    name: "trials",
    caption:
      "Every trial; bold: chosen. The score is the median over the tuning's seeds of the lowest training loss.",
    columns: [
      { title: "solver", value: (row) => row.solver, show: (row) => [swatch(row.style), row.solver] },
      {
        title: "settings",
        value: settingsText,
        show: (row) => element("span", { class: row.isChosen ? "best" : null }, settingsText(row)),
      },
      numberColumn(
        "rung",
        (row) => row.rung,
        (v) => String(v),
        "of the search, from 0",
      ),
      numberColumn(
        "passes a run",
        (row) => row.budget,
        (v) => significant(v),
      ),
      { title: "score", numeric: true, value: (row) => score(row) ?? Infinity, show: scoreText },
      { title: "lowest losses", value: finiteLosses, show: losses },
      numberColumn(
        "passes",
        (row) => row.result?.passes ?? 0,
        (v) => significant(v),
      ),
    ],
    rows: rows(),
  });
  return { node: table.node, update: () => table.fill(rows()) };
}

/** What has to be said of solvers that were not tuned, or of trials that were not begun. */
function remarks(data) {
  return data.solvers.flatMap((found) => {
    if (found.dimensions.length === 0)
      return [`${found.solver} has none of the settings searched; it was not tuned.`];
    const said = [];
    if (found.not_begun > 0) {
      said.push(
        `${found.solver}: ${found.not_begun} of ${found.trials.length} trials were not begun, ` +
          `since what was left of ${significant(found.budget)} passes was less than they may spend.`,
      );
    }
    if (found.chosen === null) said.push(`${found.solver}: every trial diverged; nothing was chosen.`);
    return said;
  });
}

/** The parts of a tuning's section. */
export function renderTuning(part, id) {
  const { data, styles } = part;
  const prefix = id.replace("part-", "");
  const all = data.solvers.map((_, index) => index);
  const chosen = keptSet(`${prefix}.solvers`, all, all);
  const scores = scoreChart(data, styles, chosen, prefix);
  const trials = trialTable(data, styles, chosen);
  const items = data.solvers.map((found, key) => ({ key, text: found.solver, style: styles[key] }));
  const change = () => {
    chosen.note();
    scores?.update();
    trials.update();
  };
  return [
    folded("About the tuning", true, tuningFacts(data)),
    section(
      `${id}-tuned`,
      3,
      "Default against tuned",
      resultTable(data, styles),
      remarks(data).map((text) => element("p", { class: "note" }, text)),
    ),
    section(
      `${id}-trials`,
      3,
      "Trials",
      toggles("Solvers", items, chosen, change),
      scores?.node ?? null,
      folded("Every trial", true, trials.node),
    ),
    provenance(part, id, 3),
  ];
}
