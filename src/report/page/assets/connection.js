import { element } from "./dom.js";

export function renderConnection(part, id) {
  return element("p", {}, "…");
}
