//! The page in Markdown: deterministic contents only, so no seconds.

use std::fmt::Write;

use crate::lab::statistics::Band;
use crate::lab::{Comparison, Metric, ProblemSummary, Run};
use crate::solver::Status;

use super::aggregate::{Row, ToTarget, ends, rows, statuses, target_text};
use super::best::Best;
use super::chart::{Figure, figures};
use super::format::{metric_name, metric_value, one_line, seed_list, significant, thousands};
use super::spread::with_band;
use super::statistics_text;
use super::table::medians_over;
use super::verdict::problem_verdict;

/// The results as a Markdown page: conditions, a table per problem, statistics over
/// all of them, what the words mean, and the figures. It holds no time, so that a rerun writes the
/// same bytes.
pub fn summary_markdown(comparison: &Comparison) -> String {
    let mut page = format!("# {}\n\n", escaped(&comparison.name));
    page += &conditions(comparison);
    for problem in &comparison.problems {
        page += &section(comparison, problem);
    }
    page += &statistics_text::section(comparison);
    page += &definitions(comparison);
    page += &figure_list(&figures(comparison));
    page
}

fn conditions(comparison: &Comparison) -> String {
    let solvers: Vec<String> = comparison.solvers.iter().map(|name| escaped(name)).collect();
    format!(
        "Every solver starts from the same parameters on the same split, once per seed.\n\n\
         - solvers: {}\n- {}\n- budget: {} passes a run; 1 pass is one loss and gradient over the \
         training set, a forward pass alone is 1/3, a backward pass 2/3, a Hessian-vector product 2\n\n",
        solvers.join(", "),
        seed_list(&comparison.seeds),
        significant(comparison.budget, 3),
    ) + &incomplete(comparison).map_or(String::new(), |text| format!("**{text}**\n\n"))
}

/// What is missing of a comparison, as a sentence.
pub(super) fn incomplete(comparison: &Comparison) -> Option<String> {
    let Comparison { problems, solvers, seeds, runs, .. } = comparison;
    let all = problems.len() * solvers.len() * seeds.len();
    let is_whole = |run: &&Run| run.record.status != Status::Interrupted;
    let whole = runs.iter().filter(is_whole).count();
    (whole < all).then(|| format!("Incomplete: {whole} of {all} runs are finished."))
}

fn section(comparison: &Comparison, problem: &ProblemSummary) -> String {
    let rows = rows(comparison, problem);
    let mut text = format!("## {}\n\n", escaped(&problem.title));
    let facts = [
        ("network", escaped(&problem.network)),
        ("loss", escaped(&problem.loss)),
        ("target training loss", target_text(problem)),
    ];
    for (name, value) in facts {
        let _ = writeln!(text, "- {name}: {value}");
    }
    text.push('\n');
    text += &table(&rows, problem);
    let _ = writeln!(text, "\nBold: best of its column; {}.\n", medians_over(comparison));
    if let Some(verdict) = problem_verdict(comparison, problem) {
        let _ = writeln!(text, "{}\n", escaped(&verdict));
    }
    let ends = ends(comparison, &problem.name);
    text.extend(ends.iter().map(|end| format!("- {}\n", escaped(end))));
    if !ends.is_empty() {
        text.push('\n');
    }
    text
}

