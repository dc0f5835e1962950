// Numbers and names as text.

const THIN_SPACE = "\u2009";

/** The number in full: the shortest text that reads back to the same bits. */
export function exact(value) {
  return value === null || value === undefined ? "–" : String(value);
}

/** So many significant digits; exponents for what is very large or small, – for nothing. */
export function significant(value, digits = 4) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size < 1e-4 || size >= 1e7) return value.toExponential(digits - 1).replace("e+", "e").replaceAll("-", "−");
  if (size >= 10 ** (digits - 1)) return grouped(Math.round(value));
  return value.toPrecision(digits);
}

/** A whole number with its digits in groups. */
export function grouped(value) {
  if (value === null || value === undefined) return "–";
  return Math.round(value).toLocaleString("en").replaceAll(",", THIN_SPACE);
}

/** A time in the unit that suits it. */
export function seconds(value) {
  if (value === null || value === undefined) return "–";
  if (value < 1e-3) return `${significant(value * 1e6, 3)} µs`;
  if (value < 1) return `${significant(value * 1e3, 3)} ms`;
  if (value < 120) return `${significant(value, 3)} s`;
  return value < 7200 ? `${significant(value / 60, 3)} min` : `${significant(value / 3600, 3)} h`;
}

/** A share as a percentage. */
export function percent(share, digits = 2) {
  return share === null || share === undefined ? "–" : `${(100 * share).toFixed(digits)} %`;
}

/** A test metric: a percentage for an accuracy, else a number. */
export function metric(kind, value) {
  return kind === "accuracy" ? percent(value) : significant(value);
}

/** A field of CSV; nothing for what is missing. */
export function csvField(value) {
  const text = value === null || value === undefined ? "" : String(value);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** "1 run", "3 runs". */
export function counted(count, word) {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
