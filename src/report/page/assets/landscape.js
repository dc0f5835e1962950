// A loss landscape: the plane and its surface with the solvers' paths, and what it hides.

import { counted, exact, grouped, percent, significant } from "./format.js";
import { element, facts, folded, section } from "./dom.js";
import { chart } from "./plot.js";
import { choice, swatch, switches, toggle, toggles } from "./switches.js";
import { numberColumn, sortableTable } from "./table.js";
import { provenance } from "./provenance.js";
import { finite, signedKind, valueScale } from "./scales.js";
import { fieldOf, groundTraces, isSigned, markTraces, namedTrace, pathTraces, planeLayout } from "./plane.js";
import { surfaceChart } from "./surface.js";
import { allIterations, pathSlider, reached } from "./path_slider.js";
import { profileChart } from "./profile_line.js";

const CURVATURES = {
  largest: "largest eigenvalue of the Hessian",
  smallest: "smallest eigenvalue of the Hessian",
  negative_ratio: "|smallest| / largest eigenvalue, where negative",
};

const LOSS_SCALES = [
  ["auto", "automatic"],
  ["linear", "linear"],
  ["log", "logarithmic"],
  ["log-above-least", "log above the least"],
];

const CURVATURE_SCALES = [["signed", "linear"], ["signed-log", "logarithmic on both sides of 0"]];

/** Whether the metric is an accuracy; where the record does not say so, by its loss. */
function isAccuracy(data) {
  return data.metric ? data.metric === "accuracy" : data.loss.includes("cross-entropy");
}

/** What a quantity is called. */
function quantityName(data, quantity) {
  if (CURVATURES[quantity]) return CURVATURES[quantity];
  const [set, what] = quantity.split("_");
  const unit = data.metric_unit ? ` (${data.metric_unit})` : "";
  const measured = isAccuracy(data) ? "accuracy (%)" : data.metric ? `RMSE${unit}` : "metric";
  return `${set === "train" ? "training" : "test"} ${what === "loss" ? "loss" : measured}`;
}

