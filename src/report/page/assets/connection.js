// Between two solutions: loss and metric along the line, the matched line and the curve, the
// barriers, and the plane of the curve.

import { exact, grouped, metric, percent, significant } from "./format.js";
import { element, facts, folded, section } from "./dom.js";
import { keptChoices, keptSet, setter } from "./view.js";
import { axis, chart, line, literal, readable } from "./plot.js";
import { choice, planeChoice, scaleChoice, swatch, switches, toggle, toggles } from "./switches.js";
import { numberColumn, sortableTable } from "./table.js";
import { provenance } from "./provenance.js";
import { valueScale } from "./scales.js";
import { fieldOf, groundTraces, namedTrace, pathTraces, planeLayout } from "./plane.js";
import { surfaceChart } from "./surface.js";

/** Every path with its record, as far as it was measured. */
function pathsOf(data, styles) {
  const records = { line: data.line, "matched line": data.matched_line, "Bezier curve": data.bezier };
  return styles
    .map((style) => ({ label: style.label, style, record: records[style.label] }))
    .filter((path) => path.record);
}

const CONNECTION_QUANTITIES = ["train_loss", "test_loss", "train_metric", "test_metric"];

function connectionQuantity(data, key) {
  const [set, what] = key.split("_");
  const measured = data.metric === "accuracy" ? "accuracy (%)" : "RMSE";
  return `${set === "train" ? "training" : "test"} ${what === "loss" ? "loss" : measured}`;
}

/** A quantity's values as they are drawn. */
function inChart(data, key, values) {
  const unit = key.endsWith("metric") && data.metric === "accuracy" ? 100 : 1;
  return values.map((value) => (value === null ? null : unit * value));
}

/** The barrier of a quantity: of losses themselves, of metrics as errors. */
function barrierOf(record, key) {
  return record.barriers[key.replace("metric", "error")];
}

/** How high the barrier stands above the chord, as an upright line. */
function barrierShape(data, path, key, values) {
  const found = barrierOf(path.record, key);
  if (!found || !(found.height > 0)) return [];
  const chord = (1 - found.at) * values[0] + found.at * values[values.length - 1];
  const errors = key.endsWith("metric") && data.metric === "accuracy" ? -100 : 1;
  const top = chord + errors * found.height;
  const color = readable(path.style.color);
  return [
    {
      type: "line",
      xref: "x",
      yref: "y",
      x0: found.at,
      x1: found.at,
      y0: chord,
      y1: top,
      line: { color, width: 2, dash: "dot" },
    },
  ];
}

function profileTrace(path, key, values, name) {
  const { t } = path.record;
  return {
    name: literal(path.label),
    x: t,
    y: values,
    mode: "lines",
    line: line(path.style),
    text: values.map(exact),
    hovertemplate: `<b>%{fullData.name}</b><br>t %{x:.4f}<br>${name} %{text}<extra></extra>`,
  };
}

/** Quantity over t, with barriers. */
function connectionChart(data, paths, prefix) {
  const view = keptChoices(`${prefix}.between`, {
    key: ["train_loss", CONNECTION_QUANTITIES.filter((key) => data.line[key])],
    vertical: ["log", ["log", "linear"]],
    barriers: ["yes", ["yes", "no"]],
  });
  const all = paths.map((_, key) => key);
  view.chosen = keptSet(`${prefix}.between.paths`, all, all);
  const build = () => {
    const name = connectionQuantity(data, view.key);
    const shown = paths.filter((_, key) => view.chosen.has(key));
    const drawn = shown.map((path) => ({ path, values: inChart(data, view.key, path.record[view.key]) }));
    return {
      data: drawn.map(({ path, values }) => profileTrace(path, view.key, values, name)),
      layout: {
        xaxis: axis("t, from the first solution to the second", { range: [-0.02, 1.02] }),
        yaxis: axis(name, { type: view.vertical }),
        shapes:
          view.barriers === "yes"
            ? drawn.flatMap(({ path, values }) => barrierShape(data, path, view.key, values))
            : [],
        uirevision: view.key + view.vertical,
      },
    };
  };
  const drawn = chart({
    name: "between",
    label: "Along the paths between the two solutions",
    height: 420,
    build,
  });
  const set = setter(view, drawn.update);
  const follow = () => {
    view.chosen.note();
    drawn.update();
  };
  const known = CONNECTION_QUANTITIES.filter((key) => data.line[key]);
  const vertical = element("div", {});
  const offer = () =>
    vertical.replaceChildren(
      scaleChoice("Vertical", view.vertical, set("vertical")),
    );
  const setKey = (value) => {
    view.set("key", value);
    view.set("vertical", value.endsWith("loss") ? "log" : "linear");
    offer();
    drawn.update();
  };
  offer();
  const controls = switches(
    choice(
      "Shown",
      known.map((key) => [key, connectionQuantity(data, key)]),
      view.key,
      setKey,
    ),
    vertical,
    toggles(
      "Paths",
      paths.map((path, key) => ({ key, text: path.label, style: path.style })),
      view.chosen,
      follow,
    ),
    toggle("barriers", view.barriers === "yes", (state) => set("barriers")(state ? "yes" : "no")),
  );
  return [controls, drawn.node];
}

