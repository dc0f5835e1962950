// A small table of a user's own, made by a formula.

import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** Writes a table with 120 rows and gives its path. */
export function writeTable(folder) {
  const rows = Array.from({ length: 120 }, (_, i) => {
    const area = 40 + ((i * 37) % 101);
    const age = (i * 13) % 50;
    return `${area},${age},${2 * area - 0.5 * age + 5 * Math.sin(i)}`;
  });
  const path = join(folder, "houses.csv");
  writeFileSync(path, `area,age,price\n${rows.join("\n")}\n`);
  return path;
}
