// Tables that can be sorted by their heads.

import { element } from "./dom.js";

/** How values are ordered: numbers by size, nothing and NaN last in either direction. */
function compare(a, b, direction) {
  const missing = (value) => value === null || value === undefined || Number.isNaN(value);
  if (missing(a) || missing(b)) return Number(missing(a)) - Number(missing(b));
  if (typeof a === "string") return direction * a.localeCompare(b, "en", { numeric: true });
  return direction * (a - b);
}

/**
 * A table with columns { title, value(row), show(row), numeric, hint } over `rows`.
 * A head that is pressed sorts by its column, again the other way round. `caption` says what
 * the table is. Rows can be changed by `table.fill(rows)`.
 */
export function sortableTable({ caption, columns, rows, name }) {
  let current = rows;
  let sorted = { column: null, direction: 1 };
  const body = element("tbody");
  const heads = columns.map((column, index) => {
    const button = element("button", { type: "button", title: column.hint }, column.title);
    button.addEventListener("click", () => {
      const again = sorted.column === index;
      sorted = { column: index, direction: again ? -sorted.direction : 1 };
      fill(current);
    });
    return element("th", { scope: "col", class: column.numeric ? "numeric" : null, "aria-sort": "none" }, button);
  });
  function fill(next) {
    current = next;
    heads.forEach((head, index) => {
      const state = sorted.direction > 0 ? "ascending" : "descending";
      head.setAttribute("aria-sort", sorted.column === index ? state : "none");
    });
    let ordered = [...current];
    if (sorted.column !== null) {
      const { value } = columns[sorted.column];
      ordered.sort((a, b) => compare(value(a), value(b), sorted.direction));
    }
    body.replaceChildren(
      ...ordered.map((row) =>
        element(
          "tr",
          { class: row.class },
          columns.map((column, index) =>
            element(
              index === 0 ? "th" : "td",
              { scope: index === 0 ? "row" : null, class: column.numeric ? "numeric" : null },
              column.show(row),
            ),
          ),
        ),
      ),
    );
  }
  fill(rows);
  const table = element(
    "table",
    { "data-table": name },
    element("caption", {}, caption),
    element("thead", {}, element("tr", {}, heads)),
    body,
  );
  const node = element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption }, table);
  return { node, fill };
}
