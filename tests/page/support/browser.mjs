// Chromium without a window, and what the tests ask of a page in it.

import assert from "node:assert/strict";
import { after, afterEach, before } from "node:test";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { chromium } from "playwright-core";

import { pages } from "./records.mjs";

const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // Surfaces are drawn by WebGL, here without a graphics processor.
  "--enable-unsafe-swiftshader",
];

export const launch = () =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ARGUMENTS });

export const pageUrl = (name) => pathToFileURL(join(pages, name, "report.html")).href;

export const DESKTOP = { viewport: { width: 1280, height: 900 } };
export const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };

/** Keeps what a page must never do: errors, messages of errors, requests. */
function watch(page, url) {
  const troubles = [];
  page.on("pageerror", (error) => troubles.push(`error: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error") troubles.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    const to = request.url();
    if (to.split("#")[0] !== url && !/^(data|blob):/.test(to)) troubles.push(`request: ${to}`);
  });
  page.on("dialog", (dialog) => {
    troubles.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  return troubles;
}

/**
 * A browser for the tests of a file. `open(name, options)` gives a page that is ready; after
 * each test its troubles must be none, whatever the test was about.
 */
export function useBrowser() {
  let browser;
  let opened = [];
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());
  afterEach(async () => {
    const all = opened;
    opened = [];
    await Promise.all(all.map(({ context }) => context.close()));
    assert.deepEqual(all.flatMap(({ troubles }) => troubles), []);
  });
  return async function open(name, options = DESKTOP) {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    const url = pageUrl(name);
    opened.push({ context, troubles: watch(page, url) });
    await page.goto(url);
    await page.waitForFunction(() => document.documentElement.dataset.ready === "yes");
    return page;
  };
}

/** What stands in the page as its data. */
export const inlineData = (page) => page.evaluate(() => JSON.parse(document.getElementById("data").textContent));
