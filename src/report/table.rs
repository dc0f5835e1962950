//! The table for the terminal.

use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};

use crate::lab::{Comparison, Metric, ProblemSummary};

use super::aggregate::{Row, ToTarget, rows, statuses, target_text};
use super::format::{metric_name, metric_value, one_line, seed_list, significant};

/// Narrower than this the words of a cell fall apart.
const LEAST_WIDTH: u16 = 72;

/// The results as a table per problem, medians over seeds: status, training
/// loss, test metric, passes and seconds to the target, seconds in all. The
/// best of a column carries a `*`.
///
/// `width` is that of the terminal in columns; cells wrap to stay within it
/// from about 80 columns on. Without it nothing wraps.
pub fn terminal_table(comparison: &Comparison, width: Option<u16>) -> String {
    let problems = comparison.problems.iter();
    let mut text: String =
        problems.map(|problem| problem_table(comparison, problem, width) + "\n").collect();
    let budget = significant(comparison.budget, 3);
    text += &format!("{}; budget {budget} passes a run\n", medians_over(comparison));
    text += "1 pass = one loss and gradient over the training set\n";
    text += "* best of its column; (n/m): n of m runs reached the target\n";
    text
}

/// `medians over seeds 0, 1, 2`, or `seed 7` where there is nothing to take one of.
pub(super) fn medians_over(comparison: &Comparison) -> String {
    let seeds = seed_list(&comparison.seeds);
    if comparison.seeds.len() == 1 { seeds } else { format!("medians over {seeds}") }
}

fn problem_table(comparison: &Comparison, problem: &ProblemSummary, width: Option<u16>) -> String {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    if let Some(width) = width {
        let width = width.max(LEAST_WIDTH);
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    }
    let name = metric_name(problem.metric, "");
    let metric = match problem.metric {
        Metric::Rmse if !problem.metric_unit.is_empty() => {
            format!("{name}\n({})", one_line(&problem.metric_unit))
        }
        _ => name.replacen(' ', "\n", 1),
    };
    let heads = [
        "solver",
        "status",
        "training\nloss",
        &metric,
        "passes\nto target",
        "seconds\nto target",
        "seconds\nin all",
    ];
    table.set_header(heads.iter().enumerate().map(|(index, head)| aligned(index, head)));
    for cells in cells(&rows(comparison, problem), problem.metric) {
        table.add_row(cells.iter().enumerate().map(|(index, text)| aligned(index, text)));
    }
    for (index, column) in table.column_iter_mut().enumerate() {
        let gap = u16::from(index + 1 < heads.len());
        column.set_padding((0, gap));
    }
    let lines = table.lines().map(|line| line.trim_end().to_string() + "\n");
    format!("{}\n{}", caption(problem), lines.collect::<String>())
}

/// `California house prices (8-32-16-1 tanh, ½ mean squared error); target …`.
fn caption(problem: &ProblemSummary) -> String {
    let target = match problem.target_loss {
        None => "no target".into(),
        Some(_) => format!("target training loss {}", target_text(problem)),
    };
    format!(
        "{}\n{}, {}; {target}",
        one_line(&problem.title),
        one_line(&problem.network),
        one_line(&problem.loss)
    )
}

fn aligned(column: usize, text: &str) -> Cell {
    let side = if column < 2 { CellAlignment::Left } else { CellAlignment::Right };
    Cell::new(text).set_alignment(side)
}

