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

/** Notes how everything stands, for `reset`. */
const note = (page) =>
  page.evaluate(() => document.querySelectorAll("details").forEach((node) => (node.dataset.first = node.open)));

/** Puts every switch, slider and fold back to where it was when the page was opened. */
const reset = (page) =>
  page.evaluate(() => {
    const fill = (input, value) => {
      if (input.value === value) return;
      input.value = value;
      input.dispatchEvent(new Event("input"));
    };
    for (const input of document.querySelectorAll("input")) {
      if (input.type === "search") fill(input, "");
      else if (input.type === "range") fill(input, input.defaultValue);
      else if (input.type === "radio" ? input.defaultChecked && !input.checked : input.checked !== input.defaultChecked) input.click();
    }
    document.querySelectorAll("details[data-first]").forEach((node) => (node.open = node.dataset.first === "true"));
    window.scrollTo(0, 0);
  });

/**
 * A browser for the tests of a file. `open(name, options)` gives a page that is ready, with
 * everything switched as at first: the same page as to earlier tests, because a page takes
 * seconds to open, or with `fresh` one that no test has had. After each test the troubles of
 * all pages must be none, whatever the test was about.
 */
export function useBrowser() {
  let browser;
  const opened = new Map();
  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());
  afterEach(() => {
    const troubles = [...opened.values()].flatMap((one) => one.troubles.splice(0));
    assert.deepEqual(troubles, []);
  });
  return async function open(name, options = DESKTOP, { fresh = false } = {}) {
    const key = name + JSON.stringify(options);
    const known = opened.get(key);
    if (known && !fresh) {
      await known.page.emulateMedia({ colorScheme: options.colorScheme ?? "light", reducedMotion: options.reducedMotion ?? null });
      await reset(known.page);
      return known.page;
    }
    await known?.context.close();
    const context = await browser.newContext(options);
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    const url = pageUrl(name);
    opened.set(key, { context, page, troubles: watch(page, url) });
    await page.goto(url);
    await page.waitForFunction(() => document.documentElement.dataset.ready === "yes");
    await note(page);
    return page;
  };
}

/** What stands in the page as its data. */
export const inlineData = (page) => page.evaluate(() => JSON.parse(document.getElementById("data").textContent));