/** The barrier of every path and quantity. */
function barrierTable(data, paths) {
  const height = (key) => (row) => barrierOf(row.record, key)?.height ?? null;
  const error = (v) => (data.metric === "accuracy" ? percent(v) : significant(v));
  const known = CONNECTION_QUANTITIES.filter((key) => barrierOf(data.line, key));
  const name = (key) =>
    `${key.startsWith("train") ? "training" : "test"} ${key.endsWith("loss") ? "loss" : "error"}`;
  const columns = [
    { title: "path", value: (row) => row.label, show: (row) => [swatch(row.style), row.label] },
    numberColumn(
      "length",
      (row) => row.record.length,
      (v) => significant(v),
      "‖Δθ‖",
    ),
    ...known.map((key) =>
      numberColumn(
        `barrier of ${name(key)}`,
        height(key),
        key.endsWith("loss") ? (v) => significant(v) : error,
        "above the chord between the ends",
      ),
    ),
    numberColumn(
      "at t",
      (row) => row.record.barriers.train_loss.at,
      (v) => significant(v, 3),
      "of the training loss",
    ),
    numberColumn(
      "above the higher end",
      (row) => row.record.barriers.train_loss.above_ends,
      (v) => significant(v),
      "training loss",
    ),
  ];
  return sortableTable({
    name: "barriers",
    caption: "How far each quantity rises above the chord between the ends.",
    columns,
    rows: paths,
  }).node;
}

function solutionText(end, data) {
  const where = end.file ?? `trained from seed ${end.start_seed}`;
  const run = end.training;
  const cost = run ? `${grouped(run.iterations)} iterations, ${significant(run.passes)} passes` : "";
  const how = run ? ` by ${run.solver}: ${run.status}, ${cost}` : "";
  const test =
    end.test_metric === undefined || end.test_metric === null
      ? ""
      : `, on held-out rows ${metric(data.metric, end.test_metric)}`;
  return `${where}${how}; training loss ${significant(end.train_loss)}${test}; ‖θ‖ ${significant(end.norm)}`;
}

function matchedText(found) {
  if (!found) return null;
  const tries = found.tries ? `, ${found.tries} tries` : "";
  const changes = `${grouped(found.units_moved)} units moved, ${grouped(found.signs_changed)} signs changed`;
  const apart = `distance ${significant(found.distance_before)} before, ${significant(found.length)} after`;
  return `by ${found.by}${tries}: ${changes}; ${apart}`;
}

function fitText(bezier) {
  if (!bezier) return null;
  const { fit } = bezier;
  const message = fit.message ? ` (${fit.message})` : "";
  const cost = `${grouped(fit.iterations)} iterations, ${significant(fit.passes)} passes`;
  const fall = `from ${significant(fit.mean_loss_of_line)} on the line to ${significant(fit.mean_loss)}`;
  return `by ${fit.solver}: ${fit.status}${message}, ${cost}; the mean loss along it fell ${fall}`;
}

function checkText(bezier) {
  if (!bezier) return null;
  const { check } = bezier.fit;
  const [mean, barrier] = [significant(check.mean_loss), significant(check.barrier)];
  return `at ${grouped(check.points)} points: mean loss ${mean}, barrier ${barrier}`;
}

function connectionFacts(data) {
  return facts([
    ["problem", data.problem],
    ["network", `${data.network}, ${grouped(data.dimension)} parameters`],
    ["loss", data.loss],
    ["rows", `${grouped(data.rows)} to train on, ${grouped(data.test_rows)} held out`],
    ["seed", data.seed],
    ["first solution", solutionText(data.ends[0], data)],
    ["second solution", solutionText(data.ends[1], data)],
    ["their distance", significant(data.distance)],
    ["matching", matchedText(data.matched_line)],
    ["Bezier curve", fitText(data.bezier)],
    ["the curve, checked", checkText(data.bezier)],
    ["data, SHA-256", element("code", {}, data.data_sha256)],
  ]);
}