fn cells(rows: &[Row<'_>], metric: Metric) -> Vec<[String; 7]> {
    let best_of_all = Best::of(rows, metric);
    rows.iter()
        .map(|row| {
            let best = best_of_all.within_reach_of(row);
            [
                one_line(row.solver),
                statuses(&row.runs).join("\n"),
                starred(row.loss, best.loss, |value| significant(value, 4)),
                starred(row.metric, best.metric, |value| metric_value(metric, value)),
                to_target(&row.passes, best.passes, true),
                to_target(&row.seconds_to_target, best.seconds_to_target, false),
                row.seconds.map_or("–".into(), |value| significant(value, 3)),
            ]
        })
        .collect()
}

/// The best median of each column that has a best. A solver all of whose runs
/// diverged competes in none: what it passed on its way out is no result.
#[derive(Clone, Copy, Default)]
pub(super) struct Best {
    pub(super) loss: Option<f64>,
    pub(super) metric: Option<f64>,
    pub(super) passes: Option<f64>,
    pub(super) seconds_to_target: Option<f64>,
}

impl Best {
    /// None in a table of one row, which has nothing to be better than.
    pub(super) fn of(rows: &[Row<'_>], metric: Metric) -> Self {
        let best = |value: fn(&Row<'_>) -> Option<f64>, better: fn(f64, f64) -> f64| {
            let rivals = rows.iter().filter(|row| !row.all_diverged());
            let values = rivals.filter_map(value).filter(|value| value.is_finite());
            values.reduce(better).filter(|_| rows.len() > 1)
        };
        let lowest = |value| best(value, f64::min);
        Self {
            loss: lowest(|row| row.loss),
            metric: match metric {
                Metric::Rmse => lowest(|row| row.metric),
                Metric::Accuracy => best(|row| row.metric, f64::max),
            },
            passes: lowest(|row| row.passes.median),
            seconds_to_target: lowest(|row| row.seconds_to_target.median),
        }
    }

    /// What the cells of `row` are compared with.
    pub(super) fn within_reach_of(self, row: &Row<'_>) -> Self {
        if row.all_diverged() { Self::default() } else { self }
    }
}

/// The value with a `*` when it is the best, or a space to keep digits in line.
fn starred(value: Option<f64>, best: Option<f64>, text: impl Fn(f64) -> String) -> String {
    match value {
        // What reads the same as the best is as good.
        Some(value) if best.is_some_and(|best| text(best) == text(value)) => text(value) + "*",
        Some(value) => text(value) + " ",
        None => "– ".into(),
    }
}

/// The median, with the share of runs that reached the target where it is not
/// all or none of them and `with_share` is set.
fn to_target(cost: &ToTarget, best: Option<f64>, with_share: bool) -> String {
    let mixed = with_share && cost.reached > 0 && cost.reached < cost.runs;
    let share = format!("({}/{})", cost.reached, cost.runs);
    match cost.median {
        Some(median) if median.is_finite() => {
            let text = starred(Some(median), best, |value| significant(value, 3));
            if mixed { format!("{share} {text}") } else { text }
        }
        Some(_) if mixed => format!("not reached\n{share} "),
        Some(_) if with_share => "not reached".into(),
        _ => "– ".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::test_support::comparison;
    use crate::solver::Status;

    #[test]
    fn fits_eighty_columns() {
        let table = terminal_table(&comparison(), Some(80));
        for line in table.lines() {
            assert!(line.chars().count() <= 80, "{} columns: {line}", line.chars().count());
        }
    }

    #[test]
    fn says_what_was_reached_and_what_is_best() {
        let table = terminal_table(&comparison(), None);
        let line = |solver: &str| {
            table.lines().find(|line| line.starts_with(solver)).unwrap_or_default().to_string()
        };
        assert!(line("gd ").contains("budget-spent ×2 "), "{table}");
        assert!(line("gd ").contains("not reached"), "{table}");
        assert!(line("lbfgs").contains('*') && !line("gd ").contains('*'), "{table}");
        assert_eq!(starred(Some(1.5), None, |value| value.to_string()), "1.5 ");
        assert!(table.contains("(dollars)") && table.contains('%'), "{table}");
        assert!(table.contains("target training loss 0.14"), "{table}");
    }

    #[test]
    fn without_a_target_nothing_is_missed() {
        let mut open = comparison();
        open.problems.truncate(1);
        open.problems[0].target_loss = None;
        let table = terminal_table(&open, None);
        assert!(!table.contains("not reached"), "{table}");
        let gd = table.lines().find(|line| line.starts_with("gd ")).unwrap();
        assert_eq!(gd.matches('–').count(), 2, "{table}");
    }

    #[test]
    fn who_always_diverges_is_best_of_nothing() {
        let mut wild = comparison();
        wild.problems.truncate(1);
        for run in wild.runs.iter_mut().filter(|run| run.record.solver == "gd") {
            run.record.status = Status::NonFinite;
            run.record.loss = Some(1e-9);
            run.record.passes_to_target = Some(2.0);
            run.timing.seconds_to_target = Some(1e-9);
        }
        let table = terminal_table(&wild, None);
        let line = |solver: &str| table.lines().find(|line| line.starts_with(solver)).unwrap();
        assert!(line("gd ").contains("2.00 ") && !line("gd ").contains('*'), "{table}");
        assert_eq!(line("lbfgs ").matches('*').count(), 3, "{table}");
    }

    #[test]
    fn a_mixed_row_shows_its_share() {
        let cost = |median, reached| ToTarget { median: Some(median), reached, runs: 3 };
        assert_eq!(to_target(&cost(34.0, 2), Some(12.0), true), "(2/3) 34.0 ");
        assert_eq!(to_target(&cost(12.0, 3), Some(12.0), true), "12.0*");
        assert_eq!(to_target(&cost(f64::INFINITY, 1), None, true), "not reached\n(1/3) ");
        assert_eq!(to_target(&cost(f64::INFINITY, 0), None, false), "– ");
    }

    #[test]
    fn odd_comparisons_have_a_table() {
        let mut odd = comparison();
        odd.runs.clear();
        odd.problems[0].target_loss = None;
        let table = terminal_table(&odd, Some(10));
        assert!(table.contains("not run"), "{table}");
        assert!(table.contains("no target"), "{table}");
        odd.solvers.clear();
        odd.seeds.clear();
        terminal_table(&odd, Some(0));
        odd.problems.clear();
        terminal_table(&odd, None);
    }
}
