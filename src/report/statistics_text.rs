//! The statistics over all problems as Markdown: deterministic contents only.

use std::fmt::Write;

use crate::lab::statistics::{
    Axis, Bootstrap, Costs, PassWeights, RankCells, Runtime, WeightedRanks, Wins, median, runtimes,
    weight_sensitivity,
};
use crate::lab::{Comparison, ProblemSummary, TargetRule};

use super::chart::statistics::{best_first, level_text};
use super::format::{compact, significant};
use super::learning_rates::sweeps;
use super::summary::{escaped, markdown_row};
use super::verdict::{overall_verdict, rank_text};

/// What a best learning rate may be missed by: the range of values within this factor of the
/// lowest loss.
const GOOD: f64 = 2.0;

/// The section on all problems together; empty where no two solvers share a target and no
/// method ran at several learning rates.
pub(super) fn section(comparison: &Comparison) -> String {
    let costs = Costs::new(comparison, Axis::Passes(PassWeights::default()));
    let mut text = String::new();
    if comparison.solvers.len() > 1 && !costs.goals.is_empty() {
        text += "## Over all problems\n\n";
        text += &overall_verdict(comparison).map_or(String::new(), |text| escaped(&text) + "\n\n");
        text += &goals(comparison, &costs);
        text += &standings(comparison, &costs);
        text += &levels(comparison, &costs);
        text += &pairs(&costs);
        text += &weights(comparison);
    }
    text + &learning_rates(comparison)
}

/// What a goal is, and where the targets come from.
fn goals(comparison: &Comparison, costs: &Costs) -> String {
    let has = |rule: TargetRule| {
        let mut with_targets = comparison.problems.iter().filter(|p| !p.targets.is_empty());
        with_targets.any(|problem| problem.targets_rule == rule)
    };
    let sources = [
        (TargetRule::Stated, "stated before the runs"),
        (TargetRule::Reference, "from reference solutions stored before the runs"),
        (TargetRule::Derived, "taken from the best of these runs, for want of a reference"),
    ];
    let sources: Vec<&str> = sources.into_iter().filter(|s| has(s.0)).map(|s| s.1).collect();
    format!(
        "A goal is a training loss to reach on one problem at one seed; there are {}. The losses \
         are {}. A goal that a run did not reach costs it ∞.\n\n",
        costs.goals.len(),
        sources.join(", or "),
    )
}

/// Ranks with their uncertainty, and the distribution of runtimes as numbers.
fn standings(comparison: &Comparison, costs: &Costs) -> String {
    let bootstrap = Bootstrap::default();
    let by_cost = RankCells::of_costs(costs).ranking(&bootstrap);
    let by_loss = RankCells::of_losses(comparison).ranking(&bootstrap);
    let numbers = runtimes(costs, 1.0, comparison.budget, &bootstrap);
    let with_intervals = comparison.seeds.len() > 1;
    let heads = [
        "solver",
        "mean rank, passes to targets",
        "mean rank, training loss",
        "goals reached",
        "area under the ECDF",
        "geometric mean of passes",
    ];
    let rows = by_cost.order().into_iter().map(|index| {
        let mut row = vec![
            escaped(&costs.solvers[index]),
            rank_text(&by_cost, index, with_intervals),
            rank_text(&by_loss, index, with_intervals),
        ];
        row.extend(runtime_cells(numbers.as_ref().map(|all| &all[index]), with_intervals));
        row
    });
    let confidence = compact(100.0 * bootstrap.confidence, 3);
    let intervals = if with_intervals {
        format!(
            " In brackets the {confidence} % bootstrap interval over seeds within problems, which \
             says nothing of other problems ({} draws).",
            bootstrap.resamples
        )
    } else {
        " With one seed there is no interval.".to_string()
    };
    format!(
        "{}\nRank 1 is the best; all who missed a target, or diverged, share the mean of the last places.{intervals} The \
         area is the mean height of the distribution of runtimes over the logarithm of passes from \
         1 to the budget; the geometric mean counts a miss as the budget.\n\n",
        table(&heads.map(String::from), rows)
    )
}

fn runtime_cells(runtime: Option<&Runtime>, with_interval: bool) -> [String; 3] {
    let Some(Runtime { reached, mean_share, interval, geometric_mean, .. }) = runtime else {
        return [(); 3].map(|()| "–".to_string());
    };
    let area = if with_interval {
        format!("{mean_share:.3} [{:.3}, {:.3}]", interval.low, interval.high)
    } else {
        format!("{mean_share:.3}")
    };
    [format!("{:.0} %", 100.0 * reached), area, significant(*geometric_mean, 3)]
}

