// A landscape in words: what is drawn, of what, and how much of each run it shows.

import { counted, grouped, percent, significant } from "./format.js";
import { element, facts } from "./dom.js";
import { swatch } from "./switches.js";
import { numberColumn, sortableTable } from "./table.js";
import { finite } from "./scales.js";

/** Curvature that can be drawn over a plane. */
export const CURVATURES = {
  largest: "largest eigenvalue of the Hessian",
  smallest: "smallest eigenvalue of the Hessian",
  negative_ratio: "|smallest| / largest eigenvalue, where negative",
};

/** What a quantity is called. */
export function quantityName(data, quantity) {
  if (CURVATURES[quantity]) return CURVATURES[quantity];
  const [set, what] = quantity.split("_");
  const unit = data.metric_unit ? ` (${data.metric_unit})` : "";
  const measured = data.metric === "accuracy" ? "accuracy (%)" : data.metric ? `RMSE${unit}` : "metric";
  return `${set === "train" ? "training" : "test"} ${what === "loss" ? "loss" : measured}`;
}

/** How random directions were drawn, or which eigenvalues belong to the axes. */
function directionFacts(data, drawing) {
  const random = data.random;
  const pairs = [["axes", drawing.axes.map((axis) => axis.label).join(", ")]];
  if (random) {
    const scaled =
      random.normalisation === "none" ? "not normalised" : `${random.normalisation}-normalised`;
    const draws = counted(data.drawings.length, "draw");
    pairs[0] = ["axes", `random, ${scaled}, biases ${random.biases}; ${draws}, seed ${random.seed}`];
  }
  if (drawing.eigenvalues?.length > 0) {
    const values = drawing.eigenvalues.map(
      ([value, residual]) => `${significant(value)} ± ${significant(residual, 1)}`,
    );
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
  const sum = (shares) =>
    shares
      .slice(0, count)
      .map((share) => percent(share, 1))
      .join(" + ");
  const components = count === 2 ? "two components hold" : "the first component holds";
  const walks = `of random walks with these steps ${sum(found.random_walk_shares)}`;
  return `${components} ${sum(found.shares)} of the variance about the mean; ${walks}`;
}

/** What the landscape is of, and what it shows. */
export function landscapeFacts(data) {
  const [drawing] = data.drawings;
  const shape = drawing.axes.length === 2 ? "plane" : "line";
  const centre = drawing.centre === "the solution" ? data.solution : drawing.centre;
  const gaps = drawing.points - finite(drawing.train_loss).length;
  const rest = drawing.measured ? ", the rest interpolated" : "";
  const points = `${grouped(drawing.points)}, ${grouped(drawing.measured_points)} measured${rest}`;
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
export function walkTable(data, styles) {
  const shape = data.drawings[0].axes.length === 2 ? "plane" : "line";
  const rows = data.runs.map((run, index) => ({
    ...run,
    style: styles[index],
    farthest: run.iterations.length > 0 ? Math.max(...run.distance_from_plane) : null,
    last: run.iterations.length - 1,
  }));
  const columns = [
    { title: "solver", value: (row) => row.label, show: (row) => [swatch(row.style), row.label] },
    { title: "status", value: (row) => row.status ?? "", show: (row) => row.status ?? "–" },
    numberColumn("iterations", (row) => row.iterations[row.last], grouped),
    numberColumn(
      "passes",
      (row) => row.passes,
      (v) => significant(v),
    ),
    numberColumn(
      "loss at the end",
      (row) => row.loss[row.last],
      (v) => significant(v),
    ),
    numberColumn(
      `of its variance in the ${shape}`,
      (row) => row.captured_variance,
      (v) => percent(v, 1),
      "about the run's own mean",
    ),
    numberColumn(
      `farthest from the ${shape}`,
      (row) => row.farthest,
      (v) => significant(v, 3),
      "‖Δθ‖",
    ),
  ];
  return sortableTable({
    name: "walks",
    caption: "The runs, and how much of each is to be seen here.",
    columns,
    rows,
  }).node;
}
