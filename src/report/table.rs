//! The table for the terminal.

use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};

use crate::lab::{Comparison, Metric, ProblemSummary};

use super::aggregate::{Row, ToTarget, ends, rows, short_statuses, statuses, target_text};
use super::best::Best;
use super::format::{metric_name, metric_value, one_line, seed_list, significant, wrapped};
use super::summary::incomplete;

/// Narrower than this the words of a cell fall apart.
const LEAST_WIDTH: u16 = 40;

/// The results as a table per problem, medians over seeds: status, training
/// loss, test metric, passes and seconds to the target, seconds in all. The
/// best of a column carries a `*`.
///
/// `width` is that of the terminal in columns. To stay within it a table wraps
/// its solvers' labels, then goes without seconds in all, without seconds to
/// the target, with its statuses in short and at last without them; from 50
/// columns on, all but the seconds is there. It gets no narrower than 40 columns.
/// Without `width` nothing wraps.
pub fn terminal_table(comparison: &Comparison, width: Option<u16>) -> String {
    let width = width.map(|width| width.max(LEAST_WIDTH));
    let problems = comparison.problems.iter();
    let mut text: String =
        problems.map(|problem| problem_table(comparison, problem, width) + "\n").collect();
    text.extend(incomplete(comparison).map(|note| paragraph(&note, width)));
    let budget = significant(comparison.budget, 3);
    let notes = [
        format!("{}; budget {budget} passes a run", medians_over(comparison)),
        "1 pass = one loss and gradient over the training set".into(),
        "* best of its column; (n/m): n of m runs reached the target".into(),
    ];
    text.extend(notes.map(|note| paragraph(&note, width)));
    text
}

/// `medians over seeds 0, 1, 2`, or `seed 7` where there is nothing to take one of.
pub(super) fn medians_over(comparison: &Comparison) -> String {
    let seeds = seed_list(&comparison.seeds);
    if comparison.seeds.len() == 1 { seeds } else { format!("medians over {seeds}") }
}

fn problem_table(comparison: &Comparison, problem: &ProblemSummary, width: Option<u16>) -> String {
    let rows = rows(comparison, problem);
    let caption: String = caption(problem).iter().map(|line| paragraph(line, width)).collect();
    let table = match width {
        None => plain_table(&rows, problem, Detail::most(comparison), usize::MAX),
        Some(width) => fitted_table(&rows, problem, Detail::most(comparison), width),
    };
    let lines = table.lines().map(|line| line.trim_end().to_string() + "\n");
    let ends = ends(comparison, &problem.name);
    let ends = ends.iter().map(|end| paragraph(&one_line(end), width));
    caption + &lines.collect::<String>() + &ends.collect::<String>()
}

/// The longest of the plain solvers' names.
const ROOMY_LABEL: usize = 14;
const LEAST_LABEL: usize = 8;
/// Labels such as `cg beta=polak-ribiere` break after these.
const LABEL_BREAKS: &[char] = &[' ', '=', '-', '_'];

/// How much a table tells, most first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Detail {
    Full,
    WithoutSeconds,
    WithoutSecondsToTarget,
    ShortStatus,
    WithoutStatus,
}

impl Detail {
    const ALL: [Self; 5] = [
        Self::Full,
        Self::WithoutSeconds,
        Self::WithoutSecondsToTarget,
        Self::ShortStatus,
        Self::WithoutStatus,
    ];

    /// The most that there is to tell: no seconds of runs that stood side by side.
    fn most(comparison: &Comparison) -> Self {
        if comparison.timed { Self::Full } else { Self::WithoutSecondsToTarget }
    }

    fn shows(self, column: Column) -> bool {
        match column {
            Column::Seconds => self < Self::WithoutSeconds,
            Column::SecondsToTarget => self < Self::WithoutSecondsToTarget,
            Column::Status => self < Self::WithoutStatus,
            Column::Solver | Column::Loss | Column::Metric | Column::Passes => true,
        }
    }

