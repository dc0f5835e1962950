import { element } from "./dom.js";

export function renderLandscape(part, id) {
  return element("p", {}, "…");
}
