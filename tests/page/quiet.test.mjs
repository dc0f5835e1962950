// Every page, in both colours, all of it drawn, wide and narrow: no error, no warning, no
// request. (After each test `useBrowser` asks for that.)

import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { DESKTOP, useBrowser } from "./support/browser.mjs";
import { drawAll, widthsOf } from "./support/whole.mjs";
import { pages } from "./support/records.mjs";

const open = useBrowser();
const names = readdirSync(pages).filter((name) => !name.includes("."));

test("there are pages", () => assert.ok(names.length >= 12, names.join()));

for (const name of names) {
  test(`${name} is one small file, quiet, and fits`, async () => {
    const path = join(pages, name, "report.html");
    assert.ok(statSync(path).size < 8 * 2 ** 20);
    assert.match(readFileSync(path, "utf8"), /plotly\.js[^]{0,200}MIT/);

    const page = await open(name, DESKTOP, { fresh: true });
    assert.equal(await page.locator(".problem").count(), 0, "a part cannot be shown");
    const outside = await page.evaluate(() =>
      [...document.querySelectorAll("[src], [href]")]
        .map((node) => node.getAttribute("src") ?? node.getAttribute("href"))
        .filter((address) => !/^(#|data:)/.test(address)),
    );
    assert.deepEqual(outside, []);

    // Twenty times the same charts would say no more.
    if (name !== "many_parts") assert.ok((await drawAll(page)) > 0, "there are charts");
    assert.doesNotMatch(await page.locator("body").innerText(), /\bundefined\b|\bNaN\b|\bnull\b|\[object/);
    await page.emulateMedia({ colorScheme: "dark" });
    // The narrowest page that WCAG 2.2 (1.4.10) asks for; phone.test.mjs has wider ones.
    await page.setViewportSize({ width: 320, height: 844 });
    const found = await widthsOf(page);
    assert.ok(found.page <= 320, JSON.stringify(found));
  });
}
