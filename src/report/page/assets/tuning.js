import { element } from "./dom.js";

export function renderTuning(part, id) {
  return element("p", {}, "…");
}
