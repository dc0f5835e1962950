//! The table for the terminal.

mod columns;
mod emphasis;

use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};

use crate::lab::{Comparison, ProblemSummary};

use super::aggregate::{Row, ends, rows, target_text};
use super::best::Best;
use super::caution::cautions;
use super::format::{one_line, seed_list, significant, wrapped};
use super::spread::band_name;
use super::summary::incomplete;
use super::verdict::{overall_verdict, problem_verdict};
use columns::{Column, Detail, LEAST_LABEL};
use emphasis::Emphasis;

/// Narrower than this the words of a cell fall apart.
const LEAST_WIDTH: u16 = 40;

/// The results as a table per problem, medians over seeds: status, training
/// loss, test metric, passes to the target with their band over seeds, time to the target, time
/// in all. The best of a column carries a `*`. Below each table stands who reached the target
/// first, and below all why times are not to be trusted, where a reason is seen.
///
/// `width` is that of the terminal in columns. To stay within it a table wraps
/// its solvers' labels, then goes without time in all or without the band, whichever lets it
/// fit, without both, without time to the target, with its statuses in short and at last without them; from 50
/// columns on, the rest is there. It gets no narrower than 40 columns.
/// Without `width` nothing wraps.
pub fn terminal_table(comparison: &Comparison, width: Option<u16>) -> String {
    text(comparison, width, Look::Plain)
}

/// [`terminal_table`] with colours as ANSI escape sequences: bold heads and bests, dim misses,
/// red failures. Whoever prints it takes them out where they are not seen or not wanted.
pub fn styled_terminal_table(comparison: &Comparison, width: Option<u16>) -> String {
    text(comparison, width, Look::Styled)
}

/// Whether there are colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    Plain,
    Styled,
}

fn text(comparison: &Comparison, width: Option<u16>, look: Look) -> String {
    let width = width.map(|width| width.max(LEAST_WIDTH));
    let problems = comparison.problems.iter();
    let mut text: String =
        problems.map(|problem| problem_table(comparison, problem, width, look) + "\n").collect();
    text.extend(overall_verdict(comparison).map(|verdict| paragraph(&verdict, width) + "\n"));
    text.extend(incomplete(comparison).map(|note| paragraph(&note, width)));
    let budget = significant(comparison.budget, 3);
    let notes = [
        format!("{}; budget {budget} passes a run", medians_over(comparison)),
        "1 pass = one loss and gradient over the training set".into(),
        "* best of its column; (n/m): n of m runs reached the target".into(),
    ];
    text.extend(notes.map(|note| paragraph(&note, width)));
    text.extend(cautions(comparison).iter().map(|caution| paragraph(caution, width)));
    text
}

/// `medians over seeds 0, 1, 2 (range in brackets)`, or `seed 7` where there is nothing to
/// take one of.
pub(super) fn medians_over(comparison: &Comparison) -> String {
    let seeds = seed_list(&comparison.seeds);
    match comparison.seeds.len() {
        1 => seeds,
        count => format!("medians over {seeds} ({} in brackets)", band_name(count)),
    }
}

fn problem_table(
    comparison: &Comparison,
    problem: &ProblemSummary,
    width: Option<u16>,
    look: Look,
) -> String {
    let rows = rows(comparison, problem);
    let most = Detail::most(comparison, &rows);
    let caption: String = caption(problem).iter().map(|line| paragraph(line, width)).collect();
    let mut table = match width {
        None => plain_table(&rows, problem, most, usize::MAX),
        Some(width) => fitted_table(&rows, problem, most, width),
    };
    table.style_text_only();
    match look {
        Look::Plain => table.force_no_tty(),
        Look::Styled => table.enforce_styling(),
    };
    let lines = table.lines().map(|line| line.trim_end().to_string() + "\n");
    let verdict = problem_verdict(comparison, problem);
    let verdict = verdict.map(|verdict| paragraph(&verdict, width)).unwrap_or_default();
    let ends = ends(comparison, &problem.name);
    let ends = ends.iter().map(|end| paragraph(&one_line(end), width));
    caption + &lines.collect::<String>() + &verdict + &ends.collect::<String>()
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
    let aligned = |column: &Column, text: String, emphasis: Emphasis| {
        let is_text = matches!(column, Column::Solver | Column::Status);
        let side = if is_text { CellAlignment::Left } else { CellAlignment::Right };
        emphasis.on(Cell::new(text).set_alignment(side))
    };
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    let head = |column: &Column| aligned(column, column.head(problem, rows), Emphasis::Head);
    table.set_header(columns.iter().map(head));
    let best_of_all = Best::of(rows, problem.metric);
    for row in rows {
        let best = best_of_all.within_reach_of(row);
        let cell = |column: &Column| {
            let text = column.cell(row, &best, problem.metric, detail, label_width);
            let emphasis = Emphasis::of(*column, row, &text);
            aligned(column, text, emphasis)
        };
        table.add_row(columns.iter().map(cell));
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
    let mut details = most.and_less();
    let (detail, room) = details.find_map(fitted).unwrap_or((Detail::LEAST, LEAST_LABEL));
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

#[cfg(test)]
mod tests;
