// Makes the pages that the tests look at: `node make_pages.mjs BINARY FOLDER`.
// Every page lies in a folder of its own beside copies of the records it was made from.

import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { writeOddFolders } from "./support/odd_folders.mjs";
import { writeTable } from "./support/table.mjs";

const RESULTS = [
  "quickstart",
  "which_optimizer",
  "learning_rate",
  "landscape_paths",
  "hessian_spectrum",
  "edge_of_stability",
  "mode_connectivity",
];

const repository = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const [binary, folder] = process.argv.slice(2).map((path) => resolve(path));

function losslab(...words) {
  try {
    return execFileSync(binary, words, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    throw new Error(`losslab ${words.join(" ")}\n${error.stderr}`);
  }
}

/** Records only: pictures are no part of a page. */
const isRecord = (path) => !/\.(png|svg|html|journal|safetensors)$/.test(path);

mkdirSync(folder, { recursive: true });
for (const name of RESULTS) {
  cpSync(join(repository, "results", name), join(folder, name), { recursive: true, filter: isRecord });
}

const table = writeTable(folder);
const common = ["--data", table, "--target", "price", "--hidden", "6", "--seeds", "2"];
losslab("compare", ...common, "-s", "lbfgs", "-s", "adam", "--budget", "15", "-o", "own_table");
const rates = ["0.001", "0.01", "0.1", "1", "10", "100"].map((rate) => ["-s", `gd:learning_rate=${rate}`]);
losslab("compare", "-p", "diabetes", ...rates.flat(), "--seeds", "3", "--budget", "20", "--untimed", "-o", "rates");
losslab("tune", "--points", "5", "-p", "diabetes", "-s", "gd", "-s", "adam", "--budget", "8", "-o", "tuning");
losslab("landscape", "-p", "diabetes", "-s", "gd,lbfgs", "--line", "--budget", "10", "-o", "line");
writeOddFolders(folder, join(folder, "quickstart"));

for (const name of readdirSync(folder)) {
  if (!existsSync(join(folder, name, "report.html")) && !name.includes(".")) losslab("report", name, "--html");
}
