import { element } from "./dom.js";

export function renderSpectrum(part, id) {
  return element("p", {}, "…");
}

export function renderAlong(part, id) {
  return element("p", {}, "…");
}
