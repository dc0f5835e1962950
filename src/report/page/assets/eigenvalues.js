// Charts of eigenvalues: their density, and those at both ends by rank.

import { exact, significant } from "./format.js";
import { keptChoices, setter } from "./view.js";
import { atTop, axis, band, chart, colors, line, literal, readable, upright } from "./plot.js";
import { choice, scaleChoice, switches } from "./switches.js";
import { extent, signedLogScale, tickSettings } from "./scales.js";

/** Densities below this share of the highest are not shown. */
const LEAST_DENSITY = 1e-7;

/** The horizontal axis: even, or by logarithm on both sides of 0. */
function eigenvalueScale(matrices, kind) {
  const known = matrices.filter((one) => one.density);
  const values = known.flatMap((one) => [...one.density.grid, ...(one.density.eigenvalues ?? [])]);
  const ends = matrices.flatMap((one) => [...one.largest, ...one.smallest].map((pair) => pair.value));
  const [low, high] = extent([...values, ...ends]);
  if (kind === "linear" || !(low < high)) {
    const room = 0.02 * (high - low) || 1;
    return { to: (value) => value, settings: { range: [low - room, high + room] } };
  }
  const threshold = Math.min(...known.map((one) => one.density.sigma), Math.max(-low, high));
  const scale = signedLogScale([low, high], threshold);
  const room = 0.03 * (scale.high - scale.low);
  return {
    to: scale.to,
    settings: { ...tickSettings(scale), range: [scale.low - room, scale.high + room] },
  };
}

/** Both edges of the band: two standard errors, or the least and largest of the probes. */
function bandEdges(density, band) {
  if (band === "range") return [density.low, density.high];
  const edge = (sign) =>
    density.mean.map((mean, i) => Math.max(0, mean + sign * 2 * (density.standard_error[i] ?? 0)));
  return [edge(-1), edge(1)];
}

function densityTraces(one, style, scale, view, floor) {
  const { density } = one;
  const x = density.grid.map(scale.to);
  const [low, high] = bandEdges(density, view.band).map((edge) =>
    edge.map((value) => Math.max(value, floor)),
  );
  const text = density.grid.map((value, i) => {
    const probes = `${significant(density.low[i])} – ${significant(density.high[i])}`;
    const mean = `${exact(density.mean[i])} ± ${significant(density.standard_error[i])}`;
    return `λ ${exact(value)}<br>density ${mean}<br>probes ${probes}`;
  });
  const mean = {
    name: literal(one.matrix),
    x,
    y: density.mean,
    mode: "lines",
    line: line(style),
    text,
    hovertemplate: `<b>%{fullData.name}</b><br>%{text}<extra></extra>`,
  };
  const hasBand = view.band === "range" || density.standard_error[0] !== null;
  return [...(hasBand ? band(x, low, high, readable(style.color)) : []), mean];
}

/** The density of all eigenvalues with the same kernel, where they are known. */
function exactTrace(one, scale) {
  const { density } = one;
  return {
    name: literal(one.matrix),
    x: density.grid.map(scale.to),
    y: density.exact,
    mode: "lines",
    line: { color: colors().ink, width: 1, dash: "1px,3px" },
    text: density.grid.map(
      (value, i) => `λ ${exact(value)}<br>density of all eigenvalues ${exact(density.exact[i])}`,
    ),
    hovertemplate: `<b>%{fullData.name}</b><br>%{text}<extra></extra>`,
  };
}

/** Bars at the foot: all eigenvalues where they are known, else those at both ends. */
function rugTrace(one, style, scale, row) {
  const all = one.density?.eigenvalues;
  const values = all ?? [...one.largest, ...one.smallest].map((pair) => pair.value);
  return {
    name: literal(one.matrix),
    x: values.map(scale.to),
    y: values.map(() => row),
    yaxis: "y2",
    mode: "markers",
    marker: { symbol: "line-ns", size: 11, line: { color: readable(style.color), width: 1.2 } },
    text: values.map(exact),
    hovertemplate: `<b>%{fullData.name}</b><br>eigenvalue %{text}<extra></extra>`,
  };
}

/** The ends of the first matrix. */
function endMarks(one, scale) {
  const { muted, ink } = colors();
  const ends = [
    ["λmin", one?.smallest[0], "left"],
    ["λmax", one?.largest[0], "right"],
  ].filter(([, pair]) => pair);
  return {
    shapes: ends.map(([, pair]) => upright(scale.to(pair.value), muted)),
    annotations: ends.map(([name, pair, xanchor]) => {
      const text = `${name} ${significant(pair.value, 3)}`;
      return { ...atTop(scale.to(pair.value), text, ink), xanchor };
    }),
  };
}

function smoothingText(matrices) {
  const [first] = matrices.filter((one) => one.density);
  if (!first) return "";
  const { probes, steps, sigma, distance } = first.density;
  const known =
    distance === null
      ? ""
      : `; L1 distance from that of all eigenvalues ${significant(distance, 2)} (${first.matrix})`;
  const width = significant(sigma, 2);
  return `${probes} probes of ${steps} Lanczos steps; Gaussian kernel of width ${width}${known}.`;
}