/// Per problem the median passes to each target.
fn levels(comparison: &Comparison, costs: &Costs) -> String {
    let with_goals = comparison
        .problems
        .iter()
        .filter(|problem| costs.goals.iter().any(|goal| goal.problem == problem.name));
    let tables: String =
        with_goals.map(|problem| problem_levels(comparison, costs, problem)).collect();
    format!(
        "### Passes to each target\n\nMedians over seeds; in brackets how many of them reached it, \
         where not all did.\n\n{tables}"
    )
}

fn problem_levels(comparison: &Comparison, costs: &Costs, problem: &ProblemSummary) -> String {
    let mut heads = vec![escaped(&problem.title)];
    heads.extend(problem.targets.iter().enumerate().map(|(level, loss)| {
        format!("{} (≤ {})", level_text(comparison, level), compact(*loss, 4))
    }));
    let cell = |solver: usize, level: usize| {
        let goals = costs.goals.iter().zip(&costs.paid[solver]);
        let of_level =
            goals.filter(|(goal, _)| goal.problem == problem.name && goal.level == level);
        let paid: Vec<f64> = of_level.map(|(_, cost)| *cost).collect();
        let reached = paid.iter().filter(|cost| cost.is_finite()).count();
        let share = match reached {
            0 => String::new(),
            _ if reached == paid.len() => String::new(),
            _ => format!(" ({reached}/{})", paid.len()),
        };
        match median(paid) {
            Some(median) if median.is_finite() => significant(median, 3) + &share,
            Some(_) => format!("∞{share}"),
            None => "–".into(),
        }
    };
    let rows = (0..costs.solvers.len()).map(|solver| {
        let cells = (0..problem.targets.len()).map(|level| cell(solver, level));
        [escaped(&costs.solvers[solver])].into_iter().chain(cells).collect()
    });
    table(&heads, rows) + "\n"
}

/// The pairwise table, columns by number.
fn pairs(costs: &Costs) -> String {
    let (wins, order) = (Wins::new(costs), best_first(costs));
    let heads = ["wins of row over column (% of goals)".to_string()].into_iter();
    let heads: Vec<String> =
        heads.chain((1..=order.len()).map(|place| place.to_string())).collect();
    let rows = order.iter().enumerate().map(|(place, a)| {
        let name = format!("{}. {}", place + 1, escaped(&costs.solvers[*a]));
        let share = |b: &usize| {
            if a == b { "–".to_string() } else { format!("{:.0}", 100.0 * wins.share(*a, *b)) }
        };
        [name].into_iter().chain(order.iter().map(share)).collect()
    });
    format!(
        "### Wins\n\n{}\nWhat is missing to 100 in a pair are ties and goals that neither reached. \
         Unlike a profile, a pair does not depend on the other solvers.\n\n",
        table(&heads, rows)
    )
}

/// Mean ranks with other weights inside a pass.
fn weights(comparison: &Comparison) -> String {
    let all = weight_sensitivity(comparison);
    let default = PassWeights::default();
    let head = |ranks: &WeightedRanks| {
        let PassWeights { forward, hessian_vector, .. } = ranks.weights;
        if ranks.weights == default {
            "as charged".to_string()
        } else if hessian_vector != default.hessian_vector {
            format!("Hessian-vector product {}", compact(hessian_vector, 3))
        } else {
            format!("forward pass {}", compact(forward, 3))
        }
    };
    let heads: Vec<String> = ["mean rank, passes to targets".to_string()]
        .into_iter()
        .chain(all.iter().map(head))
        .collect();
    let rows = comparison.solvers.iter().enumerate().map(|(solver, label)| {
        let means = all.iter().map(|ranks| match ranks.mean[solver] {
            mean if mean.is_finite() => format!("{mean:.2}"),
            _ => "–".into(),
        });
        [escaped(label)].into_iter().chain(means).collect()
    });
    format!(
        "### If the parts of a pass cost something else\n\n{}\nCharged are 1/3 of a pass for a \
         forward pass and 2 for a Hessian-vector product; a Gauss–Newton product costs two thirds \
         of that, and a backward pass what a forward pass leaves of 1. The runs are the same.\n\n",
        table(&heads, rows)
    )
}

