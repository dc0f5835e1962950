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
fn where_seeds_disagree_who_is_most_often_first() {
    let split = of_costs(&[
        ("a", &[Some(12.0), Some(20.0), Some(30.0)]),
        ("b", &[Some(10.0), Some(22.0), Some(33.0)]),
        ("c", &[Some(30.0), Some(30.0), Some(60.0)]),
        ("d", &[None, Some(21.0), None]),
    ]);
    assert_eq!(
        verdict(&split),
        "a reached the target first most often, at 2 of 3 seeds, in 20 (12–30) passes; b was at 1; \
         b is not told apart from a; beside the first at each seed a needed as many (up to 1.2 \
         times), b 1.1 (1–1.1) times as many, c 2.0 (1.5–3.0); d reached it at 1 of 3 seeds only."
    );
}

#[test]
fn one_first_of_ten_is_no_equal_and_misses_are_said() {
    let tens = [Some(10.0); 10];
    let [mut a, mut b, mut c, mut d] = [tens, tens, [Some(30.0); 10], [None; 10]];
    (a[9], b[8], b[9], c[9]) = (Some(12.0), Some(11.0), Some(13.0), Some(10.0));
    d[..4].fill(Some(20.0));
    let mut e = [None; 10];
    e[0] = Some(40.0);
    assert_eq!(
        verdict(&of_costs(&[("a", &a), ("b", &b), ("c", &c), ("d", &d), ("e", &e)])),
        "a reached the target first most often, at 9 of 10 seeds, in 10 passes; b was at 8 (8 shared \
         with a) and c at 1; beside the first at each seed a needed as many, b as many, c 3.0 times \
         as many; d reached it at 4 of 10 seeds only, e at 1."
    );
    // At 10 : 12 and once 12 : 10.
    b = a.map(|cost| cost.map(|cost| 22.0 - cost));
    assert_eq!(
        verdict(&of_costs(&[("a", &b), ("b", &a)])),
        "b reached the target first most often, at 9 of 10 seeds, in 10 passes; a was at 1; beside \
         the first at each seed b needed as many, a 1.2 times as many."
    );
    let halves = of_costs(&[("a", &[Some(1.0), Some(4.0)]), ("b", &[Some(2.0), Some(2.0)])]);
    assert_eq!(
        verdict(&halves),
        "a reached the target first at 1 of 2 seeds, in 2.5 (1–4) passes; b was at 1; b is not told \
         apart from a; beside the first at each seed a needed 1.5 (1–2.0) times as many, b 1.5 \
         (1–2.0)."
    );
}

#[test]
fn as_many_is_said_in_words() {
    let close = of_costs(&[
        ("a", &[Some(10.0), Some(10.0), Some(10.0)]),
        ("b", &[Some(10.0), Some(10.0), Some(11.0)]),
        ("c", &[Some(20.0), Some(20.0), Some(20.0)]),
    ]);
    assert_eq!(
        verdict(&close),
        "a reached the target first, in 10 passes; b needed as many (up to 1.1 times), c 2.0 times \
         as many."
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
        "a reached the target first, in 10 passes, at 3 of 4 seeds (nobody did at 1 other); b \
         needed 3.0 (2.0–∞) times as many; b reached it at 2 of 4 seeds only."
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
fn starts_at_the_target_and_passes_of_diverged_runs_are_told() {
    let one_start = of_costs(&[("a", &[Some(0.0), None]), ("b", &[Some(0.0), None])]);
    assert_eq!(
        verdict(&one_start),
        "Who reached the target first is not decided (all begin there at 1 of 2 seeds)."
    );
    let and_a_race = of_costs(&[("a", &[Some(0.0), Some(10.0)]), ("b", &[Some(0.0), Some(20.0)])]);
    assert_eq!(
        verdict(&and_a_race),
        "a reached the target first, in 10 passes, at 1 of 2 seeds (all begin there at 1 other); b \
         needed 2.0 times as many."
    );
    let mut diverged = of_costs(&[("a", &[Some(5.0)]), ("b", &[None])]);
    end_with(&mut diverged, "a", Status::NonFinite);
    assert_eq!(
        verdict(&diverged),
        "Who reached the target first is not decided (a passed it and diverged)."
    );
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

#[test]
fn one_seed_has_no_interval_and_problems_without_goals_do_not_count() {
    let mut one = comparison();
    one.seeds.truncate(1);
    one.runs.retain(|run| run.record.seed == 0);
    assert_eq!(
        overall_verdict(&one).unwrap(),
        "Over all 3 problems (9 goals, one seed), lbfgs has the best mean rank, 1.00, and cg the \
         next, 2.00; lbfgs wins 100 % of the goals against cg, and loses 0 %. One seed says little."
    );
    one.problems[1].targets.clear();
    assert!(overall_verdict(&one).unwrap().starts_with("Over the 2 problems that have goals (6 "));
    one.problems[2].targets.clear();
    assert_eq!(overall_verdict(&one), None);
}
