//! Specifications: valid ones, changed.

use losslab::Error;
use losslab::lab::{ExperimentSpec, problems};

use super::{Case, Draw};

const FILE: &str = "experiment.toml";

/// Small data, every kind of table, comments and inline tables.
const WRITTEN: &str = "# An experiment.
name = \"written\"
seeds = [0, 4, 7]
budget = 50.0
iterations = 40
relative_decrease = 1e-9
plateau = 30
seconds = 60
threads = 2

[split]
train = 0.6
validation = 0.2
test = 0.2

[[problem]]
name = \"iris\"
hidden = [5, 4]
activation = \"softplus\"
l2 = 1e-3
label_smoothing = 0.05
class_weights = [1.0, 2.0, 1.0]

[[problem]]
name = \"recurrent\"
data = \"wine\"
loss = \"huber\"
huber_delta = 1.5
activation = \"relu\"

[[problem.layer]]
kind = \"dense\"
units = 6

[[problem.layer]]
kind = \"dense\"
units = 6

[[problem.layer]]
kind = \"dense\"
share = 1

[[problem.layer]]
kind = \"dense\"

[[solver]]
name = \"gd\"
learning_rate = 0.5
schedule = { kind = \"step\", every = 9, factor = 0.5 }

[[solver]]
name = \"cg\"
beta = \"hager-zhang\"
line_search = { kind = \"hager-zhang\" }

[[solver]]
name = \"adam\"
label = \"Adam\"
batch = 16
";

/// Images and convolutions.
const IMAGES: &str = "budget = 10
[[problem]]
name = \"images\"
data = \"digits\"
input = [1, 8, 8]
rows = \"all\"
standardise = false
[[problem.layer]]
kind = \"conv2d\"
channels = 3
kernel = [3, 3]
padding = 1
stride = 1
[[problem.layer]]
kind = \"max_pool2d\"
kernel = 2
[[problem.layer]]
kind = \"flatten\"
[[problem.layer]]
kind = \"dense\"
bias = false
[[solver]]
name = \"lbfgs\"
memory = 5
";

/// A valid specification, changed once or twice.
pub fn draw(draw: &mut Draw) -> Case {
    let canonical = || {
        let names = (["iris", "wine"], ["lbfgs", "argmin-cg", "sgd"]);
        ExperimentSpec::named("canonical", &names.0, &names.1).unwrap().to_toml()
    };
    let mut text = match draw.below(5) {
        0 | 1 => WRITTEN.to_owned(),
        2 | 3 => IMAGES.to_owned(),
        _ => canonical(),
    };
    let mut what = change(draw, &mut text);
    if draw.below(4) == 0 {
        what = format!("{what}; {}", change(draw, &mut text));
    }
    let read = move |folder: &std::path::Path| {
        let path = folder.join(FILE);
        let text = std::fs::read_to_string(&path).map_err(|error| Error::file(&path, error))?;
        ExperimentSpec::from_toml(&text, FILE)?.resolve().map(|_| ())
    };
    Case { what, files: vec![(FILE, text.into_bytes())], read: Box::new(read), check }
}

/// A text that is no TOML, or with a value that cannot be used, is refused at its line. What
/// is wrong only beside the data or taken together is refused by the name of the problem or
/// of the key.
fn check(error: &Error) -> Option<&'static str> {
    let message = error.to_string();
    let is_at_line = message.starts_with(&format!("{FILE}, line "));
    let is_named = ["problem '", "solver '", "problem: ", "solver: ", "seeds: "]
        .iter()
        .any(|place| message.starts_with(place));
    // A problem may be given another file of data or weights than there is.
    let is_of_file = matches!(error, Error::File { .. } | Error::Data(_));
    (!is_at_line && !is_named && !is_of_file).then_some("no line is named")
}

/// The index of a line with a key, if there is one.
fn key_line(draw: &mut Draw, lines: &[String]) -> Option<usize> {
    let with_key: Vec<usize> = (0..lines.len()).filter(|&i| lines[i].contains(" = ")).collect();
    (!with_key.is_empty()).then(|| *draw.one_of(&with_key))
}

/// Changes the text; returns how.
fn change(draw: &mut Draw, text: &mut String) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let line = draw.below(lines.len().max(1));
    let key = key_line(draw, &lines);
    let split = |line: &str| {
        let (key, value) = line.split_once(" = ").unwrap();
        (key.to_owned(), value.to_owned())
    };
    let what = match (draw.below(16), key) {
        (0..=3, Some(at)) => {
            let (key, _) = split(&lines[at]);
            let value = draw.value();
            lines[at] = format!("{key} = {value}");
            lines[at].clone()
        }
        (4 | 5, Some(at)) => {
            let (key, value) = split(&lines[at]);
            lines[at] = format!("{} = {value}", draw.misspelt(&key));
            lines[at].clone()
        }
        (6, Some(at)) => {
            let (key, value) = split(&lines[at]);
            lines[at] = format!("{key} = {}", draw.misspelt(&value));
            lines[at].clone()
        }
        (7, Some(at)) => {
            let twice = lines[at].clone();
            lines.insert(draw.below(lines.len()), twice.clone());
            format!("'{twice}' once more")
        }
        (8, Some(at)) => format!("'{}' left out", lines.remove(at)),
        (9, _) => {
            let heading = *draw.one_of(&[
                "[split]",
                "[[split]]",
                "[problem]",
                "[[problem]]",
                "[[problem.layer]]",
                "[problem.layer.kind]",
                "[[solver]]",
                "[solver.settings]",
                "[[]]",
                "[a.b.c",
                "[tuning]",
            ]);
            lines.insert(line, heading.to_owned());
            format!("'{heading}' at line {}", line + 1)
        }
        (10, _) => return huge(draw, text),
        (11, _) => {
            let at = (0..=draw.below(text.len().max(1))).rev().find(|&i| text.is_char_boundary(i));
            text.truncate(at.unwrap_or_default());
            return format!("cut at {}", text.len());
        }
        (12 | 13, _) => {
            let mut bytes = std::mem::take(text).into_bytes();
            let region = bytes.len();
            let what = draw.change_bytes(&mut bytes, region);
            *text = String::from_utf8_lossy(&bytes).into_owned();
            return what;
        }
        (14, _) => {
            let other = draw.below(lines.len().max(1));
            lines.swap(line, other);
            format!("lines {} and {} exchanged", line + 1, other + 1)
        }
        _ => {
            let problem = draw.one_of(&problems::all()).name.clone();
            lines.push(format!("[[problem]]\nname = \"{}\"", draw.misspelt(&problem)));
            format!("a problem named nearly '{problem}'")
        }
    };
    *text = lines.join("\n");
    what
}

/// Something that is far too much.
fn huge(draw: &mut Draw, text: &mut String) -> String {
    let many = 1 << (10 + draw.below(9));
    let long = "x".repeat(20 * many);
    let (what, line) = match draw.below(8) {
        0 => ("a long name", format!("name = \"{long}\"")),
        1 => ("a long key", format!("{long} = 1")),
        2 => ("a deep list", format!("seeds = {}", "[".repeat(many))),
        3 => ("deep dotted keys", format!("{}a = 1", "a.".repeat(many))),
        4 => ("deep inline tables", format!("name = {}", "{ a = ".repeat(many))),
        5 => ("a long list", format!("seeds = [{}]", "1, ".repeat(many))),
        6 => ("a long number", format!("budget = 1{}", "0".repeat(many))),
        _ => ("a long list of what it is not", format!("budget = [{}]", "1, ".repeat(many))),
    };
    *text = match draw.below(2) {
        0 => format!("{line}\n{text}"),
        _ => format!("{text}\n{line}\n"),
    };
    format!("{what}, {} bytes", line.len())
}