/// A table for every method that ran at several learning rates.
fn learning_rates(comparison: &Comparison) -> String {
    let mut text = String::new();
    for sweep in sweeps(&comparison.solvers) {
        let heads = [
            "problem",
            "best learning rate",
            "its median loss",
            "within a factor 2",
            "values with diverged runs",
        ];
        let rows = comparison.problems.iter().filter_map(|problem| {
            let found = sweep.sensitivity(comparison, &problem.name);
            let diverged = found.points.iter().filter(|point| point.diverged > 0);
            let diverged: Vec<String> = diverged
                .map(|p| format!("{} ({}/{})", compact(p.value, 3), p.diverged, p.runs))
                .collect();
            let diverged = if diverged.is_empty() { "none".into() } else { diverged.join(", ") };
            let mut row = vec![escaped(&problem.title)];
            match (found.best(), found.good_range(GOOD)) {
                (Some(best), Some((low, high))) => row.extend([
                    compact(best.value, 3),
                    significant(best.median, 4),
                    format!("{} – {}", compact(low, 3), compact(high, 3)),
                ]),
                _ => row.extend([(); 3].map(|()| "–".to_string())),
            }
            row.push(diverged);
            (!found.points.is_empty()).then_some(row)
        });
        let _ = write!(
            text,
            "### Learning rates of {}\n\n{}\n",
            escaped(&sweep.label),
            table(&heads.map(String::from), rows)
        );
    }
    text
}

/// A table whose first column is words and whose others are numbers.
fn table(heads: &[String], rows: impl Iterator<Item = Vec<String>>) -> String {
    let rules = (0..heads.len()).map(|column| if column == 0 { ":---" } else { "---:" });
    let rules: Vec<String> = rules.map(String::from).collect();
    let rows: String = rows.map(|row| markdown_row(&row)).collect();
    markdown_row(heads) + &markdown_row(&rules) + &rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::test_support::comparison;
    use crate::solver::Status;

    #[test]
    fn the_standings_are_those_of_the_runs() {
        let text = section(&comparison());
        let line =
            |start: &str| text.lines().find(|line| line.starts_with(start)).unwrap().to_string();
        // Everybody's losses fall by the same law, at the rates 0.012, 0.022, 0.06, 0.11.
        assert!(line("| lbfgs |").contains("| 1.00 [1.00, 1.00] | 1.00 [1.00, 1.00] |"), "{text}");
        let places = ["lbfgs", "cg", "gd-line-search", "gd"]
            .map(|solver| text.find(&format!("| {solver} |")).unwrap());
        assert!(places.is_sorted(), "{text}");
        assert!(text.contains("| 1. lbfgs | – | 100 | 100 | 100 |"), "{text}");
        assert!(text.contains("there are 27"), "{text}");
        assert!(text.contains("stated before the runs"), "{text}");
    }

    #[test]
    fn a_miss_is_infinite_and_shares_are_shown() {
        let mut some = comparison();
        let missed = some.runs.iter_mut().find(|run| run.record.solver == "cg").unwrap();
        missed.record.targets.iter_mut().for_each(|target| target.reached = None);
        let text = section(&some);
        let california = text.split("California").nth(1).unwrap();
        let cg = california.lines().find(|line| line.starts_with("| cg |")).unwrap();
        assert_eq!(cg.matches("(2/3)").count(), 3, "{text}");
        let gd = california.lines().find(|line| line.starts_with("| gd |")).unwrap();
        assert!(gd.ends_with("| ∞ |"), "{text}");
    }

    #[test]
    fn levels_have_numbers_where_a_problem_lacks_one() {
        let mut some = comparison();
        assert!(section(&some).contains("| 10 % of the decrease left (≤ 0.165) |"));
        some.problems[1].targets.remove(0);
        let text = section(&some);
        assert!(!text.contains("of the decrease left") && text.contains("| target 3 (≤ 0.111) |"));
    }

    #[test]
    fn without_targets_or_rivals_there_is_no_section() {
        let mut none = comparison();
        none.problems.iter_mut().for_each(|problem| problem.targets.clear());
        assert_eq!(section(&none), "");
        let mut alone = comparison();
        alone.solvers.truncate(1);
        assert_eq!(section(&alone), "");
    }

    #[test]
    fn a_sweep_has_a_table() {
        let mut sweep = comparison();
        let names =
            ["gd learning_rate=0.25", "gd learning_rate=0.5", "gd learning_rate=1.5", "lbfgs"];
        for run in &mut sweep.runs {
            let place =
                sweep.solvers.iter().position(|solver| *solver == run.record.solver).unwrap();
            run.record.solver = names[place].into();
        }
        sweep.solvers = names.map(String::from).to_vec();
        let diverges = |run: &&mut crate::lab::Run| run.record.solver.ends_with("1.5");
        sweep
            .runs
            .iter_mut()
            .filter(diverges)
            .for_each(|run| run.record.status = Status::NonFinite);
        let text = section(&sweep);
        let (_, table) = text.split_once("### Learning rates of gd\n").unwrap();
        let california = table.lines().find(|line| line.contains("California")).unwrap();
        // gd-line-search, here called 0.5, is quicker than gd; cg, here 1.5, counts as diverged.
        assert!(california.contains("| 0.5 |") && california.contains("1.5 (3/3)"), "{table}");
    }
}