/** A run's iterates on the drawing, in distances. */
function walkOf(run, style, drawing) {
  const [first, second] = drawing.axes;
  const text = run.iterations.map((iteration, i) => {
    const [loss, below] = [exact(run.loss[i]), exact(run.plane_loss[i])];
    return `iteration ${iteration}<br>true loss ${loss}<br>loss of the plane ${below}<br>distance from it ${exact(run.distance_from_plane[i])}`;
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
  const centres = { "the solution": data.solution, "the mean of all iterates, each run counting the same": "mean" };
  const lengths = drawing.axes.map((axis) => axis.length);
  const others = (drawing.marks ?? []).map(({ label, at }) => ({ label, at: [at[0] * lengths[0], at[1] * (lengths[1] ?? 1)] }));
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
  const unit = view.quantity.endsWith("metric") && isAccuracy(data) ? 100 : 1;
  const values = drawing[view.quantity].map((value) => (value === null ? null : unit * value));
  return fieldOf(drawing.axes, values, { name, cells: false, diverging: false });
}

/** The kind of scale: what was chosen where that suits the quantity. */
function chosenKind(view, field) {
  if (field.diverging) return view.signed ?? signedKind(field.values);
  return view.quantity.endsWith("metric") && view.scale === "auto" ? "linear" : view.scale;
}

/** How random directions were drawn, or which eigenvalues belong to the axes. */
function directionFacts(data, drawing) {
  const random = data.random;
  const pairs = [["axes", drawing.axes.map((axis) => axis.label).join(", ")]];
  if (random) {
    const scaled = random.normalisation === "none" ? "not normalised" : `${random.normalisation}-normalised`;
    pairs[0] = ["axes", `random, ${scaled}, biases ${random.biases}; ${counted(data.drawings.length, "draw")}, seed ${random.seed}`];
  }
  if (drawing.eigenvalues?.length > 0) {
    const values = drawing.eigenvalues.map(([value, residual]) => `${significant(value)} ± ${significant(residual, 1)}`);
    pairs.push(["their eigenvalues", values.join(" and ")]);
  }
  if (Math.abs(drawing.cosine) > 1e-6) pairs.push(["cosine of their angle", significant(drawing.cosine, 3)]);
  return pairs;
}

/** What the components that are drawn hold, beside a random walk. */
function sharesText(data) {
  const found = data.principal_components;
  if (!found) return null;
  const count = data.drawings[0].axes.length;
  const sum = (shares) => shares.slice(0, count).map((share) => percent(share, 1)).join(" + ");
  const components = count === 2 ? "two components hold" : "the first component holds";
  return `${components} ${sum(found.shares)} of the variance about the mean; of random walks with these steps ${sum(found.random_walk_shares)}`;
}

function landscapeFacts(data) {
  const [drawing] = data.drawings;
  const shape = drawing.axes.length === 2 ? "plane" : "line";
  const centre = drawing.centre === "the solution" ? data.solution : drawing.centre;
  const gaps = drawing.points - finite(drawing.train_loss).length;
  const points = `${grouped(drawing.points)}, ${grouped(drawing.measured_points)} measured${drawing.measured ? ", the rest interpolated" : ""}`;
  return facts([
    ["problem", data.title],
    ["network", `${data.network}, ${grouped(data.dimension)} parameters`],
    ["loss", data.loss],
    ["rows", `${grouped(data.rows)} to train on, ${grouped(data.test_rows)} held out`],
    ["seed", data.seed],
    [shape, `through ${centre}`],
    ...directionFacts(data, drawing),
    [`what the ${shape} shows`, sharesText(data)],
    ["points", points + (gaps > 0 ? `, ${counted(gaps, "point")} not finite` : "")],
    ["precision", data.precision],
    ["data, SHA-256", element("code", {}, data.data_sha256)],
  ]);
}

/** Every run, how it ended, and how much of it is to be seen. */
function walkTable(data, styles) {
  const shape = data.drawings[0].axes.length === 2 ? "plane" : "line";
  const rows = data.runs.map((run, index) => ({
    ...run,
    style: styles[index],
    farthest: Math.max(...run.distance_from_plane),
    last: run.iterations.length - 1,
  }));
  const columns = [
    { title: "solver", value: (row) => row.label, show: (row) => [swatch(row.style), row.label] },
    { title: "status", value: (row) => row.status ?? "", show: (row) => row.status ?? "–" },
    numberColumn("iterations", (row) => row.iterations[row.last], grouped),
    numberColumn("passes", (row) => row.passes, (v) => significant(v)),
    numberColumn("loss at the end", (row) => row.loss[row.last], (v) => significant(v)),
    numberColumn(`of its variance in the ${shape}`, (row) => row.captured_variance, (v) => percent(v, 1), "about the run's own mean"),
    numberColumn(`farthest from the ${shape}`, (row) => row.farthest, (v) => significant(v, 3), "‖Δθ‖"),
  ];
  return sortableTable({ name: "walks", caption: "The runs, and how much of each is to be seen here.", columns, rows }).node;
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
  return chart({ name: "plane", label: "The plane from above, with lines of equal value", height: 480, build });
}

/** Which points were measured, where not all were. */
function measuredDots(drawing, view) {
  if (!view.measured || !drawing.measured) return [];
  const field = fieldOf(drawing.axes, [], {});
  const at = drawing.measured.flatMap((is, index) => (is ? [index] : []));
  const width = field.x.length;
  return [{
    x: at.map((index) => field.x[index % width]),
    y: at.map((index) => field.y[Math.floor(index / width)]),
    mode: "markers",
    marker: { size: 3, color: "#ffffff", line: { color: "#000000", width: 0.5 } },
    hoverinfo: "skip",
  }];
}

/** Switches for what is drawn over the plane. */
function planeSwitches(data, view, update) {
  const set = (key) => (value) => {
    view[key] = value;
    update();
  };
  const [drawing] = data.drawings;
  const quantities = ["train_loss", "train_metric", "test_loss", "test_metric"].filter((key) => drawing[key]);
  if (data.curvature) quantities.push("largest", "smallest", "negative_ratio");
  const scales = element("div", {});
  const offer = () => {
    const field = chosenField(data, view);
    const signed = choice("Scale", CURVATURE_SCALES, chosenKind(view, field), set("signed"));
    scales.replaceChildren(field.diverging ? signed : choice("Scale", LOSS_SCALES, view.scale, set("scale")));
  };
  const quantity = choice("Shown", quantities.map((key) => [key, quantityName(data, key)]), view.quantity, (value) => {
    view.quantity = value;
    view.signed = null;
    if (CURVATURES[value]) view.drawing = 0;
    offer();
    update();
  });
  offer();
  const draws = data.drawings.map((one, index) => [index, String(one.draw ?? index)]);
  return switches(
    quantity,
    scales,
    draws.length > 1 ? choice("Random draw", draws, 0, set("drawing")) : null,
    choice("Plane", [["filled", "filled"], ["lines", "lines"]], "filled", set("drawn")),
    toggle("one unit as long on both axes", view.isEqual, set("isEqual")),
    drawing.measured ? toggle("points that were measured", false, set("measured")) : null,
    data.runs.length > 0
      ? choice("Paths on the surface", [["plane", "at the plane's loss"], ["true", "at their true loss"]], view.heights, set("heights"))
      : null,
  );
}

/** Everything about a plane that follows the view. */
function planePictures(data, walks, view) {
  const state = () => {
    const drawing = data.drawings[view.drawing];
    const field = chosenField(data, view);
    // The runs' coordinates are those on the first drawing.
    const shown = view.drawing === 0 ? walks.filter((_, key) => view.chosen.has(key)) : [];
    const isLoss = view.quantity === "train_loss";
    const paths = shown.map((walk) => ({ ...walk, at: reached(walk.iterations, view.now), below: isLoss ? walk.below : null }));
    return {
      field,
      kind: chosenKind(view, field),
      paths,
      points: namedPoints(data, drawing),
      dots: measuredDots(drawing, view),
      isFilled: view.drawn === "filled",
      isEqual: view.isEqual,
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

/** The parts of a landscape's section. */
export function renderLandscape(part, id) {
  const { data, styles } = part;
  const [drawing] = data.drawings;
  const isPlane = drawing.axes.length === 2;
  const walks = data.runs.map((run, index) => walkOf(run, styles[index], drawing));
  const view = {
    quantity: "train_loss",
    scale: "auto",
    signed: null,
    drawing: 0,
    drawn: "filled",
    measured: false,
    isEqual: !data.principal_components,
    heights: "plane",
    chosen: new Set(walks.map((_, key) => key)),
    now: allIterations(walks).at(-1) ?? 0,
  };
  const pictures = isPlane ? planePictures(data, walks, view) : null;
  const paths = () => walks.filter((_, key) => view.chosen.has(key)).map((walk) => ({ ...walk, at: reached(walk.iterations, view.now) }));
  const profile =
    !isPlane || data.drawings.length > 1
      ? profileChart(data.drawings, (key) => quantityName(data, key), isAccuracy(data) ? 100 : 1, isPlane ? () => [] : paths, isPlane ? [] : namedPoints(data, drawing))
      : null;
  const redraw = () => {
    pictures?.update();
    profile?.update();
  };
  const slide = walks.length > 0 ? pathSlider(walks, view, redraw) : null;
  const solvers = walks.map((walk, key) => ({ key, text: walk.label, style: walk.style }));
  const change = () => {
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
      pictures ? element("div", { class: "pair" }, element("div", {}, pictures.surface), element("div", {}, pictures.plane)) : null,
      isPlane ? null : profile.node,
      slide?.table,
    ),
    isPlane && profile ? section(`${id}-draws`, 3, "Along the first axis, over all draws", profile.node) : null,
    slide ? section(`${id}-hidden`, 3, `What the ${isPlane ? "plane" : "line"} hides`, slide.chart) : null,
    data.runs.length > 0 ? section(`${id}-runs`, 3, "Runs", walkTable(data, styles)) : null,
    provenance(part, id, 3),
  ];
}
