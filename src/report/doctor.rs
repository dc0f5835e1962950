//! What the program finds on a machine, as text and as JSON.

use std::path::Path;

use serde::Serialize;

use super::chart::lines::render;
use super::details::{count, program};
use super::format::{one_line, significant};
use super::line_chart::{ChartAxis, LineChart, LinePanel, LineSeries};
use super::records::json_line;
use super::text_table::paragraphs;
use crate::lab::doctor::{Check, Diagnosis};
use crate::lab::environment::Environment;

/// What stands before a check that passed, and before one that did not.
pub const CHECK_MARKS: [&str; 2] = ["ok", "FAILED"];

/// Whether a file can be written to the folder, or to the nearest one above it that is there:
/// one is, and is taken away again.
pub fn check_folder(folder: &Path) -> Check {
    let here = Path::new(".");
    let mut above = folder.ancestors().map(|path| if path == Path::new("") { here } else { path });
    let nearest = above.find(|path| path.exists()).unwrap_or(here);
    let written = tempfile::NamedTempFile::new_in(nearest)
        .and_then(|file| std::fs::write(file.path(), [0; 4096]));
    let (passed, found) = match written {
        Ok(()) => (true, format!("{} can be written to", nearest.display())),
        Err(error) => (false, format!("{} cannot be written to: {error}", nearest.display())),
    };
    Check { name: "results", passed, found }
}

/// Whether a picture can be drawn, with its letters, as PNG and SVG.
pub fn check_picture() -> Check {
    let series = LineSeries::of_points("lbfgs", 0, vec![(1.0, 1.0), (2.0, 0.1), (3.0, 0.02)]);
    let chart = LineChart {
        name: "check".to_owned(),
        title: "Training loss".to_owned(),
        panels: vec![LinePanel {
            horizontal: ChartAxis::linear("passes"),
            vertical: ChartAxis::log("loss"),
            series: vec![series],
            ..LinePanel::default()
        }],
        ..LineChart::default()
    };
    let (passed, found) = match render(&chart) {
        Ok(picture) => {
            let [png, svg] = [picture.png.len(), picture.svg.len()].map(|bytes| bytes / 1000);
            (png > 0 && svg > 0, format!("a chart takes {png} kB as PNG and {svg} kB as SVG"))
        }
        Err(problem) => (false, format!("a chart cannot be drawn: {problem}")),
    };
    Check { name: "pictures", passed, found }
}

/// The diagnosis with its verdict as one JSON object on one line, without the newline.
pub fn doctor_json(diagnosis: &Diagnosis) -> String {
    #[derive(Serialize)]
    struct WithVerdict<'d> {
        #[serde(flatten)]
        diagnosis: &'d Diagnosis,
        is_well: bool,
    }
    json_line(&WithVerdict { diagnosis, is_well: diagnosis.is_well() })
}

/// The diagnosis within `width` columns. A check's line begins with one of [`CHECK_MARKS`].
pub fn doctor_text(diagnosis: &Diagnosis, width: Option<u16>) -> String {
    let environment = &diagnosis.environment;
    let mut facts = vec![("program", program(environment)), ("built", built(environment))];
    facts.push(("machine", machine(environment)));
    facts.extend(diagnosis.memory.map(|memory| {
        let [total, available] = [memory.total_bytes, memory.available_bytes].map(gigabytes);
        ("memory", format!("{total}, of which {available} are free"))
    }));
    facts.push(("vectors", format!("{} in the kernels", environment.vector_instructions)));
    facts.push(("threads", threads(environment)));
    facts.push(("results", results(diagnosis)));
    facts.push(("terminal", terminal(diagnosis)));
    let facts = facts.iter().map(|(name, fact)| format!("{name:<10}{}", one_line(fact)));
    let checks = diagnosis.checks.iter().map(|check| {
        let mark = CHECK_MARKS[usize::from(!check.passed)];
        format!("{mark:<10}{}: {}", check.name, one_line(&check.found))
    });
    let failed = diagnosis.checks.iter().filter(|check| !check.passed).count();
    let verdict = match failed {
        0 => "all is well".to_owned(),
        failed => format!("{failed} of {} checks failed", diagnosis.checks.len()),
    };
    let lines: Vec<String> =
        facts.chain([String::new()]).chain(checks).chain([String::new(), verdict]).collect();
    paragraphs(&lines.join("\n"), width)
}

