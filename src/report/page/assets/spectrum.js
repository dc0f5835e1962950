// The spectrum of a Hessian: density, eigenvalues at both ends, trace, layers, sharpness.

import { grouped, percent, significant } from "./format.js";
import { element, facts, folded, section } from "./dom.js";
import { keptChoices, keptSet } from "./view.js";
import { choice, switches, toggles } from "./switches.js";
import { numberColumn, sortableTable } from "./table.js";
import { provenance } from "./provenance.js";
import { densityChart, screeChart } from "./eigenvalues.js";
import { alongParts } from "./along.js";

/** "iteration-20" as people say it. */
function placeName(at) {
  return at.replace("iteration-", "iteration ");
}

/** Whether all eigenvalues were found to within the tolerance, or why not. */
function endText(end) {
  return end === "converged"
    ? end
    : `not converged: ${String(end).replaceAll("_", " ").replaceAll("-", " ")}`;
}

function traceText(trace) {
  const error = trace.standard_error === null ? "" : ` ± ${significant(trace.standard_error, 2)}`;
  return `${significant(trace.mean, 5)}${error}`;
}

function spectrumFacts(data) {
  return facts([
    ["problem", data.problem],
    ["network", `${data.network}, ${data.parameters} ${grouped(data.dimension)} parameters`],
    ["loss", `${data.loss}, ${data.reduction}`],
    ["rows", grouped(data.rows)],
    ["seed", data.seed],
    [
      "solver",
      data.solver ? `${data.solver}: ${data.status}, ${significant(data.training_passes)} passes` : null,
    ],
    ["weights", data.weights],
    ["interrupted", data.interrupted ? "yes: what is missing was not measured" : null],
  ]);
}

/** The chosen point in words. */
function pointFacts(point) {
  const share = point.gradient_share;
  return facts([
    ["loss", significant(point.loss, 6)],
    ["gradient norm", significant(point.gradient_norm)],
    ["of its square in the space of the largest eigenvectors", share === null ? null : percent(share, 1)],
    ["passes to measure", grouped(point.passes)],
  ]);
}

/** What the tables of matrices and of layers both say. */
function curvatureColumns() {
  const first = (pairs) => (pairs.length > 0 ? pairs[0].value : null);
  const five = (value) => significant(value, 5);
  const trace = numberColumn("trace", (row) => row.trace.mean, significant, "with its standard error");
  trace.show = (row) =>
    element("span", { title: `${row.trace.mean} ± ${row.trace.standard_error}` }, traceText(row.trace));
  return [
    numberColumn("largest", (row) => first(row.largest), five),
    numberColumn("smallest", (row) => first(row.smallest), five),
    trace,
  ];
}

/** Largest, smallest, trace, and the gap, a row per matrix. */
function matrixTable() {
  return sortableTable({
    name: "matrices",
    caption: "Outliers are the eigenvalues above the largest ratio of neighbours; near 1 there is no gap.",
    columns: [
      { title: "matrix", value: (row) => row.matrix, show: (row) => row.matrix },
      ...curvatureColumns(),
      numberColumn("outliers", (row) => row.gap?.outliers ?? null, grouped, "eigenvalues above the gap"),
      numberColumn(
        "ratio at the gap",
        (row) => row.gap?.ratio ?? null,
        (v) => significant(v, 3),
      ),
      numberColumn("among the first", (row) => row.gap?.among ?? null, grouped),
      numberColumn("probes", (row) => row.trace.probes, grouped, "of the trace"),
      { title: "eigenvalues", value: (row) => row.end, show: (row) => endText(row.end) },
      numberColumn("products", (row) => row.products, grouped, "with the matrix, of all that was measured"),
    ],
    rows: [],
  });
}

function layerTable() {
  return sortableTable({
    name: "layers",
    caption: "The diagonal block of each layer, counted from 0.",
    columns: [
      { title: "layer", value: (row) => row.layer, show: (row) => String(row.layer) },
      numberColumn("parameters", (row) => row.dimension, grouped),
      ...curvatureColumns(),
      numberColumn("products", (row) => row.products, grouped),
    ],
    rows: [],
  });
}

function eigenvalueTable() {
  return sortableTable({
    name: "eigenvalues",
    caption: "Extreme eigenvalues: within its residual of each there is one. Press a head to sort.",
    columns: [
      { title: "matrix", value: (row) => row.matrix, show: (row) => row.matrix },
      { title: "end", value: (row) => row.end, show: (row) => row.end },
      numberColumn("rank", (row) => row.rank, grouped, "from that end, 1 first"),
      numberColumn(
        "eigenvalue",
        (row) => row.value,
        (v) => significant(v, 7),
      ),
      numberColumn(
        "residual",
        (row) => row.residual,
        (v) => significant(v, 2),
        "‖Hx − λx‖",
      ),
    ],
    rows: [],
  });
}

function eigenvalueRows(matrices) {
  return matrices.flatMap((one) =>
    ["largest", "smallest"].flatMap((end) =>
      one[end].map((pair, index) => ({ matrix: one.matrix, end, rank: index + 1, ...pair })),
    ),
  );
}

