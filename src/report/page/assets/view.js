// What is switched on, kept in the address of the page, so that a view can be passed on:
// report.html#part-1-curves~1.over=samples&1.solvers=0.3

/** What the address says, by name. */
const known = new Map();
let place = "";
let waiting = false;

/** The address after its #, as it was written; one that nobody wrote so is taken as it is. */
function hash() {
  const text = location.hash.slice(1);
  try {
    return decodeURI(text);
  } catch {
    return text;
  }
}

function read() {
  const [anchor, words = ""] = hash().split("~");
  place = anchor;
  for (const word of words.split("&")) {
    const [name, value] = word.split("=");
    if (value !== undefined) known.set(name, value);
  }
}

function write() {
  waiting = false;
  const words = [...known].map(([name, value]) => `${name}=${value}`).join("&");
  const hash = words === "" ? place : `${place}~${words}`;
  // Some browsers let a page from the disk not change its address; the page works without.
  try {
    history.replaceState(null, "", `#${hash}`);
  } catch {
    return;
  }
}

function note(name, value, fallback) {
  if (value === fallback) known.delete(name);
  else known.set(name, value);
  if (!waiting) setTimeout(write, 200);
  waiting = true;
}

read();
window.addEventListener("hashchange", () => {
  place = hash().split("~")[0];
  write();
});

/** Where in the page the address points. */
export function placeInAddress() {
  return place;
}

/**
 * A view with words for what is chosen: `defaults` are { key: [word, allowed words] }. Change
 * it by `view.set(key, word)`.
 */
export function keptChoices(prefix, defaults) {
  const view = {};
  for (const [key, [fallback, allowed]] of Object.entries(defaults)) {
    const word = known.get(`${prefix}.${key}`);
    view[key] = allowed.includes(word) ? word : fallback;
  }
  view.set = (key, word) => {
    view[key] = word;
    note(`${prefix}.${key}`, word, defaults[key][0]);
  };
  return view;
}

/** For each key of a view what a switch calls: it chooses a word, then `update(key)` follows. */
export function setter(view, update) {
  return (key) => (word) => {
    view.set(key, word);
    update(key);
  };
}

/** A Set of some of `items`, which are numbers; `note()` when it has changed. */
export function keptSet(name, items, fallback) {
  const usual = fallback.join(".");
  const word = known.get(name) ?? usual;
  const numbers = word === "none" ? [] : word.split(".").map(Number);
  const found = items.filter((item) => numbers.includes(item));
  // An address of other results says nothing of these.
  const set = new Set(found.length === 0 && word !== "none" ? fallback : found);
  set.note = () => note(name, items.filter((item) => set.has(item)).join(".") || "none", usual);
  return set;
}
