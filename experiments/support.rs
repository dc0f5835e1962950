//! What the experiments share: running a specification, and reading what came out.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use losslab::lab::environment::Environment;
use losslab::lab::statistics;
use losslab::lab::{Comparison, Event, ExperimentSpec, RunRecord, compare};
use losslab::numerics::Vector;
use losslab::report::write_comparison;
use losslab::solver::Status;

/// Runs `spec`, says on standard error how far it is, and writes specification and records
/// into the folder. `keep` is given every run with the parameters at its lowest loss.
pub fn run(
    spec: &ExperimentSpec,
    folder: &Path,
    keep: &mut (dyn FnMut(&RunRecord, &Vector) + Send),
) -> losslab::Result<Comparison> {
    let (mut done, total) = (0, spec.runs());
    let comparison = compare(spec, &AtomicBool::new(false), &mut |event| {
        if let Event::RunFinished { run, theta, .. } = event {
            keep(&run.record, theta);
            done += 1;
            if done % total.div_ceil(10) == 0 || done == total {
                eprintln!("{}: {done} of {total} runs", spec.name);
            }
        }
    })?;
    let environment = Environment::of_process(&comparison.problems);
    write_comparison(folder, &comparison, &spec.to_toml(), &environment)?;
    Ok(comparison)
}

/// The records of one solver on one problem, by seed.
pub fn records<'c>(comparison: &'c Comparison, problem: &str, solver: &str) -> Vec<&'c RunRecord> {
    let all = comparison.runs.iter().map(|run| &run.record);
    all.filter(|record| record.problem == problem && record.solver == solver).collect()
}

/// The training loss where a run ended, penalty included; NaN where it was not finite.
pub fn last_loss(record: &RunRecord) -> f64 {
    match (record.status, record.trace.last()) {
        (Status::NonFinite, _) | (_, None) => f64::NAN,
        (_, Some(entry)) => entry.loss,
    }
}

/// The median, with what is not finite as the worst: +∞. NaN without values.
pub fn median(values: &[f64]) -> f64 {
    let worst = |value: &f64| if value.is_finite() { *value } else { f64::INFINITY };
    statistics::median(values.iter().map(worst)).unwrap_or(f64::NAN)
}

/// `median (lowest – highest)`, in the format that `text` gives a number.
pub fn spread(values: &[f64], text: fn(f64) -> String) -> String {
    let shown = |value: f64| if value.is_finite() { text(value) } else { "–".into() };
    let finite = || values.iter().copied().filter(|value| value.is_finite());
    let low = finite().fold(f64::INFINITY, f64::min);
    let high = finite().fold(f64::NEG_INFINITY, f64::max);
    let failed = values.len() - finite().count();
    let note = if failed > 0 { format!(", {failed} not finite") } else { String::new() };
    format!("{} ({} – {}{note})", shown(median(values)), shown(low), shown(high))
}
