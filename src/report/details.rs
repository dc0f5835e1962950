//! What there is to say about program, data and runs to those who want to know more.

use crate::data::{DataSource, Dataset};
use crate::error::shortened;
use crate::lab::environment::Environment;
use crate::lab::{ProblemSpec, Run};

use super::duration::duration_text;
use super::format::one_line;

/// Program and machine, on two lines without an end.
pub fn environment_text(environment: &Environment) -> String {
    format!("{}\n{}", program(environment), machine(environment))
}

/// `losslab 0.1.0, commit 0123456789, release build by rustc 1.89.0 (…)`.
pub(super) fn program(environment: &Environment) -> String {
    let mut parts = vec![format!("losslab {}", environment.version)];
    parts.extend(environment.commit.as_ref().map(|commit| {
        let changed = if environment.modified == Some(true) { " with changes" } else { "" };
        format!("commit {}{changed}", commit.chars().take(10).collect::<String>())
    }));
    parts.push(format!("{} build by {}", environment.profile, environment.rustc));
    parts.join(", ")
}

/// `2 threads on AMD EPYC, x86_64 with AVX-512; Debian GNU/Linux 13 (trixie)`.
fn machine(environment: &Environment) -> String {
    let threads = count(environment.threads, "thread");
    let cpu = environment.cpu.as_deref().map_or(String::new(), |cpu| format!(" on {cpu}"));
    let system = environment.os_version.as_deref().unwrap_or(&environment.os);
    format!("{threads}{cpu}, {}; {system}", environment.cpu_class)
}

/// What was read for a problem, on one line: rows, features, target and classes, columns left
/// out, the network.
pub fn problem_text(problem: &ProblemSpec, data: &Dataset) -> String {
    let mut parts = vec![
        count(data.rows(), "row"),
        count(data.features.columns(), "feature"),
        format!("{} target {}", data.task.name(), one_line(&data.target_name)),
    ];
    if !data.class_names.is_empty() {
        parts.push(format!("classes {}", shortened(&data.class_names)));
    }
    if let DataSource::File { drop, .. } = &problem.data
        && !drop.is_empty()
    {
        parts.push(format!("left out {}", shortened(drop)));
    }
    if let Ok(network) = problem.network(data) {
        let parameters = count(network.dimension(), "parameter");
        parts.push(format!("network {} with {parameters}", network.describe()));
    }
    format!("{}: {}", one_line(&problem.name), parts.join("; "))
}

/// How a run ended, on one line.
pub fn run_text(run: &Run) -> String {
    let record = &run.record;
    let loss = record.loss.map_or("not finite".to_owned(), |loss| format!("{loss:.5}"));
    format!(
        "{} · {} · seed {}: {}, loss {loss} after {}, {:.1} passes, {}",
        one_line(&record.problem),
        one_line(&record.solver),
        record.seed,
        record.status.name(),
        count(record.iterations as usize, "iteration"),
        record.passes,
        duration_text(run.timing.seconds)
    )
}

/// `1 row`, `2 rows`.
pub(super) fn count(number: usize, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::problems;

    #[test]
    fn data_are_named_with_their_classes_and_network() {
        let mut problem = problems::find("iris").unwrap();
        let data = problem.data.load().unwrap();
        assert_eq!(
            problem_text(&problem, &data),
            "iris: 150 rows; 4 features; multi-class target species; classes setosa, versicolor, \
             virginica; network 4-4-3 tanh with 35 parameters"
        );
        problem.data = DataSource::File {
            path: "iris.csv".into(),
            target: None,
            task: None,
            drop: vec!["id".to_owned()],
            categorical: Vec::new(),
            keep_constant: false,
            sample_weights: None,
        };
        assert!(problem_text(&problem, &data).contains("; left out id; "));
    }

    #[test]
    fn program_and_machine_are_told_as_far_as_they_are_known() {
        let environment = Environment {
            version: "1.2.3".to_owned(),
            commit: Some("0123456789abcdef".to_owned()),
            modified: Some(true),
            rustc: "rustc 1.89.0".to_owned(),
            profile: "release".to_owned(),
            threads: 1,
            cpu_class: "x86_64 with AVX-512".to_owned(),
            os: "linux".to_owned(),
            ..Environment::default()
        };
        assert_eq!(
            environment_text(&environment),
            "losslab 1.2.3, commit 0123456789 with changes, release build by rustc 1.89.0\n\
             1 thread, x86_64 with AVX-512; linux"
        );
    }
}
