use super::*;
use crate::report::test_support::comparison;

/// One problem on which each solver paid this at each seed.
fn of_costs(costs: &[(&str, &[Option<f64>])]) -> Comparison {
    let mut made = comparison();
    made.problems.truncate(1);
    made.seeds = (0..costs[0].1.len() as u64).collect();
    made.solvers = costs.iter().map(|(solver, _)| (*solver).to_owned()).collect();
    let mut model = made.runs[0].clone();
    model.record.status = Status::BudgetSpent;
    made.runs.clear();
    for (solver, costs) in costs {
        for (seed, cost) in costs.iter().enumerate() {
            let mut run = model.clone();
            run.record.solver = (*solver).to_owned();
            run.record.seed = seed as u64;
            run.record.passes_to_target = *cost;
            made.runs.push(run);
        }
    }
    made
}

fn verdict(comparison: &Comparison) -> String {
    problem_verdict(comparison, &comparison.problems[0]).unwrap()
}

fn end_with(comparison: &mut Comparison, solver: &str, status: Status) {
    let runs = comparison.runs.iter_mut().filter(|run| run.record.solver == solver);
    runs.for_each(|run| run.record.status = status);
}

#[test]
fn the_first_the_others_and_those_who_missed() {
    // At the seeds cg needs 2.4, 2 and 1.9 times as many, adam 2.9, 3.2 and 3.4.
    let mut all = of_costs(&[
        ("cg", &[Some(24.0), Some(20.0), Some(19.0)]),
        ("gd", &[None, None, None]),
        ("lbfgs", &[Some(10.0), Some(10.0), Some(10.0)]),
        ("adam", &[Some(29.0), Some(32.0), Some(34.0)]),
        ("nesterov", &[None, None, None]),
    ]);
    assert_eq!(
        verdict(&all),
        "lbfgs reached the target first, in 10 passes; cg needed 2.0 (1.9–2.4) times as many, adam \
         3.2 (2.9–3.4); gd and nesterov did not reach it."
    );
    end_with(&mut all, "gd", Status::NonFinite);
    end_with(&mut all, "nesterov", Status::Unsupported);
    assert!(verdict(&all).ends_with("gd diverged; nesterov declined the problem."), "{all:?}");
    // What passed the target on its way out has not reached it first.
    end_with(&mut all, "lbfgs", Status::NonFinite);
    assert!(verdict(&all).starts_with("cg reached the target first, in 20 (19–24) passes; adam"));
}

#[test]
fn ratios_are_of_the_same_seed() {
    // Over each other's medians they would be 20/20 = 1.
    let paired = of_costs(&[
        ("a", &[Some(10.0), Some(20.0), Some(30.0)]),
        ("b", &[Some(20.0), Some(40.0), Some(33.0)]),
    ]);
    assert_eq!(
        verdict(&paired),
        "a reached the target first, in 20 (10–30) passes; b needed 2.0 (1.1–2.0) times as many."
    );
}

#[test]
fn where_seeds_disagree_nobody_is_first() {
    let split = of_costs(&[
        ("a", &[Some(12.0), Some(20.0), Some(30.0)]),
        ("b", &[Some(10.0), Some(22.0), Some(33.0)]),
        ("c", &[Some(30.0), Some(30.0), Some(60.0)]),
        ("d", &[None, Some(21.0), None]),
    ]);
    assert_eq!(
        verdict(&split),
        "a (first at 2 of 3 seeds) and b (1) are not told apart; c needed 2.0 (1.5–3.0) times the \
         passes of the first; d reached it at 1 of 3 seeds only."
    );
}

#[test]
fn equals_are_first_together() {
    let equal = of_costs(&[
        ("a", &[Some(12.0), Some(20.0)]),
        ("b", &[Some(12.0), Some(20.0)]),
        ("c", &[Some(12.0), Some(30.0)]),
    ]);
    assert_eq!(
        verdict(&equal),
        "a and b reached the target first, none before the other, in 16 (12–20) passes; c needed \
         1.2 (1–1.5) times as many."
    );
}

