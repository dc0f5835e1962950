// A loss landscape: the plane and its surface with the solvers' paths, and what it hides.

import { exact } from "./format.js";
import { element, folded, section } from "./dom.js";
import { keptChoices, keptSet, setter } from "./view.js";
import { chart } from "./plot.js";
import { choice, planeChoice, switches, toggle, toggles } from "./switches.js";
import { provenance } from "./provenance.js";
import { signedKind, valueScale } from "./scales.js";
import { fieldOf, groundTraces, isSigned, markTraces, namedTrace, pathTraces, planeLayout } from "./plane.js";
import { CURVATURES, landscapeFacts, quantityName, walkTable } from "./landscape_facts.js";
import { surfaceChart } from "./surface.js";
import { allIterations, pathSlider, reached } from "./path_slider.js";
import { profileChart } from "./profile_line.js";

const LOSS_SCALES = [
  ["auto", "automatic"],
  ["linear", "linear"],
  ["log", "logarithmic"],
  ["log-above-least", "log above the least"],
];

const CURVATURE_SCALES = [
  ["signed", "linear"],
  ["signed-log", "logarithmic on both sides of 0"],
];

/** A run's iterates on the drawing, in distances. */
function walkOf(run, style, drawing) {
  const [first, second] = drawing.axes;
  const text = run.iterations.map((iteration, i) => {
    const [loss, below] = [exact(run.loss[i]), exact(run.plane_loss[i])];
    const apart = exact(run.distance_from_plane[i]);
    const plane = `loss of the plane ${below}<br>distance from it ${apart}`;
    return `iteration ${iteration}<br>true loss ${loss}<br>${plane}`;
  });
  return {
    label: run.label,
    style,
    iterations: run.iterations,
    x: run.coordinates.map(([a]) => a * first.length),
    y: run.coordinates.map(([, b]) => b * (second?.length ?? 1)),
    loss: run.loss,
    below: run.plane_loss,
    distance: run.distance_from_plane,
    passes: run.passes ?? null,
    text,
  };
}

/** The centre and the other points with a name, in distances. */
function namedPoints(data, drawing) {
  const centres = {
    "the solution": data.solution,
    "the mean of all iterates, each run counting the same": "mean",
  };
  const lengths = drawing.axes.map((axis) => axis.length);
  const others = (drawing.marks ?? []).map(({ label, at }) => ({
    label,
    at: [at[0] * lengths[0], at[1] * (lengths[1] ?? 1)],
  }));
  return [{ label: centres[drawing.centre] ?? drawing.centre, at: [0, 0] }, ...others];
}

/** What is chosen, as numbers over the plane. */
function chosenField(data, view) {
  const drawing = data.drawings[view.drawing];
  const name = quantityName(data, view.quantity);
  if (CURVATURES[view.quantity]) {
    const { grid } = data.curvature;
    const values = data.curvature[view.quantity];
    const axes = grid.axes.map((axis, i) => ({ ...drawing.axes[i], ...axis }));
    return fieldOf(axes, values, { name, cells: true, diverging: isSigned(values) });
  }
  const unit = view.quantity.endsWith("metric") && data.metric === "accuracy" ? 100 : 1;
  const values = drawing[view.quantity].map((value) => (value === null ? null : unit * value));
  return fieldOf(drawing.axes, values, { name, cells: false, diverging: false });
}

/** The kind of scale: what was chosen where that suits the quantity. */
function chosenKind(view, field) {
  if (field.diverging) return view.signed === "auto" ? signedKind(field.values) : view.signed;
  return view.quantity.endsWith("metric") && view.scale === "auto" ? "linear" : view.scale;
}

