//! The scores of a tuning's trials over the setting that was tuned.

use std::collections::BTreeSet;

use crate::lab::statistics::Sensitivity;
use crate::lab::tune::{SolverTuning, Trial, Tuning, Values};
use crate::report::format::{compact, one_line, seed_list, significant};

use super::sensitivity::{chart, reading};
use super::style::register_fonts;
use super::{Rendered, draw_on_both};

/// The keys that have a chart: those that are, in some solver, all that was tuned, with
/// positive numbers for values.
pub(in crate::report) fn keys(tuning: &Tuning) -> BTreeSet<&str> {
    tuning.solvers.iter().filter_map(key).collect()
}

fn key(found: &SolverTuning) -> Option<&str> {
    let [dimension] = &found.dimensions[..] else { return None };
    let is_drawn = match &dimension.values {
        Values::Log { .. } => true,
        Values::Linear { from, .. } => *from > 0.0,
        Values::Choices { choices } => {
            choices.iter().all(|choice| choice.parse::<f64>().is_ok_and(|value| value > 0.0))
        }
    };
    is_drawn.then_some(dimension.key.as_str())
}

/// A line per solver and rung.
///
/// # Errors
/// When no backend can draw it.
pub(in crate::report) fn render(tuning: &Tuning, key: &str) -> Result<Rendered, String> {
    register_fonts()?;
    let solvers = || tuning.solvers.iter().filter(|found| self::key(found) == Some(key));
    let series: Vec<(String, Sensitivity)> = solvers().flat_map(series).collect();
    let words = key.replace('_', " ");
    let title = format!("{}: tuning of the {words}", one_line(&tuning.problem().title));
    let chosen = solvers().filter_map(|found| {
        let trial = &found.trials[found.chosen?];
        Some(format!("{} {}", one_line(&found.solver.label), trial.settings[0].1))
    });
    let chosen: Vec<String> = chosen.collect();
    let chosen = if chosen.is_empty() { "nothing".to_owned() } else { chosen.join(", ") };
    let subtitles = [
        format!(
            "{}, at most {} passes a run; {}",
            seed_list(&tuning.request.seeds),
            significant(tuning.request.trial_budget, 3),
            reading(&series)
        ),
        format!("chosen: {chosen}"),
    ];
    draw_on_both(&chart(&title, &subtitles, &words, &series))
}

fn series(found: &SolverTuning) -> Vec<(String, Sensitivity)> {
    let rungs: BTreeSet<usize> = found.trials.iter().map(|trial| trial.rung).collect();
    let label = one_line(&found.solver.label);
    let of_rung = |rung: usize| {
        let trials: Vec<&Trial> = found.trials.iter().filter(|trial| trial.rung == rung).collect();
        let points = trials.iter().filter_map(|trial| {
            let value = trial.settings[0].1.parse().ok()?;
            Some((value, trial.result.as_ref()?.losses.clone()))
        });
        let label = match rungs.len() {
            1 => label.clone(),
            _ => format!("{label}, {} passes", compact(trials[0].budget, 3)),
        };
        (label, Sensitivity::new(&points.collect::<Vec<_>>()))
    };
    rungs.iter().map(|rung| of_rung(*rung)).collect()
}