fn built(environment: &Environment) -> String {
    let features = match environment.features.as_slice() {
        [] => "no features".to_owned(),
        features => format!("features {}", features.join(", ")),
    };
    format!("for {}, optimisation {}, {features}", environment.target, environment.optimisation)
}

fn machine(environment: &Environment) -> String {
    let cpu = environment.cpu.as_deref().unwrap_or(&environment.architecture);
    let system = environment.os_version.as_deref().unwrap_or(&environment.os);
    let kernel = environment.kernel.as_ref().map_or(String::new(), |kernel| format!(" {kernel}"));
    let cores = count(environment.cores, "core");
    format!("{cpu} with {cores}; {system}, {}{kernel}", environment.os)
}

fn threads(environment: &Environment) -> String {
    let ranks: Vec<String> = environment
        .ranks
        .iter()
        .map(|rank| format!("{} on {}", count(rank.threads, "thread"), rank.host))
        .collect();
    match ranks.as_slice() {
        [] => format!("{} will be used", environment.threads),
        ranks => format!("{}: {}", count(ranks.len(), "rank"), ranks.join(", ")),
    }
}

fn results(diagnosis: &Diagnosis) -> String {
    let folder = diagnosis.results.path.display();
    let left = diagnosis.results.free_bytes.map(|free| format!(", {} left", gigabytes(free)));
    format!("{folder}{}", left.unwrap_or_default())
}

fn terminal(diagnosis: &Diagnosis) -> String {
    let terminal = &diagnosis.terminal;
    let kind = if terminal.is_terminal { "a terminal" } else { "no terminal" };
    let colours = if terminal.colours { "with colours" } else { "without colours" };
    format!("{kind}; tables of {} columns, {colours}", terminal.columns)
}

fn gigabytes(bytes: u64) -> String {
    format!("{} GB", significant(bytes as f64 / 1e9, 3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::doctor::{ResultsFolder, Terminal};
    use crate::lab::environment::Memory;

    fn diagnosis(checks: Vec<Check>) -> Diagnosis {
        Diagnosis {
            environment: Environment::here(3, Vec::new(), &[]),
            memory: Some(Memory { total_bytes: 25_000_000_000, available_bytes: 1_500_000_000 }),
            results: ResultsFolder { path: "results".into(), free_bytes: Some(71_000_000_000) },
            terminal: Terminal { is_terminal: false, columns: 80, colours: false },
            checks,
        }
    }

    #[test]
    fn a_folder_that_is_not_there_is_tried_where_it_would_be() {
        let folder = tempfile::tempdir().unwrap();
        assert!(check_folder(&folder.path().join("results/mine")).passed);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        let check = check_folder(&file);
        assert!(!check.passed && check.found.contains("cannot be written to"), "{check:?}");
    }

    #[test]
    fn a_picture_is_drawn() {
        let check = check_picture();
        assert!(check.passed, "{check:?}");
    }

    #[test]
    fn a_failed_check_is_said_in_text_and_json() {
        let failed = Check { name: "gradient", passed: false, found: "differs".to_owned() };
        let diagnosis = diagnosis(vec![check_picture(), failed]);
        for width in [40, 60, 80] {
            let text = doctor_text(&diagnosis, Some(width));
            assert!(text.contains("FAILED    gradient: differs\n"), "{text}");
            assert!(text.contains("\nok        pictures: "), "{text}");
            assert!(text.ends_with("\n1 of 2 checks failed\n"), "{text}");
            assert!(text.contains("memory    25.0 GB, of which 1.50 GB are"), "{text}");
            assert!(text.lines().all(|line| line.chars().count() <= width.into()), "{text}");
        }
        let json: serde_json::Value = serde_json::from_str(&doctor_json(&diagnosis)).unwrap();
        assert_eq!(
            (&json["is_well"], &json["checks"][1]["passed"]),
            (&false.into(), &false.into())
        );
        assert_eq!(json["results"]["free_bytes"], 71_000_000_000_u64);
    }
}
