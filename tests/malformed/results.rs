//! Folders of results, read back.

use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::AtomicBool;

use losslab::Error;
use losslab::lab::{ExperimentSpec, compare};
use losslab::report::{read_comparison, record_lines, summary_markdown, terminal_table};

use super::{Case, Draw};

const FILES: [&str; 3] = ["comparison.json", "runs.jsonl", "timing.jsonl"];

/// What `comparison.json`, `runs.jsonl` and `timing.jsonl` hold of a small comparison.
fn written() -> &'static [String; 3] {
    static WRITTEN: OnceLock<[String; 3]> = OnceLock::new();
    WRITTEN.get_or_init(|| {
        let names = (["iris", "wine"], ["gd", "lbfgs"]);
        let mut spec = ExperimentSpec::named("results", &names.0, &names.1).unwrap();
        (spec.budget, spec.seeds) = (6.0, vec![0, 3]);
        let comparison = compare(&spec, &AtomicBool::new(false), &mut |_| {}).unwrap();
        let [runs, timing] = record_lines(&comparison.runs);
        let mut json = serde_json::to_value(&comparison).unwrap();
        json.as_object_mut().unwrap().remove("runs");
        [serde_json::to_string_pretty(&json).unwrap(), runs, timing]
    })
}

/// One of the files, changed.
pub fn draw(draw: &mut Draw) -> Case {
    let mut texts = written().clone().map(String::into_bytes);
    let which = draw.below(3);
    let what = match draw.below(6) {
        0 => {
            let mut lines: Vec<&str> = written()[which].lines().collect();
            let (from, to) = (draw.below(lines.len()), draw.below(lines.len()));
            let line = lines[from];
            let what = match draw.below(3) {
                0 => {
                    lines.remove(from);
                    format!("line {} left out", from + 1)
                }
                1 => {
                    lines.insert(to, line);
                    format!("line {} once more at {}", from + 1, to + 1)
                }
                _ => {
                    lines.swap(from, to);
                    format!("lines {} and {} exchanged", from + 1, to + 1)
                }
            };
            texts[which] = (lines.join("\n") + "\n").into_bytes();
            what
        }
        1 | 2 => {
            // A name or a number somewhere, by another.
            let text = &written()[which];
            let marks: Vec<usize> = text.match_indices(':').map(|(at, _)| at).collect();
            let at = *draw.one_of(&marks);
            let value = *draw.one_of(&[
                "-1",
                "1e308",
                "1e999",
                "-0.5",
                "null",
                "[]",
                "{}",
                "\"x\"",
                "true",
                "NaN",
                "18446744073709551615",
                "99999999999999999999",
            ]);
            let end = text[at..].find([',', '}', ']']).map_or(text.len(), |length| at + length);
            texts[which] = format!("{}: {value}{}", &text[..at], &text[end..]).into_bytes();
            format!("the value at byte {at} is {value}")
        }
        3 => {
            let text = &written()[which];
            let marks: Vec<usize> = text.match_indices('"').map(|(at, _)| at).collect();
            let at = 2 * draw.below(marks.len() / 2);
            let word = &text[marks[at] + 1..marks[at + 1]];
            let misspelt = draw.misspelt(word);
            let (before, after) = (&text[..=marks[at]], &text[marks[at + 1]..]);
            texts[which] = format!("{before}{misspelt}{after}").into_bytes();
            format!("'{word}' is '{misspelt}'")
        }
        _ => {
            let region = texts[which].len();
            draw.change_bytes(&mut texts[which], region)
        }
    };
    let read = |folder: &Path| {
        // What is read can be shown.
        let comparison = read_comparison(folder)?;
        _ = (summary_markdown(&comparison), terminal_table(&comparison, Some(80)));
        Ok(())
    };
    let what = format!("{}: {what}", FILES[which]);
    let files = FILES.into_iter().zip(texts).collect();
    Case { what, files, read: Box::new(read), check }
}

fn check(error: &Error) -> Option<&'static str> {
    let message = error.to_string();
    (!FILES.iter().any(|file| message.contains(file))).then_some("no file is named")
}