function sharpnessTable() {
  const worst = (key) => (row) => row.worst_case[key];
  const mean = numberColumn(
    "mean rise",
    (row) => row.gaussian_mean.mean,
    (v) => significant(v),
    "over Gaussian perturbations",
  );
  mean.show = (row) => {
    const [low, high] = row.gaussian_mean.interval.map((v) => significant(v));
    return element(
      "span",
      { title: String(row.gaussian_mean.mean) },
      `${significant(row.gaussian_mean.mean)} (${low} to ${high})`,
    );
  };
  return sortableTable({
    name: "sharpness",
    caption:
      "How far the loss rises: at worst in a ball, a lower bound, and on average with its 95 % interval.",
    columns: [
      { title: "scaling", value: (row) => row.scaling, show: (row) => row.scaling },
      numberColumn("radius ρ", worst("radius"), (v) => significant(v, 2)),
      numberColumn("rise at least", worst("rise_at_least"), (v) => significant(v)),
      numberColumn("percent of 1 + f", worst("percent"), (v) => significant(v, 3), "Keskar et al. 2017"),
      numberColumn("by the slope alone", worst("first_order"), (v) => significant(v, 3), "ρ ‖T ∇f‖"),
      numberColumn("by curvature alone", worst("second_order"), (v) => significant(v, 3), "½ ρ² λmax"),
      numberColumn(
        "deviation σ",
        (row) => row.gaussian_mean.deviation,
        (v) => significant(v, 2),
      ),
      mean,
    ],
    rows: [],
  });
}

/** What has to be said beside the numbers, each once. */
function caveats(data) {
  const sharpness = data.points.flatMap((point) => point.sharpness?.caveats ?? []);
  const all = [...new Set([...data.caveats, ...sharpness])];
  return all.length === 0
    ? null
    : element(
        "ul",
        { class: "note" },
        all.map((text) => element("li", {}, text)),
      );
}

/** The point and the matrices that are shown. */
function pointSwitches(data, styles, view, prefix, update) {
  const points = data.points.map((point) => [point.at, placeName(point.at)]);
  const names = [...new Set(data.points.flatMap((point) => point.matrices.map((one) => one.matrix)))];
  const all = names.map((_, index) => index);
  const items = names.map((text, key) => ({ key, text, style: styles[key] }));
  const chosen = keptSet(`${prefix}.matrices`, all, all);
  view.has = (matrix) => chosen.has(names.indexOf(matrix));
  view.styles = new Map(names.map((name, index) => [name, styles[index]]));
  const follow = () => {
    chosen.note();
    update();
  };
  return switches(
    points.length > 1
      ? choice("Point", points, view.point, (value) => {
          view.set("point", value);
          update();
        })
      : null,
    items.length > 1 ? toggles("Matrices", items, chosen, follow) : null,
  );
}

/** The parts of a spectrum's section. */
export function renderSpectrum(part, id) {
  const { data, styles } = part;
  if (data.points.length === 0) {
    return [spectrumFacts(data), alongParts(data.along, styles, id), provenance(part, id, 3)];
  }
  const prefix = id.replace("part-", "");
  const places = data.points.map((point) => point.at);
  const view = keptChoices(`${prefix}.spectrum`, { point: [places.at(-1), places] });
  const about = element("div", {});
  const tables = {
    matrices: matrixTable(),
    eigenvalues: eigenvalueTable(),
    layers: layerTable(),
    sharpness: sharpnessTable(),
  };
  const shown = () => {
    const point = data.points[places.indexOf(view.point)];
    return { point, matrices: point.matrices.filter((one) => view.has(one.matrix)), styles: view.styles };
  };
  const controls = pointSwitches(data, styles, view, prefix, () => update());
  const hasDensity = data.points.some((point) => point.matrices.some((one) => one.density));
  const density = hasDensity ? densityChart(shown, prefix) : null;
  const scree = screeChart(shown, prefix);
  function fill() {
    const { point, matrices } = shown();
    about.replaceChildren(pointFacts(point));
    tables.matrices.fill(matrices);
    tables.eigenvalues.fill(eigenvalueRows(matrices));
    tables.layers.fill(point.layers ?? []);
    tables.sharpness.fill(point.sharpness?.measures ?? []);
  }
  function update() {
    fill();
    density?.update();
    scree.update();
  }
  fill();
  const hasLayers = data.points.some((point) => point.layers);
  const hasSharpness = data.points.some((point) => point.sharpness);
  return [
    folded("What was measured", true, spectrumFacts(data)),
    section(
      `${id}-point`,
      3,
      "Density and trace",
      controls,
      about,
      tables.matrices.node,
      density?.node ?? null,
    ),
    section(
      `${id}-eigenvalues`,
      3,
      "Extreme eigenvalues",
      scree.node,
      folded("Every eigenvalue, with its residual", false, tables.eigenvalues.node),
    ),
    hasLayers ? section(`${id}-layers`, 3, "Layers", tables.layers.node) : null,
    hasSharpness ? section(`${id}-sharpness`, 3, "Sharpness", tables.sharpness.node) : null,
    caveats(data),
    alongParts(data.along, styles, id),
    provenance(part, id, 3),
  ];
}
