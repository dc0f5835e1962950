// What plotly has drawn, read from its own state and from the picture.

/** A chart that has been brought into sight and drawn. */
export async function chart(page, name, within = "body") {
  const node = page.locator(`${within} [data-chart="${name}"]`).first();
  await node.scrollIntoViewIfNeeded();
  await page.waitForFunction((element) => element._fullLayout && element.data, await node.elementHandle());
  return node;
}

/** Traces as they were given to plotly, with the colours and dashes that it took. */
export const traces = (node) =>
  node.evaluate((element) =>
    element._fullData.map((full) => {
      const given = element.data[full.index];
      const { name, mode, type, visible, fill, opacity } = full;
      const { x, y, z, line, marker, customdata } = given;
      return { name, mode, type, visible, fill, opacity, x, y, z, line, marker, customdata };
    }),
  );

/** The traces that are lines with a name, by their name. */
export async function lines(node) {
  const drawn = await traces(node);
  return new Map(drawn.filter((t) => t.mode?.includes("lines") && t.line?.width !== 0).map((t) => [t.name, t]));
}

export const axes = (node) =>
  node.evaluate(({ _fullLayout: { xaxis, yaxis } }) => {
    const of = (axis) => ({ type: axis.type, title: axis.title.text, range: [...axis.range] });
    return { x: of(xaxis), y: of(yaxis) };
  });

/** The height of a line that keeps its value until the next point, at x. */
export function heightAt(trace, x) {
  const last = trace.x.findLastIndex((place) => place <= x);
  return last < 0 ? null : trace.y[last];
}

/** The point of a line that is furthest from its neighbours, so that one can point at it. */
export function loneliest({ x }) {
  const gap = (i) => Math.min(x[i] - x[i - 1], x[i + 1] - x[i]);
  const inner = x.slice(1, -1).map((_, i) => i + 1);
  return inner.reduce((best, i) => (gap(i) > gap(best) ? i : best));
}

/** Rests the pointer on a point and reads what appears there. */
export async function hover(page, node, x, y) {
  await node.scrollIntoViewIfNeeded();
  const at = await node.evaluate(
    (element, [dataX, dataY]) => {
      const { xaxis, yaxis } = element._fullLayout;
      const box = element.getBoundingClientRect();
      return [box.left + xaxis._offset + xaxis.d2p(dataX), box.top + yaxis._offset + yaxis.d2p(dataY)];
    },
    [x, y],
  );
  await page.mouse.move(at[0] - 3, at[1] - 3);
  await page.mouse.move(at[0], at[1], { steps: 3 });
  const label = node.locator(".hoverlayer .hovertext").first();
  await label.waitFor({ timeout: 5000 });
  return (await label.textContent()).replaceAll("\u00a0", " ");
}

/** The colours of lines as the browser shows them, by the name of their trace. */
export const strokes = (node) =>
  node.evaluate((element) =>
    [...element.querySelectorAll(".scatterlayer .trace")].flatMap((group) => {
      const path = group.querySelector("path.js-line");
      const trace = group.__data__?.[0]?.trace;
      if (!path || !trace || trace.line?.width === 0) return [];
      return [{ name: trace.name, stroke: getComputedStyle(path).stroke, opacity: trace.opacity ?? 1 }];
    }),
  );