/** The densities at the point that `shown()` names: { matrices, styles }. */
export function densityChart(shown, prefix) {
  const view = keptChoices(`${prefix}.density`, {
    across: ["linear", ["linear", "signed-log"]],
    vertical: ["log", ["log", "linear"]],
    band: ["errors", ["errors", "range"]],
  });
  const note = document.createElement("p");
  note.className = "note";
  const build = () => {
    const { point, matrices, styles } = shown();
    const known = matrices.filter((one) => one.density);
    note.textContent = smoothingText(matrices);
    const scale = eigenvalueScale(matrices, view.across);
    const highest = Math.max(0, ...known.map((one) => extent(one.density.mean)[1]));
    const floor = highest * LEAST_DENSITY;
    const lines = known.flatMap((one) => densityTraces(one, styles.get(one.matrix), scale, view, floor));
    const exacts = known.filter((one) => one.density.exact).map((one) => exactTrace(one, scale));
    const rugs = matrices.map((one, row) => rugTrace(one, styles.get(one.matrix), scale, row));
    const logRange = [Math.log10(floor || 1e-7), Math.log10(3 * highest || 1)];
    const isLog = view.vertical === "log";
    return {
      data: [...lines, ...exacts, ...rugs],
      layout: {
        xaxis: axis("eigenvalue λ", { anchor: "y2", ...scale.settings }),
        yaxis: axis("spectral density", {
          domain: [0.12, 1],
          type: view.vertical,
          range: isLog ? logRange : [0, 1.1 * highest],
        }),
        yaxis2: axis("", {
          domain: [0, 0.09],
          range: [-0.6, matrices.length - 0.4],
          showticklabels: false,
          ticks: "",
          showgrid: false,
          zeroline: false,
        }),
        uirevision: `${point.at}${view.across}${view.vertical}`,
        ...endMarks(matrices[0], scale),
      },
    };
  };
  const drawn = chart({
    name: "density",
    label: "Spectral density, and the eigenvalues at its foot",
    height: 430,
    build,
  });
  const set = setter(view, drawn.update);
  const controls = switches(
    choice(
      "Eigenvalues",
      [
        ["linear", "linear"],
        ["signed-log", "logarithmic on both sides of 0"],
      ],
      view.across,
      set("across"),
    ),
    scaleChoice("Density", view.vertical, set("vertical")),
    choice(
      "Band",
      [
        ["errors", "two standard errors"],
        ["range", "all probes"],
      ],
      view.band,
      set("band"),
    ),
  );
  return { node: [controls, note, drawn.node], update: drawn.update };
}

function rankTrace(one, style, end, symbol) {
  const color = readable(style.color);
  const pairs = one[end];
  return {
    name: literal(one.matrix),
    x: pairs.map((_, index) => index + 1),
    y: pairs.map((pair) => Math.abs(pair.value)),
    mode: "lines+markers",
    line: { ...line(style, 1.5) },
    marker: {
      symbol: pairs.map((pair) => (pair.value < 0 ? `${symbol}-open` : symbol)),
      size: 8,
      color,
      line: { color, width: 1.5 },
    },
    text: pairs.map((pair) => `${exact(pair.value)}<br>residual ${significant(pair.residual, 2)}`),
    hovertemplate: `<b>%{fullData.name}</b>, ${end} number %{x}<br>%{text}<extra></extra>`,
  };
}

/** Where the gap lies: between the outliers and the next. */
function gapShapes(matrices, styles) {
  const found = matrices.filter((one) => one.gap && one.gap.outliers < one.largest.length);
  return found.map((one) => {
    const x = one.gap.outliers + 0.5;
    return upright(x, readable(styles.get(one.matrix).color));
  });
}

/** Eigenvalues by rank from either end; open marks are negative ones. */
export function screeChart(shown, prefix) {
  const view = keptChoices(`${prefix}.ranks`, {
    vertical: ["log", ["log", "linear"]],
    end: ["largest", ["largest", "smallest"]],
  });
  const build = () => {
    const { point, matrices, styles } = shown();
    const symbol = view.end === "largest" ? "circle" : "square";
    return {
      data: matrices.map((one) => rankTrace(one, styles.get(one.matrix), view.end, symbol)),
      layout: {
        xaxis: axis(`rank from the ${view.end} eigenvalue`, { rangemode: "tozero" }),
        yaxis: axis("|eigenvalue|", {
          type: view.vertical,
          rangemode: view.vertical === "log" ? "normal" : "tozero",
        }),
        shapes: view.end === "largest" ? gapShapes(matrices, styles) : [],
        uirevision: `${point.at}${view.vertical}${view.end}`,
      },
    };
  };
  const drawn = chart({ name: "scree", label: "Eigenvalues by rank", height: 360, build });
  const set = setter(view, drawn.update);
  const controls = switches(
    choice(
      "End",
      [
        ["largest", "largest"],
        ["smallest", "smallest"],
      ],
      view.end,
      set("end"),
    ),
    scaleChoice("Vertical", view.vertical, set("vertical")),
  );
  const note = document.createElement("p");
  note.className = "note";
  note.textContent =
    "Full marks are positive eigenvalues, open ones negative. Dotted lines: the gap below a matrix' outliers.";
  return { node: [controls, note, drawn.node], update: drawn.update };
}
