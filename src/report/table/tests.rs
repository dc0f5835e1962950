use super::columns::{Share, starred, to_target};
use super::*;
use crate::report::aggregate::ToTarget;
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
        let head = table.lines().find(|line| line.starts_with("solver")).unwrap();
        let times = head.matches("time").count();
        (times, table.contains("(range)"), head.contains("status"), table.contains("budget-spent"))
    };
    assert_eq!(heads(100), (2, true, true, true));
    assert_eq!(heads(84), (1, true, true, true));
    assert_eq!(heads(80), (2, false, true, true));
    assert_eq!(heads(72), (1, false, true, true));
    assert_eq!(heads(60), (0, false, true, true));
    assert_eq!(heads(50), (0, false, true, false));
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
    let cost = |median, reached| ToTarget { median: Some(median), band: None, reached, runs: 3 };
    assert_eq!(to_target(&cost(34.0, 2), Some(12.0), Share::Shown), "(2/3) 34.0 ");
    assert_eq!(to_target(&cost(12.0, 3), Some(12.0), Share::Shown), "12.0*");
    assert_eq!(to_target(&cost(f64::INFINITY, 1), None, Share::Shown), "not reached\n(1/3) ");
    assert_eq!(to_target(&cost(f64::INFINITY, 0), None, Share::Left), "– ");
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

#[test]
fn the_band_stands_beside_the_median_where_seeds_differ() {
    let table = terminal_table(&comparison(), None);
    let lbfgs = table.lines().find(|line| line.starts_with("lbfgs")).unwrap();
    assert!(lbfgs.contains("26.9* (23.2–30.4)"), "{table}");
    assert!(table.contains("(range in brackets)"), "{table}");
    let mut same = comparison();
    same.runs.iter_mut().for_each(|run| run.record.passes_to_target = Some(10.0));
    assert!(!terminal_table(&same, None).contains("(range)"));
}

#[test]
fn verdicts_stand_below_tables_and_cautions_below_all() {
    let mut short = comparison();
    short.runs[0].timing.seconds = 1e-3;
    let table = terminal_table(&short, Some(80));
    assert_eq!(table.matches("lbfgs reached the target first").count(), 3, "{table}");
    assert!(table.contains("Over all 3 problems"), "{table}");
    let last = table.lines().last().unwrap();
    assert!(table.contains("\nMind the times: 1 of 36") && !last.is_empty(), "{table}");
}

/// What a terminal shows of it.
fn without_escapes(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_owned();
    let rests = parts.map(|part| part.split_once('m').map_or(part, |(_, rest)| rest));
    let lines: String = rests.fold(first, |all, rest| all + rest);
    lines.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

#[test]
fn colours_change_nothing_else() {
    for width in [None, Some(80), Some(44)] {
        let styled = styled_terminal_table(&wide(), width);
        assert_eq!(without_escapes(&styled), terminal_table(&wide(), width));
        assert!(!terminal_table(&wide(), width).contains('\u{1b}'));
    }
    let styled = styled_terminal_table(&comparison(), None);
    let gd = styled.lines().find(|line| line.starts_with("gd ")).unwrap();
    assert!(gd.contains("\u{1b}[2mnot reached"), "{gd:?}");
    let lbfgs = styled.lines().find(|line| line.starts_with("lbfgs ")).unwrap();
    assert!(lbfgs.contains("\u{1b}[1m26.9*"), "{lbfgs:?}");
    assert!(styled.contains("\u{1b}[1msolver"), "{styled:?}");
}

#[test]
fn what_failed_what_was_missed_and_what_is_best_stand_out() {
    let all = comparison();
    let rows = rows(&all, &all.problems[0]);
    let [gd, lbfgs] = [&rows[0], &rows[3]];
    let of = Emphasis::of;
    assert_eq!(of(Column::Status, gd, "non-finite ×1"), Emphasis::Failed);
    assert_eq!(of(Column::Status, lbfgs, "budget-spent ×3"), Emphasis::Plain);
    assert_eq!(of(Column::Passes, gd, "not reached\n(1/3) "), Emphasis::Missed);
    assert_eq!(of(Column::Passes, gd, "12.0 "), Emphasis::Plain);
    assert_eq!(of(Column::Metric, lbfgs, "93.2%*"), Emphasis::Best);
    assert_eq!(of(Column::Solver, lbfgs, "mine*"), Emphasis::Plain);
}
