// A slider over the iterations of paths: where every solver is, and what the plane hides of it.

import { grouped, significant } from "./format.js";
import { element } from "./dom.js";
import { keptChoices, setter } from "./view.js";
import { axis, chart, colors, line, literal, readable, upright } from "./plot.js";
import { scaleChoice, slider, swatch, switches } from "./switches.js";
import { numberColumn, sortableTable } from "./table.js";

/** How long it takes from the first iterate to the last, in milliseconds. */
const LASTS = 14_000;

/** Milliseconds between two steps at least, and for who asked for less motion. */
const EVERY = { usual: 90, calm: 1200 };

/** The last iterate that a path has at or before an iteration. */
export function reached(iterations, now) {
  let index = 0;
  while (index + 1 < iterations.length && iterations[index + 1] <= now) index += 1;
  return index;
}

/** All iterations at which some path has an iterate. */
export function allIterations(walks) {
  return [...new Set(walks.flatMap((walk) => walk.iterations))].sort((a, b) => a - b);
}

/** A button that moves a slider on by itself; who asked for less motion sees few, slow steps. */
function player(input, last) {
  let timer = null;
  let isPlaying = false;
  const button = element("button", { type: "button", class: "play", "aria-pressed": "false" }, "▶ Play");
  const set = (state) => {
    isPlaying = state;
    button.textContent = state ? "⏸ Pause" : "▶ Play";
    button.setAttribute("aria-pressed", String(state));
  };
  const stop = () => {
    clearTimeout(timer);
    set(false);
  };
  const move = (to) => {
    input.value = to;
    input.dispatchEvent(new Event("input"));
  };
  // The wait begins when what was moved to is drawn; who draws slowly sees fewer steps.
  const later = (every, since) =>
    requestAnimationFrame(() => {
      if (isPlaying) timer = setTimeout(step, every, every, since);
    });
  function step(every, since) {
    const now = Number(input.value);
    if (now >= last || !input.isConnected) return stop();
    const time = performance.now();
    move(Math.min(last, now + Math.max(1, Math.round((last * (time - since)) / LASTS))));
    later(every, time);
  }
  button.addEventListener("click", () => {
    if (isPlaying) return stop();
    if (Number(input.value) >= last) move(0);
    set(true);
    const isCalm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    later(isCalm ? EVERY.calm : EVERY.usual, performance.now());
  });
  input.addEventListener("pointerdown", stop);
  input.addEventListener("keydown", stop);
  return button;
}

/** Where each solver is. */
function readout(walks, selection) {
  const atEnd = (row) => (row.at === row.walk.iterations.length - 1 ? row.walk.passes : null);
  const columns = [
    {
      title: "solver",
      value: (row) => row.walk.label,
      show: (row) => [swatch(row.walk.style), row.walk.label],
    },
    numberColumn("iteration", (row) => row.walk.iterations[row.at], grouped),
    numberColumn(
      "true loss",
      (row) => row.walk.loss[row.at],
      (v) => significant(v),
      "of the iterate itself",
    ),
    numberColumn(
      "loss of the plane below",
      (row) => row.walk.below[row.at],
      (v) => significant(v),
      "at the iterate's shadow",
    ),
    numberColumn(
      "distance from the plane",
      (row) => row.walk.distance[row.at],
      (v) => significant(v),
      "‖Δθ‖ to the shadow",
    ),
  ];
  if (walks.some((walk) => walk.passes !== null)) {
    const hint = "what the whole run took, known at its end";
    columns.push(numberColumn("passes", atEnd, (v) => (v === null ? "" : significant(v)), hint));
  }
  const table = sortableTable({
    name: "iterates",
    caption: "Where the slider stands. The plane shows an iterate's shadow; its own loss is another.",
    columns,
    rows: [],
  });
  const update = () =>
    table.fill(
      walks
        .filter((_, key) => selection.chosen.has(key))
        .map((walk) => ({ walk, at: reached(walk.iterations, selection.now) })),
    );
  return { node: table.node, update };
}

function lossTraces(walk) {
  const style = line(walk.style);
  const common = { name: literal(walk.label), x: walk.iterations, mode: "lines" };
  const words = (what) => `<b>%{fullData.name}</b><br>iteration %{x}<br>${what} %{y}<extra></extra>`;
  return [
    { ...common, y: walk.loss, line: style, hovertemplate: words("true loss") },
    {
      ...common,
      y: walk.below,
      line: { ...style, width: 1.2, dash: "2px,3px" },
      hovertemplate: words("loss of the plane"),
    },
    { ...common, y: walk.distance, yaxis: "y2", line: style, hovertemplate: words("distance") },
  ];
}

/** A marker where the slider stands. */
function nowTrace(walk, now) {
  const at = reached(walk.iterations, now);
  const point = (value, more) => ({
    x: [walk.iterations[at]],
    y: [value],
    mode: "markers",
    marker: { size: 8, color: readable(walk.style.color) },
    hoverinfo: "skip",
    ...more,
  });
  return [point(walk.loss[at], {}), point(walk.distance[at], { yaxis: "y2" })];
}

/** True loss beside the plane's, and the distance from it, over iterations. */
function hiddenChart(walks, selection, prefix) {
  const view = keptChoices(`${prefix}.hidden`, {
    scale: ["log", ["log", "linear"]],
    across: ["linear", ["linear", "log"]],
  });
  const build = () => {
    const shown = walks.filter((_, key) => selection.chosen.has(key));
    const x = view.across === "log" ? Math.max(selection.now, 1e-9) : selection.now;
    return {
      data: shown.flatMap((walk) => [...lossTraces(walk), ...nowTrace(walk, selection.now)]),
      layout: {
        xaxis: axis("iteration", { anchor: "y2", type: view.across, rangemode: "tozero" }),
        yaxis: axis("training loss", { domain: [0.43, 1], type: view.scale }),
        yaxis2: axis("distance, ‖Δθ‖", { domain: [0, 0.35], rangemode: "tozero" }),
        shapes: [upright(x, colors().ink)],
        uirevision: view.scale + view.across,
      },
    };
  };
  const label =
    "True loss, the loss of the plane below it, and the distance from the plane, over iterations";
  const drawn = chart({ name: "hidden", label, height: 420, build });
  const set = setter(view, drawn.update);
  const controls = switches(
    scaleChoice("Loss", view.scale, set("scale")),
    scaleChoice("Iterations", view.across, set("across")),
  );
  const note =
    "Lines: the true loss, as in every chart of the solver. Thin dots: the loss at the iterate's shadow.";
  return { node: [controls, element("p", { class: "note" }, note), drawn.node], update: drawn.update };
}

/**
 * The slider over the iterates of `walks`, which sets `selection.now` and calls `change()`;
 * with a table and a chart of what the plane hides. A walk is { label, style, iterations,
 * loss, below, distance, passes }.
 */
export function pathSlider(walks, selection, prefix, change) {
  const iterations = allIterations(walks);
  const last = iterations.length - 1;
  selection.now = iterations[last];
  const table = readout(walks, selection);
  const hidden = hiddenChart(walks, selection, prefix);
  const update = () => {
    table.update();
    hidden.update();
  };
  let waiting = false;
  const move = (value) => {
    selection.now = iterations[value];
    table.update();
    if (waiting) return;
    // Drawing takes longer than the slider moves.
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      hidden.update();
      change();
    });
  };
  const control = slider(
    "Iteration",
    last,
    last,
    (value) => `iteration ${grouped(iterations[value])}`,
    move,
  );
  control.append(player(control.querySelector("input"), last));
  update();
  return { control, table: table.node, chart: hidden.node, update };
}
