// Tables that can be sorted by their heads.

import { csvField, exact } from "./format.js";
import { copyButton, element } from "./dom.js";

/** How values are ordered: numbers by size, nothing and NaN last in either direction. */
function compare(a, b, direction) {
  const missing = (value) => value === null || value === undefined || Number.isNaN(value);
  if (missing(a) || missing(b)) return Number(missing(a)) - Number(missing(b));
  if (typeof a === "string") return direction * a.localeCompare(b, "en", { numeric: true });
  return direction * (a - b);
}

/** A title may follow what is chosen. */
function titleOf(column) {
  return typeof column.title === "function" ? column.title() : column.title;
}

/** A table as text: numbers in full. */
function asCsv(columns, rows) {
  const lines = rows.map((row) => columns.map((column) => csvField(column.value(row))).join(","));
  return [columns.map((column) => csvField(titleOf(column))).join(","), ...lines].join("\n") + "\n";
}

/** The table in Markdown, as it is shown. */
function asMarkdown(columns, table) {
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  const cells = (row) => [...row.cells].map((cell) => cell.textContent);
  const rules = columns.map((column) => (column.numeric ? "---:" : ":---"));
  const lines = [columns.map(titleOf), rules, ...[...table.tBodies[0].rows].map(cells)];
  return lines.map(line).join("\n") + "\n";
}

/** The table in LaTeX, as it is shown; its rules are those of the package booktabs. */
function asLatex(columns, table) {
  const marks = { "\\": "\\textbackslash{}", "^": "\\textasciicircum{}", "~": "\\textasciitilde{}" };
  const words = (text) => text.replace(/[\\&%$#_{}~^]/g, (mark) => marks[mark] ?? `\\${mark}`);
  const line = (cells) => `${cells.map(words).join(" & ")} \\\\`;
  const rows = [...table.tBodies[0].rows].map((row) => line([...row.cells].map((cell) => cell.textContent)));
  const kinds = columns.map((column) => (column.numeric ? "r" : "l")).join("");
  return [
    `\\begin{tabular}{${kinds}}`,
    "\\toprule",
    line(columns.map(titleOf)),
    "\\midrule",
    ...rows,
    "\\bottomrule",
    "\\end{tabular}",
  ].join("\n");
}

/**
 * A table with columns { title (or a function that gives it), value(row), show(row), numeric, hint } over `rows`.
 * A head that is pressed sorts by its column, again the other way round; at first column
 * number `sort` does. `caption` says what the table is. `table.fill(rows)` changes the rows.
 */
export function sortableTable({ caption, columns, rows, name, sort }) {
  let current = rows;
  let sorted = { column: sort ?? null, direction: 1 };
  const body = element("tbody");
  const heads = columns.map((column, index) => {
    const button = element("button", { type: "button", title: column.hint }, titleOf(column));
    button.addEventListener("click", () => {
      const again = sorted.column === index;
      sorted = { column: index, direction: again ? -sorted.direction : 1 };
      fill(current);
    });
    return element("th", { scope: "col", class: column.numeric ? "numeric" : null, "aria-sort": "none" }, button);
  });
  function ordered() {
    const rows = [...current];
    if (sorted.column === null) return rows;
    const { value } = columns[sorted.column];
    return rows.sort((a, b) => compare(value(a), value(b), sorted.direction));
  }
  function fill(next) {
    current = next;
    heads.forEach((head, index) => {
      head.firstChild.textContent = titleOf(columns[index]);
      const state = sorted.direction > 0 ? "ascending" : "descending";
      head.setAttribute("aria-sort", sorted.column === index ? state : "none");
    });
    body.replaceChildren(
      ...ordered().map((row) =>
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
  const scroll = element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption }, table);
  const node = element(
    "div",
    {},
    scroll,
    element(
      "div",
      { class: "beside" },
      copyButton("Copy as CSV", () => asCsv(columns, ordered())),
      copyButton("Copy as Markdown", () => asMarkdown(columns, table)),
      copyButton("Copy as LaTeX", () => asLatex(columns, table)),
    ),
  );
  return { node, fill };
}

/** A column of numbers: as `text(value)`, and in full where the pointer rests on one. */
export function numberColumn(title, value, text, hint) {
  const show = (row) => element("span", { title: exact(value(row)) }, text(value(row)));
  return { title, hint, numeric: true, value, show };
}
