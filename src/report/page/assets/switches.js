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

/** Gives the swatches the colours that read on the page as it is now. */
export function recolorSwatches() {
  for (const path of document.querySelectorAll(".swatch path")) {
    path.setAttribute("stroke", readable(path.getAttribute("data-color")));
  }
}

/**
 * Each by itself: items { key, text, style }. `chosen` is a Set of keys, which is changed;
 * then `change()` is called. With buttons for all and none.
 */
export function toggles(label, items, chosen, change) {
  const boxes = items.map((item) =>
    element("input", {
      type: "checkbox",
      value: item.key,
      checked: chosen.has(item.key),
      on: {
        change: (event) => {
          if (event.target.checked) chosen.add(item.key);
          else chosen.delete(item.key);
          change();
        },
      },
    }),
  );
  const set = (state) => () => {
    items.forEach((item, index) => {
      boxes[index].checked = state;
      if (state) chosen.add(item.key);
      else chosen.delete(item.key);
    });
    change();
  };
  const button = (text, state) =>
    element("button", { type: "button", "aria-label": `${label}: ${text}`, on: { click: set(state) } }, text);
  return element(
    "fieldset",
    { class: "toggles" },
    element("legend", {}, label),
    items.map((item, index) =>
      element("label", {}, boxes[index], item.style ? swatch(item.style) : null, element("span", {}, item.text)),
    ),
    items.length > 1 ? [button("all", true), button("none", false)] : null,
  );
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
