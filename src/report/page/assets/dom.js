// Elements of the page.

/**
 * An element with attributes and children. `on` holds listeners, `class` and all else are
 * attributes; null, undefined and false leave one out. Text is never read as HTML.
 */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "on") {
      for (const [event, listener] of Object.entries(value)) made.addEventListener(event, listener);
    } else if (value === true) {
      made.setAttribute(key, "");
    } else if (value !== null && value !== undefined && value !== false) {
      made.setAttribute(key, value);
    }
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return made;
}

let count = 0;

/** A name that no other element has. */
export function uniqueId(stem) {
  count += 1;
  return `${stem}-${count}`;
}

/** A section with a heading of this level; `id` is for the contents. */
export function section(id, level, title, ...children) {
  const heading = element(`h${level}`, { id: `${id}-title` }, title);
  return element("section", { id, "aria-labelledby": heading.id }, heading, children);
}

/** Facts as a list of terms: [[term, text or element]]. */
export function facts(pairs) {
  const rows = pairs.filter(([, value]) => value !== null && value !== undefined && value !== "");
  return element(
    "dl",
    { class: "facts" },
    rows.map(([term, value]) => [element("dt", {}, term), element("dd", {}, value)]),
  );
}

/** A part that can be folded away. */
export function folded(title, open, ...children) {
  return element("details", { open }, element("summary", {}, title), children);
}

/** A command with a button that copies it. */
export function command(text) {
  const button = copyButton("Copy", () => text);
  button.setAttribute("aria-label", `Copy: ${text}`);
  return element("div", { class: "command" }, element("code", { tabindex: "0" }, text), button);
}

/** A button that puts what `text()` gives into the clipboard, and says whether it could. */
export function copyButton(label, text) {
  const button = element("button", { type: "button", class: "copy" }, label);
  button.addEventListener("click", async () => {
    button.textContent = (await copied(text())) ? "Copied" : "Not allowed here";
    setTimeout(() => (button.textContent = label), 1500);
  });
  return button;
}

/** Puts a text into the clipboard; false where the browser does not let a page do so. */
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedFromField(text);
  }
}

/** The old way, which also works on pages from the disk. */
function copiedFromField(text) {
  const field = element("textarea", { class: "away" }, text);
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}

/** A button that saves what `text()` gives as a file. */
export function saveButton(label, filename, type, text) {
  const save = () => {
    const address = URL.createObjectURL(new Blob([text()], { type }));
    const link = element("a", { href: address, download: filename });
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  };
  return element("button", { type: "button", on: { click: save } }, label);
}
