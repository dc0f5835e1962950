//! What tables say of each solver that was tuned.

use crate::lab::tune::{Search, SolverTuning, Tuning};
use crate::report::aggregate::{Row, ToTarget, rows};
use crate::report::format::{compact, one_line};

/// A solver before and after its tuning.
pub(super) struct Pair<'t> {
    pub(super) found: &'t SolverTuning,
    /// As it was given, in the evaluation.
    pub(super) default: Row<'t>,
    /// With the settings that were chosen.
    pub(super) tuned: Option<Row<'t>>,
}

/// Every solver of a tuning.
pub(super) fn pairs(tuning: &Tuning) -> Vec<Pair<'_>> {
    let mut rows = rows(&tuning.evaluation, tuning.problem()).into_iter();
    let mut pairs = Vec::new();
    // In the evaluation the tuned solver follows the one as it was given.
    for found in &tuning.solvers {
        let Some(default) = rows.next() else { break };
        let tuned = found.tuned.as_ref().and_then(|_| rows.next());
        pairs.push(Pair { found, default, tuned });
    }
    pairs
}

impl Pair<'_> {
    /// Passes to the target of the tuned solver, or where there is none of the solver as it
    /// was given, and those of the tuning.
    pub(super) fn charged(&self) -> Option<f64> {
        let row = self.tuned.as_ref().unwrap_or(&self.default);
        Some(row.passes.median? + self.found.passes())
    }

    /// The settings that were chosen, as `learning_rate 0.5 → 4.22`.
    pub(super) fn change(&self) -> Option<String> {
        let before = self.found.solver.method.settings();
        let after = self.found.tuned.as_ref()?.method.settings();
        let keys = self.found.dimensions.iter().map(|dimension| dimension.key.as_str());
        let value = |settings: &[(&str, crate::solver::Setting)], key: &str| {
            let found = settings.iter().find(|(known, _)| *known == key);
            found.map_or_else(|| "–".to_owned(), |(_, setting)| setting.to_string())
        };
        let change = |key| format!("{key} {} → {}", value(&before, key), value(&after, key));
        Some(keys.map(change).collect::<Vec<_>>().join(", "))
    }
}

/// How the settings were searched: `a grid of 9 points along each range`.
pub(super) fn search_words(search: &Search) -> String {
    match search {
        Search::Grid { points } => format!("a grid of {points} points along each range"),
        Search::Random { trials } => format!("a random search with {trials} draws"),
        Search::Halving { trials, eta, rungs } => format!(
            "successive halving of {trials} draws by {eta} over {rungs} {}",
            if *rungs == 1 { "rung" } else { "rungs" }
        ),
    }
}

/// The medians of passes to a target: `34.5`, `> 150` where it is not reached, `–` without one.
pub(super) fn passes_text(cost: &ToTarget, budget: f64) -> String {
    match cost.median {
        Some(median) if median.is_finite() => number(median),
        Some(_) => format!("> {}", number(budget)),
        None => "–".to_owned(),
    }
}

/// Passes with at most one decimal.
pub(super) fn number(passes: f64) -> String {
    let text = crate::report::format::thousands(passes, 1);
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// Remarks on trials that were not begun, and on solvers for which nothing was chosen.
pub(super) fn remarks(tuning: &Tuning) -> Vec<String> {
    let mut remarks = Vec::new();
    for found in &tuning.solvers {
        let label = one_line(&found.solver.label);
        if found.dimensions.is_empty() {
            remarks.push(format!("{label} has none of the settings searched; it was not tuned."));
            continue;
        }
        let not_begun = found.not_begun();
        if not_begun > 0 {
            remarks.push(format!(
                "{label}: {not_begun} of {} trials were not begun, since what was left of {} \
                 passes was less than they may spend.",
                found.trials.len(),
                compact(found.budget, 6)
            ));
        }
        if found.chosen.is_none() {
            remarks.push(format!("{label}: every trial diverged; nothing was chosen."));
        }
    }
    remarks
}
