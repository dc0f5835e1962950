// Switches, found by their labels as a person finds them.

import { chart } from "./charts.mjs";

const group = (scope, label) => scope.getByRole("group", { name: label, exact: true });

/** Chooses one of several. */
export async function choose(scope, label, value) {
  await group(scope, label).locator(`input[value="${value}"]`).check();
}

/** Switches one of several boxes on or off. */
export async function toggle(scope, label, value, state) {
  await group(scope, label).locator(`input[type="checkbox"]`).and(scope.locator(`input[value="${value}"]`)).setChecked(state);
}

/** Presses a button of a group of boxes: all or none. */
export async function press(scope, label, text) {
  await group(scope, label).getByRole("button", { name: `${label}: ${text}` }).click();
}

/** Whether one of several can be chosen. */
export const canChoose = (scope, label, value) => group(scope, label).locator(`input[value="${value}"]`).isEnabled();

/** A chart, drawn, and the section that holds it. */
export async function sectionOf(page, name) {
  const node = await chart(page, name);
  const id = await node.evaluate((element) => element.closest("section").id);
  return { node, section: page.locator(`#${id}`) };
}

/** The texts and exact values of a column of a table, from above. */
export const column = (table, title) =>
  table.evaluate((element, wanted) => {
    const heads = [...element.querySelectorAll("thead th")];
    const index = heads.findIndex((head) => head.textContent.trim() === wanted);
    return [...element.querySelectorAll("tbody tr")].map((row) => ({
      text: row.children[index].textContent,
      exact: row.children[index].querySelector("[title]")?.title ?? null,
    }));
  }, title);
