// The page: a section for every part, the contents, and the choice of colours.

import { element, section } from "./dom.js";
import { drawForPaper, redrawCharts } from "./plot.js";
import { choice, recolorSwatches } from "./switches.js";
import { keptChoices, placeInAddress } from "./view.js";
import { renderComparison } from "./comparison.js";
import { renderTuning } from "./tuning.js";
import { renderLandscape } from "./landscape.js";
import { renderAlong } from "./along.js";
import { renderSpectrum } from "./spectrum.js";
import { renderConnection } from "./connection.js";

const RENDERERS = {
  comparison: renderComparison,
  training: renderComparison,
  tuning: renderTuning,
  landscape: renderLandscape,
  spectrum: renderSpectrum,
  connection: renderConnection,
  along: renderAlong,
};

const NAMES = {
  comparison: "Comparison",
  training: "Training run",
  tuning: "Tuning",
  landscape: "Loss landscape",
  spectrum: "Spectrum",
  connection: "Between two solutions",
  along: "Curvature along the run",
};

const THEMES = [["system", "as the system"], ["light", "light"], ["dark", "dark"]];

/** Switches between light, dark and the system's colours. */
function themeSwitch() {
  const view = keptChoices("page", { theme: ["system", THEMES.map(([theme]) => theme)] });
  const apply = () => {
    if (view.theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = view.theme;
  };
  const set = (theme) => {
    view.set("theme", theme);
    apply();
    recolorSwatches();
    redrawCharts();
  };
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    recolorSwatches();
    redrawCharts();
  });
  apply();
  return choice("Colours", THEMES, view.theme, set);
}

/** A part as a section; one that cannot be shown says so and leaves the others alone. */
function renderPart(part, index, alone) {
  const id = `part-${index + 1}`;
  const title = part.folder === "" ? NAMES[part.kind] : `${NAMES[part.kind]}: ${part.folder}`;
  let content;
  try {
    content = RENDERERS[part.kind](part, id);
  } catch (error) {
    console.error(error);
    content = element("p", { class: "problem" }, `This part cannot be shown: ${error.message}`);
  }
  const node = section(id, 2, title, content);
  if (!alone) node.classList.add("part");
  return node;
}

/** Links to every section. */
function contents(main) {
  const headings = [...main.querySelectorAll("h2, h3")];
  const link = (heading) =>
    element(
      "li",
      { class: heading.localName },
      element("a", { href: `#${heading.closest("section").id}` }, heading.textContent),
    );
  return element("details", { open: window.innerWidth > 700 }, element("summary", {}, "Contents"), element("ul", {}, headings.map(link)));
}

function build() {
  const page = JSON.parse(document.getElementById("data").textContent);
  const main = document.getElementById("content");
  document.getElementById("bar").append(themeSwitch());
  const parts = page.parts.map((part, index) => renderPart(part, index, page.parts.length === 1));
  main.replaceChildren(...parts);
  document.getElementById("contents").append(contents(main));
  document.getElementById("foot").append(
    element("p", {}, `Written by losslab ${page.version} from the records in this folder. Charts: plotly.js (MIT licence, its text is in this file).`),
  );
  window.addEventListener("beforeprint", () => drawForPaper(true));
  window.addEventListener("afterprint", () => drawForPaper(false));
  document.documentElement.dataset.ready = "yes";
  if (placeInAddress()) document.getElementById(placeInAddress())?.scrollIntoView();
}

build();
