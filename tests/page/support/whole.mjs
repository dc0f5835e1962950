// A page as a whole.

/** Unfolds everything and draws every chart that can be seen; gives how many there are. */
export async function drawAll(page) {
  await page.evaluate(() => document.querySelectorAll("details").forEach((details) => (details.open = true)));
  return page.evaluate(async () => {
    const shown = [...document.querySelectorAll("[data-chart]")].filter((node) => node.checkVisibility());
    for (const node of shown) {
      node.scrollIntoView({ block: "center" });
      for (let waited = 0; !node._fullLayout && waited < 500; waited += 1) await new Promise((done) => setTimeout(done, 10));
    }
    window.scrollTo(0, 0);
    if (shown.some((node) => !node._fullLayout)) throw new Error("a chart was not drawn");
    return shown.length;
  });
}

/** How wide the page is, and what reaches beyond the window. */
export const widthsOf = (page) =>
  page.evaluate(() => ({
    page: document.scrollingElement.scrollWidth,
    window: window.innerWidth,
    beyond: [...document.querySelectorAll("main *")]
      .filter((node) => node.getBoundingClientRect().right > window.innerWidth + 1)
      .filter((node) => !node.closest(".scroll, pre, code, .chart"))
      .map((node) => `${node.localName}.${node.className}`)
      .slice(0, 5),
  }));
