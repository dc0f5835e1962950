//! When seconds say little.

use crate::lab::{Comparison, ProblemSummary, Run};
use crate::solver::Status;

use super::aggregate::runs;
use super::format::{one_line, significant};

/// Shorter than this, starting, waking threads and reading the clock are a part of what is
/// measured: hyperfine warns of commands below the same 5 ms.
const SHORT_SECONDS: f64 = 5e-3;
/// Over seeds a pass is the same work, so that seconds go with passes. Where passes differ by
/// less than a tenth, seconds that differ by more than a factor of 2 are those of something
/// else: other programs, a processor that changed its pace.
const PASSES_DIFFER: f64 = 1.1;
const SECONDS_DIFFER: f64 = 2.0;

/// Why the seconds of a comparison are not to be trusted, a sentence each; nothing where no
/// reason is seen or runs were not timed.
pub(super) fn cautions(comparison: &Comparison) -> Vec<String> {
    if !comparison.timed {
        return Vec::new();
    }
    [short_runs(comparison), uneven_runs(comparison)].into_iter().flatten().collect()
}

fn short_runs(comparison: &Comparison) -> Option<String> {
    let ran = comparison.runs.iter().filter(|run| run.record.status != Status::Unsupported);
    let all: Vec<f64> = ran.map(|run| run.timing.seconds).collect();
    let short = all.iter().filter(|seconds| **seconds < SHORT_SECONDS).count();
    (short > 0).then(|| {
        let all = all.len();
        let limit = 1e3 * SHORT_SECONDS;
        format!("Mind the times: {short} of {all} runs took less than {limit} ms, too little to be measured well.")
    })
}

fn uneven_runs(comparison: &Comparison) -> Option<String> {
    let cells = comparison.problems.iter().flat_map(|problem| {
        comparison.solvers.iter().map(move |solver| (problem, solver.as_str()))
    });
    let uneven: Vec<(f64, &ProblemSummary, &str)> = cells
        .filter_map(|(problem, solver)| {
            Some((unevenness(&runs(comparison, problem, solver))?, problem, solver))
        })
        .collect();
    let (most, problem, solver) = uneven.iter().max_by(|a, b| a.0.total_cmp(&b.0))?;
    let others = match uneven.len() - 1 {
        0 => String::new(),
        others => format!(" ({others} more like this)"),
    };
    Some(format!(
        "Mind the times: the seeds of {} on {} took up to {} times as long as one another for \
         about as many passes{others}; other programs may have run beside them.",
        one_line(solver),
        one_line(&problem.name),
        significant(*most, 2),
    ))
}

/// By what factor the seconds to the target differ over seeds, where their passes do not.
fn unevenness(runs: &[&Run]) -> Option<f64> {
    let reached = runs
        .iter()
        .filter_map(|run| Some((run.record.passes_to_target?, run.timing.seconds_to_target?)));
    let (passes, seconds): (Vec<f64>, Vec<f64>) = reached.unzip();
    let [passes, seconds] = [passes, seconds].map(|values| {
        let [low, high] = [f64::min, f64::max].map(|end| values.iter().copied().reduce(end));
        Some(high? / low?)
    });
    seconds.filter(|seconds| {
        seconds.is_finite()
            && *seconds > SECONDS_DIFFER
            && passes.is_some_and(|p| p < PASSES_DIFFER)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::test_support::comparison;

    /// Whose runs take 10 times as long as those of the made-up comparison.
    fn slow() -> Comparison {
        let mut slow = comparison();
        for run in &mut slow.runs {
            run.timing.seconds *= 10.0;
        }
        slow
    }

    #[test]
    fn even_and_long_runs_need_no_caution() {
        assert_eq!(cautions(&slow()), [""; 0]);
    }

    #[test]
    fn short_runs_do() {
        let mut short = slow();
        short.runs[0].timing.seconds = 4.9e-3;
        short.runs[1].timing.seconds = 5.1e-3;
        assert_eq!(
            cautions(&short),
            ["Mind the times: 1 of 36 runs took less than 5 ms, too little to be measured well."]
        );
        short.timed = false;
        assert_eq!(cautions(&short), [""; 0]);
        let mut declined = slow();
        declined.runs[0].timing.seconds = 0.0;
        declined.runs[0].record.status = Status::Unsupported;
        assert_eq!(cautions(&declined), [""; 0]);
    }

    #[test]
    fn uneven_seconds_for_even_passes_do() {
        let mut uneven = slow();
        let pace = |uneven: &mut Comparison, passes: [f64; 3], seconds: [f64; 3]| {
            let lbfgs = uneven.runs.iter_mut().filter(|run| run.record.solver == "lbfgs");
            for (run, index) in lbfgs.zip([0, 1, 2]) {
                run.record.passes_to_target = Some(passes[index]);
                run.timing.seconds_to_target = Some(seconds[index]);
            }
        };
        pace(&mut uneven, [30.0, 31.0, 32.0], [0.1, 0.1, 0.19]);
        assert_eq!(cautions(&uneven), [""; 0]);
        pace(&mut uneven, [30.0, 31.0, 32.0], [0.1, 0.1, 0.21]);
        let said = cautions(&uneven);
        assert_eq!(said.len(), 1);
        assert!(
            said[0].contains("lbfgs on california") && said[0].contains("2.1 times"),
            "{said:?}"
        );
        pace(&mut uneven, [30.0, 31.0, 34.0], [0.1, 0.1, 0.21]);
        assert_eq!(cautions(&uneven), [""; 0]);
    }
}