#[test]
fn misses_are_infinite_and_seeds_that_nobody_reached_are_counted() {
    let some = of_costs(&[
        ("a", &[Some(10.0), Some(10.0), Some(10.0), None]),
        ("b", &[Some(20.0), None, Some(30.0), None]),
    ]);
    assert_eq!(
        verdict(&some),
        "a reached the target first, in 10 passes, at 3 of 4 seeds (nobody did at the others); b \
         needed 3.0 (2.0–∞) times as many."
    );
}

#[test]
fn little_is_said_of_little() {
    let one_seed = of_costs(&[("a", &[Some(10.0)]), ("b", &[Some(10.2)])]);
    assert_eq!(
        verdict(&one_seed),
        "a reached the target first, in 10 passes, with one seed; b needed 1.02 times as many."
    );
    let alone = of_costs(&[("a", &[Some(10.0), Some(12.0)])]);
    assert_eq!(verdict(&alone), "a reached the target, in 11 (10–12) passes.");
    let missed = of_costs(&[("a", &[None]), ("b", &[None])]);
    assert_eq!(verdict(&missed), "No solver reached the target.");
    assert_eq!(verdict(&of_costs(&[("a", &[None])])), "a did not reach the target.");
    let at_start = of_costs(&[("a", &[Some(0.0)]), ("b", &[Some(0.0)])]);
    assert_eq!(verdict(&at_start), "The target is reached at the start.");
    let mut open = one_seed.clone();
    open.problems[0].target_loss = None;
    assert_eq!(verdict(&open), "Without a target, no solver is the first to reach it.");
    open.solvers.truncate(1);
    assert_eq!(problem_verdict(&open, &open.problems[0]), None);
    let mut unfinished = one_seed;
    unfinished.runs.pop();
    assert_eq!(problem_verdict(&unfinished, &unfinished.problems[0]), None);
}

#[test]
fn many_are_counted() {
    let names: Vec<String> = (0..20).map(|index| format!("s{index}")).collect();
    let costs: Vec<[Option<f64>; 1]> =
        (0..20).map(|index| [(index < 10).then(|| 10.0 * f64::from(index + 1))]).collect();
    let made: Vec<(&str, &[Option<f64>])> =
        names.iter().zip(&costs).map(|(name, cost)| (name.as_str(), cost.as_slice())).collect();
    assert_eq!(
        verdict(&of_costs(&made)),
        "s0 reached the target first, in 10 passes, with one seed; s1 needed 2.0 times as many, s2 \
         3.0, s3 4.0, s4 5.0, s5 6.0, s6 7.0, 3 others 8.0 to 10; s10, s11, s12, s13, s14, s15 and \
         4 others did not reach it."
    );
}

#[test]
fn over_all_problems_the_best_rank_and_the_next() {
    // Everybody's losses fall by the same law, lbfgs's fastest, then cg's.
    assert_eq!(
        overall_verdict(&comparison()).unwrap(),
        "Over all 3 problems (27 goals), lbfgs has the best mean rank, 1.00 [1.00, 1.00], and cg the \
         next, 2.00 [2.00, 2.00]; lbfgs wins 100 % of the goals against cg, and loses 0 %."
    );
    let mut twins = comparison();
    twins.solvers = vec!["cg".into(), "twin".into()];
    twins.runs.retain(|run| run.record.solver == "cg");
    let again = twins.runs.clone().into_iter().map(|mut run| {
        run.record.solver = "twin".into();
        run
    });
    twins.runs.extend(again);
    let text = overall_verdict(&twins).unwrap();
    assert!(text.ends_with("not told apart: their mean ranks are the same."), "{text}");
    twins.problems.truncate(1);
    assert_eq!(overall_verdict(&twins), None);
}
