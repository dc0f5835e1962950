// Pictures of pages, to be looked at: `node screenshots.mjs FOLDER [NAME …]`. The pages are
// those in the folder that LOSSLAB_PAGES names.

import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { DESKTOP, PHONE, launch, pageUrl } from "./support/browser.mjs";
import { pages } from "./support/records.mjs";
import { drawAll } from "./support/whole.mjs";

/** As high as a picture may be, so that one can still read it. */
const HIGHEST = 2000;

const LOOKS = {
  light: { ...DESKTOP, colorScheme: "light" },
  dark: { ...DESKTOP, colorScheme: "dark" },
  phone: { ...PHONE, deviceScaleFactor: 1, colorScheme: "light" },
};

const [folder, ...chosen] = process.argv.slice(2);
const names = chosen.length > 0 ? chosen : readdirSync(pages).filter((name) => !name.includes("."));

async function shoot(browser, name, look) {
  const context = await browser.newContext(LOOKS[look]);
  const page = await context.newPage();
  await page.goto(pageUrl(name));
  await page.waitForFunction(() => document.documentElement.dataset.ready === "yes");
  await page.screenshot({ path: join(folder, `${name}-${look}-first.png`) });
  await drawAll(page);
  const height = await page.evaluate(() => document.scrollingElement.scrollHeight);
  const { width } = LOOKS[look].viewport;
  for (let top = 0, part = 1; top < height && part <= 4; top += HIGHEST, part += 1) {
    const clip = { x: 0, y: top, width, height: Math.min(HIGHEST, height - top) };
    await page.screenshot({ path: join(folder, `${name}-${look}-${part}.png`), fullPage: true, clip });
  }
  await context.close();
}

mkdirSync(folder, { recursive: true });
const browser = await launch();
for (const name of names) {
  for (const look of Object.keys(LOOKS)) await shoot(browser, name, look);
}
await browser.close();
