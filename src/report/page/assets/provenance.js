// Where results come from: specification, environment, and the commands that make them again.

import { element, facts, folded, command, saveButton, section } from "./dom.js";

/** Words that a shell would take apart stand in quotes. */
function quoted(word) {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** The folder of the page. */
function rootOf(part) {
  const root = part.folder === "" ? part.path : part.path.slice(0, -part.folder.length - 1);
  return root === "" ? "." : root;
}

/** The commands for which a specification says everything. Others took flags that it does not hold. */
const AGAIN = { comparison: "compare", training: "train" };

/** The experiment that made a part, where it is one: an example of losslab's own project. */
function experimentOf(part) {
  const words = part.environment?.command ?? [];
  return words.length === 1 && words[0] !== "losslab" ? words[0] : null;
}

/** The commands that belong to a part: [[what for, command]]. */
function commands(part) {
  const folder = quoted(part.path === "" ? "." : part.path);
  const isVerified = ["comparison", "training"].includes(part.kind);
  const same = isVerified ? "" : "; run it again, and compare the records by git diff or cmp: on the same kind of processor the same bytes";
  const list = [];
  if (isVerified) list.push(["verify: run it again, and say what differs", `losslab verify ${folder}`]);
  if (part.spec && AGAIN[part.kind]) {
    list.push(["run it again", `losslab ${AGAIN[part.kind]} --spec ${folder}/spec.toml -o ${folder}`]);
  }
  const experiment = experimentOf(part);
  if (experiment) {
    const what = `it was made by an experiment of losslab's project; there${same}`;
    list.push([what, `cargo run --release --example ${quoted(experiment)}`]);
  } else if (part.environment?.command?.length > 0) {
    list.push([`it was made by${same}`, part.environment.command.map(quoted).join(" ")]);
  }
  list.push(["make this page again", `losslab report ${quoted(rootOf(part))} --html`]);
  return list;
}

/** What is known of some parts of a fact; null where nothing is. */
function joined(...words) {
  return words.filter(Boolean).join(", ") || null;
}

/** Facts of the environment, the rest as JSON. */
function environment(found) {
  const known = [
    ["losslab", `${found.version}${found.commit ? `, commit ${found.commit.slice(0, 12)}${found.modified ? ", modified" : ""}` : ""}`],
    ["sources", found.sources],
    ["compiler", joined(found.rustc, found.profile)],
    ["processor", joined(found.cpu, found.cores && `${found.cores} cores`, found.vector_instructions)],
    ["system", joined(found.os_version, found.kernel && `kernel ${found.kernel}`)],
    ["threads", found.threads],
    ["memory", found.memory_bytes ? `${(found.memory_bytes / 2 ** 30).toFixed(1)} GiB` : null],
    ["date", found.date],
  ];
  return [
    facts(known),
    folded("environment.json", false, element("pre", { tabindex: "0" }, JSON.stringify(found, null, 2))),
  ];
}

/** The section of a part. */
export function provenance(part, id, level) {
  const parts = [];
  for (const [what, text] of commands(part)) {
    parts.push(element("p", { class: "what" }, what), command(text));
  }
  if (part.spec) {
    parts.push(folded("spec.toml: everything that was asked for", false, element("pre", { tabindex: "0" }, part.spec)));
  }
  if (part.environment) parts.push(environment(part.environment));
  parts.push(
    saveButton("Save what this part shows as JSON", `${part.kind}.json`, "application/json", () => JSON.stringify(part.data)),
  );
  return section(`${id}-again`, level, "Run it again, check it", parts);
}
