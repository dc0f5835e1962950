//! Which solvers of a comparison are one method at several learning rates.

use crate::lab::statistics::Sensitivity;
use crate::lab::{Comparison, RunRecord};
use crate::solver::settings::LABEL_MAX;
use crate::solver::{Setting, SolverSpec, Status};

const SETTING: &str = "learning_rate";
const PREFIX: &str = "learning_rate=";
/// A method at fewer values says nothing about how much depends on them.
const FEWEST: usize = 3;

/// Solvers that differ in their learning rate alone.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sweep {
    /// The first word of the labels: the method, unless they have another name.
    pub(super) method: String,
    /// The method with what else is set, the same for all of them: `sgd batch=32`.
    pub(super) label: String,
    /// The learning rates with the solvers' labels, in the comparison's order.
    pub(super) values: Vec<(f64, String)>,
}

impl Sweep {
    /// Lowest losses over the learning rate on the problem with this name; a run that ended
    /// higher than it began has diverged.
    pub(super) fn sensitivity(&self, comparison: &Comparison, problem: &str) -> Sensitivity {
        let losses = |solver: &str| -> Vec<Option<f64>> {
            let records = comparison.runs.iter().map(|run| &run.record);
            let of_solver = records.filter(|r| r.problem == problem && r.solver == solver);
            let finished = of_solver
                .filter(|r| !matches!(r.status, Status::Interrupted | Status::Unsupported));
            finished.map(RunRecord::achieved).collect()
        };
        let runs: Vec<_> =
            self.values.iter().map(|(value, solver)| (*value, losses(solver))).collect();
        Sensitivity::new(&runs)
    }
}

/// The sweeps among `solvers`, read from labels such as `sgd learning_rate=0.1`, which a grid
/// of solvers has by itself, whatever stands before the setting.
pub(super) fn sweeps(solvers: &[String]) -> Vec<Sweep> {
    let mut sweeps: Vec<Sweep> = Vec::new();
    for (method, label, value, solver) in solvers.iter().filter_map(|solver| read(solver)) {
        match sweeps.iter_mut().find(|sweep| sweep.label == label) {
            // The first of two labels for one value, as a default and the same in words.
            Some(sweep) if sweep.values.iter().any(|known| known.0 == value) => {}
            Some(sweep) => sweep.values.push((value, solver)),
            None => sweeps.push(Sweep { method, label, values: vec![(value, solver)] }),
        }
    }
    sweeps.retain(|sweep| sweep.values.len() >= FEWEST);
    sweeps
}

/// The sweeps among solvers as they were specified, whatever their labels.
pub(super) fn sweeps_by_settings(solvers: &[SolverSpec]) -> Vec<Sweep> {
    let mut sweeps: Vec<(Vec<(&str, Setting)>, Sweep)> = Vec::new();
    for solver in solvers {
        let (rates, others): (Vec<_>, Vec<_>) =
            solver.method.settings().into_iter().partition(|setting| setting.0 == SETTING);
        let Some((_, Setting::Number(value))) = rates.into_iter().next() else { continue };
        let (method, entry) = (solver.method.name(), (value, solver.label.clone()));
        let same = |known: &&mut (Vec<_>, Sweep)| known.1.method == method && known.0 == others;
        match sweeps.iter_mut().find(same) {
            Some((_, sweep)) if sweep.values.iter().any(|known| known.0 == value) => {}
            Some((_, sweep)) => sweep.values.push(entry),
            None => {
                let (method, label) = (method.to_owned(), String::new());
                sweeps.push((others, Sweep { method, label, values: vec![entry] }));
            }
        }
    }
    let mut sweeps: Vec<Sweep> = sweeps.into_iter().map(|(_, sweep)| sweep).collect();
    sweeps.retain(|sweep| sweep.values.len() >= FEWEST);
    for sweep in &mut sweeps {
        sweep.label = common_label(sweep);
    }
    sweeps
}