/** The plane from above. */
function planeChart(state) {
  const build = () => {
    const { field, kind, paths, isFilled, isEqual, points, dots } = state();
    const scale = valueScale(kind, field.values);
    const narrow = window.innerWidth < 640;
    const ground = groundTraces(field, scale, { isFilled, narrow });
    const colored = isFilled || field.cells;
    return {
      data: [
        ...ground,
        ...dots,
        ...paths.flatMap((path) => pathTraces(path, path.at, colored)),
        ...paths.flatMap((path) => markTraces(path, path.at, colored)),
        namedTrace(points, colored),
      ],
      layout: planeLayout(field, isEqual, { uirevision: `plane${isEqual}` }),
    };
  };
  return chart({
    name: "plane",
    label: "The plane from above, with lines of equal value",
    height: 480,
    build,
  });
}

/** Which points were measured, where not all were. */
function measuredDots(drawing, view) {
  if (view.measured !== "yes" || !drawing.measured) return [];
  const field = fieldOf(drawing.axes, [], {});
  const at = drawing.measured.flatMap((is, index) => (is ? [index] : []));
  const width = field.x.length;
  return [
    {
      x: at.map((index) => field.x[index % width]),
      y: at.map((index) => field.y[Math.floor(index / width)]),
      mode: "markers",
      marker: { size: 3, color: "#ffffff", line: { color: "#000000", width: 0.5 } },
      hoverinfo: "skip",
    },
  ];
}

/** Which random draw is shown; a curvature was measured on the first alone. */
function drawChoice(data, view, change) {
  if (data.drawings.length === 1) return [];
  const reason = CURVATURES[view.quantity] ? "the curvature was measured on the first draw alone" : null;
  const draws = data.drawings.map((one, index) => [
    String(index),
    String(one.draw ?? index),
    index === 0 ? null : reason,
  ]);
  return [choice("Random draw", draws, view.drawing, change)];
}

/** Switches for what is drawn over the plane. */
function planeSwitches(data, view, update) {
  const set = setter(view, update);
  const setFlag = (key) => (state) => set(key)(state ? "yes" : "no");
  const [drawing] = data.drawings;
  const scales = element("div", {});
  const draws = element("div", {});
  const offer = () => {
    draws.replaceChildren(...drawChoice(data, view, set("drawing")));
    const field = chosenField(data, view);
    const signed = choice("Scale", CURVATURE_SCALES, chosenKind(view, field), set("signed"));
    scales.replaceChildren(
      field.diverging ? signed : choice("Scale", LOSS_SCALES, view.scale, set("scale")),
    );
  };
  const quantity = choice(
    "Shown",
    quantitiesOf(data).map((key) => [key, quantityName(data, key)]),
    view.quantity,
    (value) => {
      view.set("signed", "auto");
      view.set("quantity", value);
      if (CURVATURES[value]) view.set("drawing", "0");
      offer();
      update();
    },
  );
  offer();
  return switches(
    quantity,
    scales,
    data.drawings.length > 1 ? draws : null,
    planeChoice(view.drawn, set("drawn")),
    toggle("one unit as long on both axes", view.equal === "yes", setFlag("equal")),
    drawing.measured
      ? toggle("points that were measured", view.measured === "yes", setFlag("measured"))
      : null,
    data.runs.length > 0
      ? choice(
          "Paths on the surface",
          [
            ["plane", "at the plane's loss"],
            ["true", "at their true loss"],
          ],
          view.heights,
          set("heights"),
        )
      : null,
  );
}

/** Everything about a plane that follows the view. */
function planePictures(data, walks, view) {
  const state = () => {
    const drawing = data.drawings[view.drawing];
    const field = chosenField(data, view);
    // The runs' coordinates are those on the first drawing.
    const shown = view.drawing === "0" ? walks.filter((_, key) => view.chosen.has(key)) : [];
    const isLoss = view.quantity === "train_loss";
    const paths = shown.map((walk) => ({
      ...walk,
      at: reached(walk.iterations, view.now),
      below: isLoss ? walk.below : null,
    }));
    return {
      field,
      kind: chosenKind(view, field),
      paths,
      points: namedPoints(data, drawing),
      dots: measuredDots(drawing, view),
      isFilled: view.drawn === "filled",
      isEqual: view.equal === "yes",
      isTrue: isLoss && view.heights === "true",
    };
  };
  const plane = planeChart(state);
  const surface = surfaceChart("surface", state);
  const update = () => {
    plane.update();
    surface.update();
  };
  return { plane: plane.node, surface: surface.node, update };
}

