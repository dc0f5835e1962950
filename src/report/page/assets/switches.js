// What can be switched: one of several, or each by itself. Native inputs, so that keyboard and
// screen readers work by themselves.

import { element, uniqueId } from "./dom.js";
import { readable } from "./plot.js";

/** One of several: [[value, text, why it cannot be chosen]]. Calls `change(value)`. */
export function choice(label, options, value, change) {
  const group = uniqueId("choice");
  const option = ([key, text, reason]) =>
    element(
      "label",
      { title: reason },
      element("input", {
        type: "radio",
        name: group,
        value: key,
        checked: key === value,
        disabled: Boolean(reason),
        on: { change: () => change(key) },
      }),
      element("span", {}, text),
    );
  return element("fieldset", { class: "choice" }, element("legend", {}, label), options.map(option));
}

/** An even or a logarithmic axis. */
export function scaleChoice(label, value, change) {
  return choice(label, [["linear", "linear"], ["log", "logarithmic"]], value, change);
}

/** Whether a plane is filled with colours or has lines alone. */
export function planeChoice(value, change) {
  return choice("Plane", [["filled", "filled"], ["lines", "lines"]], value, change);
}

/** A line as a series is drawn. */
export function swatch(style) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "swatch");
  svg.setAttribute("viewBox", "0 0 28 10");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", "M0 5H28");
  path.setAttribute("stroke-width", "3");
  path.setAttribute("stroke-dasharray", style.dash.map((d) => d / 2).join(" "));
  path.setAttribute("data-color", style.color);
  path.setAttribute("stroke", readable(style.color));
  svg.append(path);
  return svg;
}

/**
 * Names with their lines, for screens on which the switches are out of sight; `fill` takes the
 * styles that are shown.
 */
export function keyList() {
  const node = element("div", { class: "keys" });
  const fill = (styles) =>
    node.replaceChildren(...styles.map((style) => element("span", {}, swatch(style), style.label)));
  return { node, fill };
}

/** Gives the swatches the colours that read on the page as it is now. */
export function recolorSwatches() {
  for (const path of document.querySelectorAll(".swatch path")) {
    path.setAttribute("stroke", readable(path.getAttribute("data-color")));
  }
}

/** Items beyond which one can search among them. */
const MANY = 12;

/**
 * Each by itself: items { key, text, style }. `chosen` is a Set of keys, which is changed;
 * then `change()` is called. With buttons for all and none, and for many items a search: the
 * buttons are then for what is found. A double click, or O on the keyboard, leaves only one.
 */
export function toggles(label, items, chosen, change) {
  const rows = items.map((item) => {
    const box = element("input", { type: "checkbox", value: item.key, checked: chosen.has(item.key) });
    const row = element(
      "label",
      { title: items.length > 2 ? "double click, or O on the keyboard: only this one" : null },
      box,
      item.style ? swatch(item.style) : null,
      element("span", {}, item.text),
    );
    return { ...item, box, row };
  });
  const follow = () => {
    rows.forEach(({ key, box }) => (box.checked ? chosen.add(key) : chosen.delete(key)));
    change();
  };
  const only = (one) => {
    rows.forEach((row) => (row.box.checked = row === one));
    follow();
  };
  rows.forEach((row) => {
    row.box.addEventListener("change", follow);
    if (items.length <= 2) return;
    row.row.addEventListener("dblclick", () => only(row));
    row.box.addEventListener("keydown", (event) => {
      if (event.key.toLowerCase() === "o") only(row);
    });
  });
  const set = (state) => () => {
    rows.filter(({ row }) => !row.hidden).forEach(({ box }) => (box.checked = state));
    follow();
  };
  const button = (text, state) =>
    element("button", { type: "button", "aria-label": `${label}: ${text}`, on: { click: set(state) } }, text);
  return element(
    "fieldset",
    { class: "toggles" },
    element("legend", {}, label),
    items.length > MANY ? search(label, rows) : null,
    items.length > 1 ? [button("all", true), button("none", false)] : null,
    rows.map(({ row }) => row),
  );
}

/** A field that hides what does not hold its words. */
function search(label, rows) {
  const field = element("input", { type: "search", placeholder: "find", "aria-label": `${label}: find` });
  field.addEventListener("input", () => {
    const words = field.value.toLowerCase();
    rows.forEach(({ text, row }) => (row.hidden = !text.toLowerCase().includes(words)));
  });
  return field;
}

/** One box that is on or off. Calls `change(state)`. */
export function toggle(text, state, change) {
  const box = element("input", {
    type: "checkbox",
    checked: state,
    on: { change: (event) => change(event.target.checked) },
  });
  return element("label", { class: "toggle" }, box, element("span", {}, text));
}

/** A slider over whole numbers 0 … last. Calls `change(value)`; `text(value)` says what it means. */
export function slider(label, last, value, text, change) {
  const output = element("output", {}, text(value));
  const input = element("input", {
    type: "range",
    min: 0,
    max: last,
    step: 1,
    value,
    "aria-label": label,
    "aria-valuetext": text(value),
  });
  input.addEventListener("input", () => {
    const now = Number(input.value);
    output.textContent = text(now);
    input.setAttribute("aria-valuetext", text(now));
    change(now);
  });
  return element("div", { class: "slider" }, element("span", {}, label), input, output);
}

/** A row of switches. */
export function switches(...children) {
  return element("div", { class: "switches" }, children);
}
