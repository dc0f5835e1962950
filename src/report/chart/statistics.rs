//! The charts of a comparison's statistics.

use crate::lab::Comparison;
use crate::lab::statistics::{
    Axis, Costs, PassWeights, RankCells, StepCurve, Wins, data_profile, ecdf, performance_profile,
};
use crate::report::format::{compact, one_line, significant};
use crate::report::learning_rates::{Sweep, sweeps};

use super::distribution::{self, Distribution};
use super::{Rendered, draw_on_both, file_stems, is_stem_character, sensitivity, wins};

/// A chart of the comparison as a whole.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Statistic {
    PerformanceProfile(Unit),
    DataProfile,
    Ecdf(Unit),
    Wins,
    /// Of the sweep with this index.
    LearningRate(usize),
}

/// In what costs are counted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Unit {
    Passes,
    /// Rows read.
    Samples,
    Seconds,
}

/// The file name, what it shows in words, and the chart.
const OF_GOALS: [(&str, &str, Statistic); 7] = [
    (
        "performance-profile",
        "Performance profile: goals reached within a factor of the best solver's passes",
        Statistic::PerformanceProfile(Unit::Passes),
    ),
    (
        "data-profile",
        "Data profile: goals reached within a number of passes",
        Statistic::DataProfile,
    ),
    (
        "ecdf",
        "Distribution of runtimes in passes over all problems, seeds and targets",
        Statistic::Ecdf(Unit::Passes),
    ),
    (
        "performance-profile-samples",
        "Performance profile: goals reached within a factor of the samples of the solver that \
         reads fewest",
        Statistic::PerformanceProfile(Unit::Samples),
    ),
    ("wins", "Wins of each solver over each other", Statistic::Wins),
    (
        "performance-profile-seconds",
        "Performance profile: goals reached within a factor of the best solver's seconds",
        Statistic::PerformanceProfile(Unit::Seconds),
    ),
    (
        "ecdf-seconds",
        "Distribution of runtimes in seconds over all problems, seeds and targets",
        Statistic::Ecdf(Unit::Seconds),
    ),
];

const LEARNING_RATE: &str = "learning-rate-";

/// The charts there are data for, each with its stem and what it shows: of goals where two
/// solvers or more had a target, in seconds where these can be compared; of every sweep over
/// learning rates.
pub(super) fn figures(comparison: &Comparison) -> Vec<(String, String, Statistic)> {
    let mut figures = Vec::new();
    let costs = passes(comparison);
    if comparison.solvers.len() > 1 && !costs.goals.is_empty() {
        let in_seconds = |statistic: &Statistic| {
            matches!(
                statistic,
                Statistic::PerformanceProfile(Unit::Seconds) | Statistic::Ecdf(Unit::Seconds)
            )
        };
        let drawn = OF_GOALS.iter().filter(|(_, _, kind)| comparison.timed || !in_seconds(kind));
        figures.extend(drawn.map(|(stem, words, kind)| ((*stem).into(), (*words).into(), *kind)));
    }
    let sweeps = sweeps(&comparison.solvers);
    let stems = file_stems(sweeps.iter().map(|sweep| sweep.method.as_str()));
    for (index, (sweep, stem)) in sweeps.iter().zip(stems).enumerate() {
        let words = format!("{}: lowest loss over the learning rate", sweep.label);
        figures.push((format!("{LEARNING_RATE}{stem}"), words, Statistic::LearningRate(index)));
    }
    figures
}

/// Whether some comparison has a chart with this stem.
pub(super) fn is_stem(stem: &str) -> bool {
    let of_sweep = stem.strip_prefix(LEARNING_RATE);
    OF_GOALS.iter().any(|figure| figure.0 == stem)
        || of_sweep.is_some_and(|rest| !rest.is_empty() && rest.chars().all(is_stem_character))
}

/// Draws a chart.
pub(super) fn render(comparison: &Comparison, statistic: Statistic) -> Result<Rendered, String> {
    match statistic {
        Statistic::PerformanceProfile(unit) => {
            draw_on_both(&distribution::Chart::new(&profile(comparison, unit)))
        }
        Statistic::DataProfile => draw_on_both(&distribution::Chart::new(&by_level(comparison))),
        Statistic::Ecdf(unit) => {
            draw_on_both(&distribution::Chart::new(&runtimes(comparison, unit)))
        }
        Statistic::Wins => draw_on_both(&matrix(comparison)),
        Statistic::LearningRate(index) => match sweeps(&comparison.solvers).get(index) {
            Some(sweep) => draw_on_both(&rates(comparison, sweep)),
            None => Err("there is no such sweep over learning rates".into()),
        },
    }
}

fn passes(comparison: &Comparison) -> Costs {
    Costs::new(comparison, Axis::Passes(PassWeights::default()))
}

impl Unit {
    fn costs(self, comparison: &Comparison) -> Costs {
        match self {
            Self::Passes => passes(comparison),
            Self::Samples => Costs::new(comparison, Axis::Samples),
            Self::Seconds => Costs::new(comparison, Axis::Seconds),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Passes => "passes",
            Self::Samples => "samples read",
            Self::Seconds => "seconds",
        }
    }
}

/// `45 goals: 3 problems × 3 seeds × 5 targets`, where these make all of the goals.
fn goals(comparison: &Comparison, costs: &Costs) -> String {
    let count = |number: usize, word: &str| {
        format!("{number} {word}{}", if number == 1 { "" } else { "s" })
    };
    let parts = [
        (comparison.problems.len(), "problem"),
        (comparison.seeds.len(), "seed"),
        (costs.levels(), "target"),
    ];
    let all = count(costs.goals.len(), "goal");
    if parts.iter().map(|part| part.0).product::<usize>() == costs.goals.len() {
        let parts = parts.map(|(number, word)| count(number, word));
        format!("{all}: {}", parts.join(" × "))
    } else {
        format!("{all}: problems × seeds × targets")
    }
}