/** What can be shown over the plane. */
function quantitiesOf(data) {
  const measured = ["train_loss", "train_metric", "test_loss", "test_metric"].filter(
    (key) => data.drawings[0][key],
  );
  return data.curvature ? [...measured, ...Object.keys(CURVATURES)] : measured;
}

/** What is chosen at first, or by the address. */
function landscapeView(data, walks, prefix) {
  const draws = data.drawings.map((_, index) => String(index));
  const view = keptChoices(`${prefix}.plane`, {
    quantity: ["train_loss", quantitiesOf(data)],
    scale: ["auto", LOSS_SCALES.map(([key]) => key)],
    signed: ["auto", ["auto", ...CURVATURE_SCALES.map(([key]) => key)]],
    drawing: ["0", draws],
    drawn: ["filled", ["filled", "lines"]],
    measured: ["no", ["yes", "no"]],
    // As in the pictures: principal components differ too much in length.
    equal: [data.principal_components ? "no" : "yes", ["yes", "no"]],
    heights: ["plane", ["plane", "true"]],
  });
  const all = walks.map((_, key) => key);
  view.chosen = keptSet(`${prefix}.solvers`, all, all);
  view.now = allIterations(walks).at(-1) ?? 0;
  if (CURVATURES[view.quantity]) view.set("drawing", "0");
  return view;
}

/** The parts of a landscape's section. */
export function renderLandscape(part, id) {
  const { data, styles } = part;
  const [drawing] = data.drawings;
  const isPlane = drawing.axes.length === 2;
  // A run that was interrupted may have no iterate.
  const walks = data.runs
    .map((run, index) => walkOf(run, styles[index], drawing))
    .filter((walk) => walk.iterations.length > 0);
  const prefix = id.replace("part-", "");
  const view = landscapeView(data, walks, prefix);
  const pictures = isPlane ? planePictures(data, walks, view) : null;
  const paths = () =>
    walks
      .filter((_, key) => view.chosen.has(key))
      .map((walk) => ({ ...walk, at: reached(walk.iterations, view.now) }));
  const profile =
    !isPlane || data.drawings.length > 1
      ? profileChart({
          drawings: data.drawings,
          words: (key) => quantityName(data, key),
          unit: data.metric === "accuracy" ? 100 : 1,
          paths: isPlane ? () => [] : paths,
          points: isPlane ? [] : namedPoints(data, drawing),
          prefix,
        })
      : null;
  const redraw = () => {
    pictures?.update();
    profile?.update();
  };
  const slide = walks.length > 0 ? pathSlider(walks, view, prefix, redraw) : null;
  const solvers = walks.map((walk, key) => ({ key, text: walk.label, style: walk.style }));
  const change = () => {
    view.chosen.note();
    redraw();
    slide?.update();
  };
  return [
    folded("About the landscape", true, landscapeFacts(data)),
    section(
      `${id}-pictures`,
      3,
      isPlane ? "Surface and plane" : "Along the line",
      isPlane ? planeSwitches(data, view, redraw) : null,
      solvers.length > 0 ? toggles("Solvers", solvers, view.chosen, change) : null,
      slide?.control,
      pictures
        ? element(
            "div",
            { class: "pair" },
            element("div", {}, pictures.surface),
            element("div", {}, pictures.plane),
          )
        : null,
      isPlane ? null : profile.node,
      slide?.table,
    ),
    isPlane && profile
      ? section(`${id}-draws`, 3, "Along the first axis, over all draws", profile.node)
      : null,
    slide ? section(`${id}-hidden`, 3, `What the ${isPlane ? "plane" : "line"} hides`, slide.chart) : null,
    data.runs.length > 0 ? section(`${id}-runs`, 3, "Runs", walkTable(data, styles)) : null,
    provenance(part, id, 3),
  ];
}
