// How much depends on the learning rate.

import { exact } from "./format.js";
import { sensitivity } from "./statistics.js";
import { element } from "./dom.js";
import { axis, chart, literal, readable, translucent } from "./plot.js";
import { choice, switches } from "./switches.js";
import { keptChoices } from "./view.js";

/** Lowest loss over the learning rate, for every method that was run at several. */
export function sensitivities(data, styles, selection, prefix) {
  const view = keptChoices(`${prefix}.rates`, { yscale: ["log", ["log", "linear"]] });
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
    view.set("yscale", value);
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
      name: literal(sweep.label),
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
      name: literal(`${sweep.label} diverged`),
      x: lost.map((point) => point.value),
      y: lost.map(() => highest * 1.3),
      mode: "markers",
      marker: { symbol: "x", size: 9, color },
      customdata: lost.map((point) => `${point.diverged} of ${point.runs}`),
      hovertemplate: "<b>%{fullData.name}</b><br>learning rate %{x}<br>%{customdata} runs<extra></extra>",
      showlegend: false,
    });
  }
  return traces;
}