fn profile(comparison: &Comparison, unit: Unit) -> Distribution {
    let costs = unit.costs(comparison);
    let curves = performance_profile(&costs);
    let end = furthest(&curves).max(2.0);
    Distribution {
        title: format!("Performance profile over {}", unit.name()),
        subtitles: vec![
            goals(comparison, &costs),
            "left: the share of goals on which a solver is the best; right: the share it reaches \
             at all"
                .into(),
        ],
        x_label: format!("{} over those of the best solver on the same goal, τ", unit.name()),
        y_label: "goals reached within τ times the best (%)".into(),
        ends: (1.0, 1.05 * end),
        solvers: costs.solvers,
        plots: vec![(String::new(), curves)],
    }
}

fn by_level(comparison: &Comparison) -> Distribution {
    let costs = passes(comparison);
    let plots = shown_levels(costs.levels()).into_iter().map(|level| {
        let of_level = costs.filtered(|goal| goal.level == level);
        (level_text(comparison, level), data_profile(&of_level))
    });
    let plots: Vec<(String, Vec<StepCurve>)> = plots.collect();
    Distribution {
        title: "Data profiles: goals reached within a number of passes".into(),
        subtitles: vec![goals(comparison, &costs)],
        x_label: "passes (1 = one loss and gradient over the training set)".into(),
        y_label: "goals reached (%)".into(),
        ends: ends(comparison, &costs, Unit::Passes),
        solvers: costs.solvers,
        plots,
    }
}

/// The easiest level, one in the middle and the hardest.
fn shown_levels(levels: usize) -> Vec<usize> {
    let mut shown = vec![0, levels / 2, levels.saturating_sub(1)];
    shown.dedup();
    shown
}

/// What a level asks for, in words; a number where a problem has not all of the levels.
pub(in crate::report) fn level_text(comparison: &Comparison, level: usize) -> String {
    let levels = &comparison.target_levels;
    let mut with_targets = comparison.problems.iter().filter(|p| !p.targets.is_empty());
    let is_complete = with_targets.all(|problem| problem.targets.len() == levels.len());
    match levels.get(level).filter(|_| is_complete) {
        Some(tau) => format!("{} % of the decrease left", compact(100.0 * tau, 3)),
        None => format!("target {}", level + 1),
    }
}

fn runtimes(comparison: &Comparison, unit: Unit) -> Distribution {
    let costs = unit.costs(comparison);
    Distribution {
        title: format!("Distribution of runtimes in {}", unit.name()),
        subtitles: vec![goals(comparison, &costs), "every problem weighs the same".into()],
        x_label: match unit {
            Unit::Passes => "passes (1 = one loss and gradient over the training set)".into(),
            Unit::Samples => "rows read by all but backward passes".into(),
            Unit::Seconds => "seconds".into(),
        },
        y_label: "goals reached (%)".into(),
        ends: ends(comparison, &costs, unit),
        plots: vec![(String::new(), ecdf(&costs))],
        solvers: costs.solvers,
    }
}

/// From the lowest cost to the budget, or to the highest cost where there is none.
fn ends(comparison: &Comparison, costs: &Costs, unit: Unit) -> (f64, f64) {
    let paid = || costs.paid.iter().flatten().copied().filter(|cost| cost.is_finite());
    let highest = paid().fold(0.0, f64::max);
    let budget = comparison.budget;
    let is_budget = unit == Unit::Passes && budget.is_finite() && budget >= highest;
    let high = if is_budget { budget } else { 1.05 * highest };
    let high = if high > 0.0 { high } else { 1.0 };
    let low = paid().filter(|cost| *cost > 0.0).fold(high / 2.0, f64::min);
    (low / 1.1, high)
}

/// The largest place of a step.
fn furthest(curves: &[StepCurve]) -> f64 {
    let places = curves.iter().filter_map(|curve| curve.steps.last()).map(|step| step.0);
    places.fold(0.0, f64::max)
}

fn matrix(comparison: &Comparison) -> wins::Chart {
    let costs = passes(comparison);
    let order = best_first(&costs);
    let subtitles = [
        goals(comparison, &costs),
        "number: % of goals that the row reached for fewer passes than the column, or alone; best \
         mean rank on top"
            .to_string(),
    ];
    wins::Chart::new("Wins, row against column", &subtitles, &Wins::new(&costs), &order)
}

/// The solvers' indices by mean rank.
pub(in crate::report) fn best_first(costs: &Costs) -> Vec<usize> {
    let mean = RankCells::of_costs(costs).mean();
    let mut order: Vec<usize> = (0..mean.len()).collect();
    order.sort_by(|a, b| mean[*a].total_cmp(&mean[*b]));
    order
}

fn rates(comparison: &Comparison, sweep: &Sweep) -> super::plots::Plots {
    let problems = comparison
        .problems
        .iter()
        .map(|problem| (one_line(&problem.title), sweep.sensitivity(comparison, &problem.name)));
    let problems: Vec<_> = problems.filter(|(_, found)| !found.points.is_empty()).collect();
    let budget = significant(comparison.budget, 3);
    let subtitles = [format!("{}; budget {budget} passes a run", sensitivity::reading(&problems))];
    let title = format!("{}: lowest loss over the learning rate", one_line(&sweep.label));
    sensitivity::chart(&title, &subtitles, "learning rate", &problems)
}
