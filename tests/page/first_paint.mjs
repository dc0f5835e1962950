// How soon a page is there: `node first_paint.mjs FOLDER [ROUNDS] [NAME …]`, for pages as
// make_pages.mjs makes them in FOLDER. Prints medians over rounds, each with a fresh profile.

import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

import { DESKTOP, launch } from "./support/browser.mjs";
import { middle } from "./support/records.mjs";

const [folder, rounds = "7", ...chosen] = process.argv.slice(2);
const names = chosen.length > 0 ? chosen : ["which_optimizer", "landscape_paths"];

/** Milliseconds from navigation to the first paint, the first content, and the page's own word. */
async function once(browser, name) {
  const context = await browser.newContext(DESKTOP);
  const page = await context.newPage();
  await page.addInitScript(() => {
    new MutationObserver((_, observer) => {
      if (document.documentElement?.dataset.ready !== "yes") return;
      window.readyAt = performance.now();
      observer.disconnect();
    }).observe(document, { attributes: true, subtree: true });
  });
  await page.goto(pathToFileURL(join(resolve(folder), name, "report.html")).href);
  await page.waitForFunction(() => window.readyAt > 0 && performance.getEntriesByType("paint").length === 2);
  const times = await page.evaluate(() => [
    ...["first-paint", "first-contentful-paint"].map((paint) => performance.getEntriesByName(paint)[0].startTime),
    window.readyAt,
  ]);
  await context.close();
  return times;
}

const browser = await launch();
for (const name of names) {
  const all = [];
  for (let round = 0; round < Number(rounds); round += 1) all.push(await once(browser, name));
  const [paint, content, ready] = [0, 1, 2].map((i) => Math.round(middle(all.map((times) => times[i]))));
  console.log(`${name}: first paint ${paint} ms, first content ${content} ms, ready ${ready} ms (medians of ${rounds})`);
}
await browser.close();
