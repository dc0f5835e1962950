// How much depends on the learning rate.

import { exact } from "./format.js";
import { sensitivity } from "./statistics.js";
import { element } from "./dom.js";
import { axis, band, chart, literal, readable } from "./plot.js";
import { scaleChoice, switches } from "./switches.js";
import { keptChoices, setter } from "./view.js";

/** Lowest loss over the learning rate, for every method that was run at several. */
export function sensitivities(data, styles, selection, prefix) {
  const view = keptChoices(`${prefix}.rates`, { yscale: ["log", ["log", "linear"]] });
  const build = () => {
    const traces = [];
    data.sweeps.forEach((sweep, number) => {
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
      traces.push(...sweepTraces(sweep, { ...data.sweep_styles[number], dash: [] }, points));
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
  const set = setter(view, drawn.update);
  const node = [
    element("p", { class: "note" }, "Median over seeds with its band; × where half of the runs or more diverged or ended higher than they began."),
    switches(scaleChoice("Vertical", view.yscale, set("yscale"))),
    drawn.node,
  ];
  return { node, update: drawn.update };
}

function sweepTraces(sweep, style, points) {
  const color = readable(style.color);
  const finite = points.filter((point) => Number.isFinite(point.median));
  const lost = points.filter((point) => !Number.isFinite(point.median));
  const highest = Math.max(...finite.map((point) => point.median), 0);
  const x = finite.map((point) => point.value);
  const edge = (key) => finite.map((point) => (Number.isFinite(point[key]) ? point[key] : highest * 1.5));
  const text = (point) =>
    `${exact(point.median)}<br>band ${exact(point.lower)} – ${exact(point.upper)}<br>${point.diverged} of ${point.runs} runs diverged`;
  const traces = [
    ...band(x, edge("lower"), edge("upper"), color),
    {
      name: literal(sweep.label),
      x,
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