/** The curve's points in its plane. */
function curvePoints({ from, middle, to }, t) {
  const at = (i) => (s) => (1 - s) ** 2 * from[i] + 2 * s * (1 - s) * middle[i] + s ** 2 * to[i];
  return { x: t.map(at(0)), y: t.map(at(1)) };
}

/** The line and the curve as paths on the plane, with their losses as text. */
function planePaths(data, paths) {
  const { plane } = data.bezier;
  const between = (i, t) => t.map((s) => (1 - s) * plane.from[i] + s * plane.to[i]);
  return paths
    .filter((path) => path.label !== "matched line")
    .map((path) => {
      const { t } = path.record;
      const points = path.label === "line" ? { x: between(0, t), y: between(1, t) } : curvePoints(plane, t);
      const text = t.map(
        (s, i) => `t ${significant(s, 3)}<br>training loss ${exact(path.record.train_loss[i])}`,
      );
      return {
        label: path.label,
        style: path.style,
        ...points,
        text,
        at: t.length - 1,
        loss: path.record.train_loss,
      };
    });
}

/** The plane of the curve from above and in three dimensions; nothing where it was not measured. */
function curvePlane(data, paths, prefix) {
  const surface = data.bezier?.plane.surface;
  if (!surface) return null;
  const view = keptChoices(`${prefix}.curve`, {
    key: ["train_loss", CONNECTION_QUANTITIES.filter((key) => surface[key])],
    kind: ["auto", ["auto", "linear", "log"]],
    drawn: ["filled", ["filled", "lines"]],
  });
  const drawnPaths = planePaths(data, paths);
  const { from, to } = data.bezier.plane;
  const points = [
    ["first", from],
    ["second", to],
  ].map(([label, at]) => ({ label, at }));
  const field = () => ({
    ...fieldOf(surface.axes, inChart(data, view.key, surface[view.key]), {
      name: connectionQuantity(data, view.key),
      cells: false,
      diverging: false,
    }),
    xName: "distance towards the second solution",
    yName: "distance at right angles",
  });
  const kind = () => (view.key.endsWith("metric") && view.kind === "auto" ? "linear" : view.kind);
  const build = () => {
    const isFilled = view.drawn === "filled";
    const shown = field();
    const ground = groundTraces(shown, valueScale(kind(), shown.values), {
      isFilled,
      narrow: window.innerWidth < 640,
    });
    return {
      data: [
        ...ground,
        ...drawnPaths.flatMap((path) => pathTraces(path, path.at, isFilled)),
        namedTrace(points, isFilled),
      ],
      layout: planeLayout(shown, true, { uirevision: "plane" }),
    };
  };
  const above = chart({ name: "plane", label: "The plane of the curve from above", height: 480, build });
  const solid = surfaceChart("surface", () => ({
    field: field(),
    kind: kind(),
    paths: drawnPaths,
    isTrue: false,
    isEqual: true,
  }));
  const set = setter(view, () => [above, solid].forEach((made) => made.update()));
  const known = CONNECTION_QUANTITIES.filter((key) => surface[key]);
  const controls = switches(
    choice(
      "Shown",
      known.map((key) => [key, connectionQuantity(data, key)]),
      view.key,
      set("key"),
    ),
    choice(
      "Scale",
      [
        ["auto", "automatic"],
        ["linear", "linear"],
        ["log", "logarithmic"],
      ],
      view.kind,
      set("kind"),
    ),
    planeChoice(view.drawn, set("drawn")),
  );
  const note = data.matched_line
    ? "The matched second solution lies off this plane and is not drawn."
    : null;
  return [
    note ? element("p", { class: "note" }, note) : null,
    controls,
    element("div", { class: "pair" }, element("div", {}, solid.node), element("div", {}, above.node)),
  ];
}

/** The parts of a connection's section. */
export function renderConnection(part, id) {
  const { data, styles } = part;
  const paths = pathsOf(data, styles);
  const prefix = id.replace("part-", "");
  const plane = curvePlane(data, paths, prefix);
  return [
    folded("About the two solutions", true, connectionFacts(data)),
    section(
      `${id}-between`,
      3,
      "Along the paths",
      connectionChart(data, paths, prefix),
      barrierTable(data, paths),
    ),
    plane ? section(`${id}-plane`, 3, "The plane of the curve", plane) : null,
    provenance(part, id, 3),
  ];
}