/// What the labels of a sweep begin with in common, up to the number; else the method.
fn common_label(sweep: &Sweep) -> String {
    let mut labels = sweep.values.iter().map(|(_, label)| label.as_str());
    let first = labels.next().unwrap_or_default();
    let shared = |a: &str, b: &str| a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count();
    let length = labels.map(|label| shared(first, label)).min().unwrap_or(0);
    let prefix: String = first.chars().take(length).collect();
    let is_of_number = |c: char| c.is_ascii_digit() || c == '.';
    let prefix = prefix.trim_end_matches(is_of_number).trim_end();
    let prefix = prefix.trim_end_matches(PREFIX).trim_end();
    if prefix.is_empty() { sweep.method.clone() } else { prefix.to_owned() }
}

/// First word, label without the learning rate, learning rate, label.
fn read(label: &str) -> Option<(String, String, f64, String)> {
    // An automatic label that was too long is cut, perhaps within a number.
    if label.chars().count() >= LABEL_MAX {
        return None;
    }
    let (rates, others): (Vec<&str>, Vec<&str>) =
        label.split(' ').partition(|word| word.starts_with(PREFIX));
    let value = match rates.as_slice() {
        [] => default_rate(&others)?,
        [rate] => rate[PREFIX.len()..].parse().ok()?,
        _ => return None,
    };
    let name = others.first()?;
    Some(((*name).to_string(), others.join(" "), value, label.to_string()))
}

/// The learning rate of a method that is labelled with its name and other settings.
fn default_rate(words: &[&str]) -> Option<f64> {
    let (name, settings) = words.split_first()?;
    let solver = SolverSpec::parse(&format!("{name}:{}", settings.join(","))).ok()?;
    match solver.method.settings().iter().find(|setting| setting.0 == SETTING)?.1 {
        Setting::Number(value) => Some(value),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::test_support::comparison;

    fn labels(labels: &[&str]) -> Vec<String> {
        labels.iter().map(|label| (*label).to_string()).collect()
    }

    #[test]
    fn sweeps_are_read_from_labels() {
        let solvers = labels(&[
            "lbfgs",
            "gd learning_rate=0.25",
            "sgd",
            "sgd learning_rate=0.125",
            "gd",
            "gd learning_rate=0.5",
            "gd learning_rate=2.0",
            "gd learning_rate=0.25 schedule=inverse rate=1.0",
            "my gd learning_rate=0.125",
            "η learning_rate=0.1",
            "η learning_rate=1.0",
            "η learning_rate=10.0",
        ]);
        let sweeps = sweeps(&solvers);
        assert_eq!(sweeps.len(), 2, "{sweeps:?}");
        assert_eq!((sweeps[1].label.as_str(), sweeps[1].values[2].0), ("η", 10.0));
        assert_eq!((sweeps[0].method.as_str(), sweeps[0].label.as_str()), ("gd", "gd"));
        // 0.5 is the default of gd.
        let expected =
            [(0.25, "gd learning_rate=0.25"), (0.5, "gd"), (2.0, "gd learning_rate=2.0")];
        let values = sweeps[0].values.iter().map(|(value, label)| (*value, label.as_str()));
        assert_eq!(values.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn sweeps_are_known_by_their_settings_too() {
        let texts = [
            "gd:learning_rate=0.01,label=gd 0.01",
            "gd:learning_rate=0.1,label=gd 0.1",
            "gd:learning_rate=1,label=gd 1",
            "gd:learning_rate=1,schedule=cosine,horizon=9,label=falling",
            "lbfgs",
        ];
        let solvers: Vec<SolverSpec> = texts.map(|text| SolverSpec::parse(text).unwrap()).into();
        let sweeps = sweeps_by_settings(&solvers);
        assert_eq!(sweeps.len(), 1, "{sweeps:?}");
        assert_eq!((sweeps[0].method.as_str(), sweeps[0].label.as_str()), ("gd", "gd"));
        assert_eq!(sweeps[0].values[2], (1.0, "gd 1".to_owned()));
    }

    #[test]
    fn losses_are_those_of_finished_runs_and_divergence_counts() {
        let comparison = comparison();
        let of = |solver: &str| (0.1, solver.to_string());
        let sweep = Sweep { method: "gd".into(), label: "gd".into(), values: vec![of("gd")] };
        // On california one seed of three diverges.
        let point = sweep.sensitivity(&comparison, "california").points[0];
        assert_eq!((point.runs, point.diverged), (3, 1));
        assert!(point.median.is_finite() && point.upper.is_infinite());
    }
}