    /// The least room for labels that this much detail is worth.
    fn least_label(self) -> usize {
        if self < Self::ShortStatus { ROOMY_LABEL } else { LEAST_LABEL }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Solver,
    Status,
    Loss,
    Metric,
    Passes,
    SecondsToTarget,
    Seconds,
}

impl Column {
    const ALL: [Self; 7] = [
        Self::Solver,
        Self::Status,
        Self::Loss,
        Self::Metric,
        Self::Passes,
        Self::SecondsToTarget,
        Self::Seconds,
    ];

    fn head(self, problem: &ProblemSummary) -> String {
        match self {
            Self::Solver => "solver".into(),
            Self::Status => "status".into(),
            Self::Loss => "training\nloss".into(),
            Self::Metric => metric_head(problem),
            Self::Passes => "passes\nto target".into(),
            Self::SecondsToTarget => "seconds\nto target".into(),
            Self::Seconds => "seconds\nin all".into(),
        }
    }

    fn cell(
        self,
        row: &Row<'_>,
        best: &Best,
        metric: Metric,
        detail: Detail,
        label_width: usize,
    ) -> String {
        let is_short = detail >= Detail::ShortStatus;
        match self {
            Self::Solver => wrapped(&one_line(row.solver), label_width, LABEL_BREAKS).join("\n"),
            Self::Status if is_short => short_statuses(&row.runs).join("\n"),
            Self::Status => statuses(&row.runs).join("\n"),
            Self::Loss => starred(row.loss, best.loss, |value| significant(value, 4)),
            Self::Metric => starred(row.metric, best.metric, |value| metric_value(metric, value)),
            Self::Passes => {
                let cell = to_target(&row.passes, best.passes, true);
                if is_short { broken(&cell) } else { cell }
            }
            Self::SecondsToTarget => {
                to_target(&row.seconds_to_target, best.seconds_to_target, false)
            }
            Self::Seconds => row.seconds.map_or("–".into(), |value| significant(value, 3)),
        }
    }
}

fn metric_head(problem: &ProblemSummary) -> String {
    let name = metric_name(problem.metric, "");
    match problem.metric {
        Metric::Rmse if !problem.metric_unit.is_empty() => {
            format!("{name}\n({})", one_line(&problem.metric_unit))
        }
        _ => name.replacen(' ', "\n", 1),
    }
}

/// A cell with a line for every word, the space after its last number kept.
fn broken(cell: &str) -> String {
    let body = cell.trim_end();
    body.replace(' ', "\n") + &cell[body.len()..]
}

/// A table that wraps nothing but labels longer than `label_width`.
fn plain_table(
    rows: &[Row<'_>],
    problem: &ProblemSummary,
    detail: Detail,
    label_width: usize,
) -> Table {
    let columns: Vec<Column> =
        Column::ALL.into_iter().filter(|column| detail.shows(*column)).collect();
    let aligned = |column: &Column, text: String| {
        let is_text = matches!(column, Column::Solver | Column::Status);
        let side = if is_text { CellAlignment::Left } else { CellAlignment::Right };
        Cell::new(text).set_alignment(side)
    };
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    table.set_header(columns.iter().map(|column| aligned(column, column.head(problem))));
    let best_of_all = Best::of(rows, problem.metric);
    for row in rows {
        let best = best_of_all.within_reach_of(row);
        let cell = |column: &Column| column.cell(row, &best, problem.metric, detail, label_width);
        table.add_row(columns.iter().map(|column| aligned(column, cell(column))));
    }
    for (index, column) in table.column_iter_mut().enumerate() {
        let gap = u16::from(index + 1 < columns.len());
        column.set_padding((0, gap));
    }
    table
}

/// The table with the most detail that `width` columns take.
fn fitted_table(rows: &[Row<'_>], problem: &ProblemSummary, most: Detail, width: u16) -> Table {
    let fitted = |detail: Detail| {
        let widths = plain_table(rows, problem, detail, usize::MAX).column_max_content_widths();
        let with_gaps = |widths: &[u16]| widths.iter().map(|width| usize::from(*width) + 1).sum();
        let (label, others) = widths
            .split_first()
            .map_or((0, 0), |(label, others)| (usize::from(*label), with_gaps(others)));
        let room = usize::from(width).saturating_sub(others);
        (room >= label.min(detail.least_label())).then_some((detail, room))
    };
    let mut details = Detail::ALL.into_iter().filter(|detail| *detail >= most);
    let (detail, room) = details.find_map(fitted).unwrap_or((Detail::WithoutStatus, LEAST_LABEL));
    let mut table = plain_table(rows, problem, detail, room);
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    table
}

/// `text` on lines of at most `width` columns, each ended.
fn paragraph(text: &str, width: Option<u16>) -> String {
    let width = width.map_or(usize::MAX, usize::from);
    wrapped(text, width, &[' ']).iter().map(|line| format!("{line}\n")).collect()
}

/// The title, and `8-32-16-1 tanh, ½ mean squared error; target …`.
fn caption(problem: &ProblemSummary) -> [String; 2] {
    let target = match problem.target_loss {
        None => "no target".into(),
        Some(_) => format!("target training loss {}", target_text(problem)),
    };
    let network = one_line(&problem.network);
    [one_line(&problem.title), format!("{network}, {}; {target}", one_line(&problem.loss))]
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

    /// Every status, a target from the runs, long labels.
    fn wide() -> Comparison {
        let mut wide = comparison();
        let long = "cg beta=polak-ribiere line_search=hager-zhang";
        wide.solvers[2] = long.into();
        wide.problems[0].target_rule = crate::lab::TargetRule::Derived;
        for run in wide.runs.iter_mut().filter(|run| run.record.solver == "cg") {
            run.record.solver = long.into();
            run.record.status = Status::LineSearchFailed;
            run.record.message = Some("the line search ended without a step: a long story".into());
        }
        wide
    }

    #[test]
    fn fits_the_width() {
        for comparison in [comparison(), wide()] {
            for width in 40..=120 {
                let table = terminal_table(&comparison, Some(width));
                for line in table.lines() {
                    let columns = line.chars().count();
                    assert!(columns <= usize::from(width), "{columns} of {width}: {line}");
                }
            }
        }
    }

    #[test]
    fn the_reason_of_an_end_stands_below_once() {
        let problems = wide().problems.len();
        let said = |text: &str| text.matches("line-search-failed, the line search ended").count();
        assert_eq!(said(&terminal_table(&wide(), None)), problems);
        assert!(!terminal_table(&comparison(), None).contains("line-search-failed, "));
        assert_eq!(said(&crate::report::summary_markdown(&wide())), problems);
    }

    #[test]
    fn narrow_tables_go_without_the_least_important() {
        let heads = |width| {
            let table = terminal_table(&comparison(), Some(width));
            let seconds = table.lines().find(|line| line.starts_with("solver")).unwrap();
            let seconds = seconds.matches("seconds").count();
            (seconds, table.contains("status"), table.contains("budget-spent"))
        };
        assert_eq!(heads(80), (2, true, true));
        assert_eq!(heads(72), (1, true, true));
        assert_eq!(heads(60), (0, true, true));
        assert_eq!(heads(50), (0, true, false));
        let table = terminal_table(&wide(), Some(50));
        let gd = table.lines().find(|line| line.starts_with("gd ")).unwrap();
        assert!(gd.contains("budget ×2"), "{table}");
        assert!(gd.contains("0.2340"), "{table}");
        // Wrapped labels keep their whole text.
        let labels: String =
            table.lines().skip(3).map(|line| line.split(' ').next().unwrap()).collect();
        assert!(labels.contains("polak-ribiereline_search=hager-zhang"), "{table}");
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
        assert!(terminal_table(&odd, Some(10)).contains("lbfgs"));
        let table = terminal_table(&odd, Some(50));
        assert!(table.contains("not run"), "{table}");
        assert!(table.contains("no\ntarget"), "{table}");
        odd.solvers.clear();
        odd.seeds.clear();
        terminal_table(&odd, Some(0));
        odd.problems.clear();
        terminal_table(&odd, None);
    }
}