fn table(rows: &[Row<'_>], problem: &ProblemSummary) -> String {
    let metric = escaped(&metric_name(problem.metric, &problem.metric_unit));
    let with_r_squared = rows.iter().any(|row| row.r_squared.is_some());
    let mut heads = vec!["solver".into(), "status".into(), "training loss".into(), metric];
    if with_r_squared {
        heads.push("test R²".into());
    }
    heads.extend(["passes to target".into(), "iterations".into()]);
    let mut text = markdown_row(&heads);
    let rules = (0..heads.len()).map(|column| if column < 2 { ":---" } else { "---:" });
    text += &markdown_row(&rules.map(String::from).collect::<Vec<_>>());
    let best = Best::of(rows, problem.metric);
    for row in rows {
        let best = best.within_reach_of(row);
        text += &markdown_row(&table_cells(row, &best, problem.metric, with_r_squared));
    }
    text
}

fn table_cells(row: &Row<'_>, best: &Best, metric: Metric, with_r_squared: bool) -> Vec<String> {
    let mut cells = vec![
        escaped(row.solver),
        statuses(&row.runs).join(", "),
        spread(row.loss, row.loss_band, best.loss, |value| significant(value, 4)),
        spread(row.metric, row.metric_band, best.metric, |value| metric_value(metric, value)),
    ];
    if with_r_squared {
        cells.push(row.r_squared.map_or("–".into(), |value| format!("{value:.3}")));
    }
    cells.push(passes_to_target(&row.passes, best.passes));
    // Half an iteration comes from a median of an even number of runs.
    let decimals = |count: f64| usize::from(count.fract() != 0.0);
    cells.push(row.iterations.map_or("–".into(), |count| thousands(count, decimals(count))));
    cells
}

fn emphasised(value: Option<f64>, best: Option<f64>, text: impl Fn(f64) -> String) -> String {
    match value.map(&text) {
        Some(text_of_value) if best.map(&text).as_ref() == Some(&text_of_value) => {
            format!("**{text_of_value}**")
        }
        Some(text_of_value) => text_of_value,
        None => "–".into(),
    }
}

/// The median, emphasised where it is the best, with its band over seeds.
fn spread(
    median: Option<f64>,
    band: Option<[f64; 2]>,
    best: Option<f64>,
    text: impl Fn(f64) -> String + Copy,
) -> String {
    with_band(emphasised(median, best, text), band, text)
}

fn passes_to_target(cost: &ToTarget, best: Option<f64>) -> String {
    let mixed = cost.reached > 0 && cost.reached < cost.runs;
    let share =
        if mixed { format!(" ({}/{} reached)", cost.reached, cost.runs) } else { String::new() };
    match cost.median {
        Some(median) if median.is_finite() => {
            spread(Some(median), cost.band, best, |value| significant(value, 3)) + &share
        }
        Some(_) => format!("not reached{share}"),
        None => "–".into(),
    }
}

fn definitions(comparison: &Comparison) -> String {
    let has = |metric| comparison.problems.iter().any(|problem| problem.metric == metric);
    let mut lines = vec![
        "training loss: the lowest value reached, penalty included",
        "passes to target: passes spent at the first iterate whose training loss is at or below \
         the target; a run that never got there counts as infinite in the median",
        "best of its column: not a solver all of whose runs diverged (`non-finite`)",
    ];
    if has(Metric::Rmse) {
        lines.push(
            "test RMSE: root mean squared error on held-out rows, in the target's own unit, at the \
             point of lowest training loss",
        );
    }
    if has(Metric::Accuracy) {
        lines.push(
            "test accuracy: the share of held-out rows classified correctly, at the point of \
             lowest training loss",
        );
    }
    lines.push("iterations: steps of the solver; each may cost several passes");
    let items: String = lines.iter().map(|line| format!("- {line}\n")).collect();
    let band = match Band::of(comparison.seeds.len()) {
        Band::Range => "from the lowest to the highest",
        Band::Quartiles => "from the lower to the upper quartile",
    };
    format!(
        "## Definitions\n\n{items}\nIn the charts a line is the median over seeds and a band runs \
         {band}. Over passes, a run that stopped by itself keeps its last \
         value; over seconds, every finished run keeps it until the slowest seed of its solver \
         ends. A run that diverged ends at × and counts as worst in the median from there; × at \
         the edge is where a curve leaves the chart for good.\n\n"
    )
}

fn figure_list(figures: &[Figure]) -> String {
    if figures.is_empty() {
        return String::new();
    }
    let images = figures
        .iter()
        .map(|figure| format!("![{}]({}.png)\n", escaped(&figure.caption), figure.stem));
    format!("## Figures\n\n{}", images.collect::<Vec<_>>().join("\n"))
}

pub(super) fn markdown_row(cells: &[String]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

/// Text that Markdown shows as it is.
pub(super) fn escaped(text: &str) -> String {
    let mut shown = String::new();
    for character in one_line(text).chars() {
        if matches!(character, '\\' | '|' | '*' | '_' | '`' | '<' | '>' | '[' | ']' | '#') {
            shown.push('\\');
        }
        shown.push(character);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::test_support::comparison;
    use crate::solver::Status;

    #[test]
    fn holds_no_time() {
        let first = comparison();
        let mut slower = first.clone();
        for run in &mut slower.runs {
            run.timing.seconds *= 3.0;
            run.timing.seconds_to_target = None;
            run.timing.target_seconds.iter_mut().flatten().for_each(|seconds| *seconds *= 3.0);
            run.timing.trace_seconds.iter_mut().for_each(|seconds| *seconds *= 3.0);
        }
        assert_eq!(summary_markdown(&first), summary_markdown(&slower));
    }

    #[test]
    fn has_a_table_per_problem_and_every_figure() {
        let page = summary_markdown(&comparison());
        assert_eq!(page.matches("| solver | status |").count(), 3);
        assert_eq!(page.matches("![").count(), 20);
        assert!(page.contains("(spam-loss-passes.png)"), "{page}");
        assert!(page.contains("test RMSE (dollars) | test R²"), "{page}");
        assert!(page.contains("| gd | budget-spent ×2, non-finite ×1 |"), "{page}");
        assert!(page.contains("| not reached | 148 |"), "{page}");
    }

    #[test]
    fn without_a_target_or_without_a_result_nothing_is_claimed() {
        let mut odd = comparison();
        odd.problems.truncate(2);
        odd.problems[0].target_loss = None;
        for run in odd.runs.iter_mut().filter(|run| run.record.solver == "gd") {
            run.record.status = Status::NonFinite;
            run.record.passes_to_target = Some(2.0);
        }
        let page = summary_markdown(&odd);
        let (open, wild) = page.split_once("## E-mail spam").unwrap();
        assert!(open.contains("| – | 148 |") && !open.contains("not reached"), "{page}");
        let gd = wild.lines().find(|line| line.starts_with("| gd |")).unwrap();
        assert!(gd.contains("| 2.00 |") && !gd.contains("**"), "{page}");
    }

    #[test]
    fn names_from_outside_do_not_break_the_table() {
        let mut odd = comparison();
        odd.solvers = vec!["a|b\n*c*".into()];
        let page = summary_markdown(&odd);
        assert!(page.contains(r"| a\|b \*c\* | not run |"), "{page}");
    }
}
