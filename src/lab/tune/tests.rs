//! Tuning on functions whose best settings are known.

use std::sync::atomic::AtomicBool;

use super::*;
use crate::lab::{Event, ForgetRuns, UserObjective};
use crate::numerics::Vector;
use crate::objective::Quadratic;

/// ½ λ x² with λ = 4 from x = 1: gradient descent goes from x to (1 − 4 η) x, is there in one
/// step with η = ¼, and diverges beyond ½.
fn bowl() -> Quadratic {
    Quadratic { curvature: Vector::from_element(1, 4.0), centre: Vector::zeros(1) }
}

fn lineup<'q>(bowl: &'q Quadratic, solvers: &[&str], budget: f64) -> Lineup<'q> {
    let mut spec = ExperimentSpec::named("bowl", &[], solvers).unwrap();
    (spec.seeds, spec.budget) = (vec![0], budget);
    let start = |_| Vector::from_element(1, 1.0);
    Lineup::new(spec).with_objective(UserObjective::new("bowl", bowl, start)).unwrap()
}

fn request(lineup: &Lineup<'_>, search: Search, dimension: &str) -> Request {
    let dimensions = vec![Dimension::parse(dimension).unwrap()];
    Request { search, dimensions, ..Request::new(&lineup.spec).unwrap() }
}

fn found(lineup: &Lineup<'_>, request: &Request) -> Result<Tuning> {
    let interrupt = AtomicBool::new(false);
    let running = Running { interrupt: &interrupt, observe: &mut |_| {}, keep: &mut ForgetRuns };
    tune(lineup, request, running).map(|tuning| tuning.expect("no interrupt"))
}

fn passes(trial: &Trial) -> Option<f64> {
    trial.result.as_ref().map(|result| result.passes)
}

#[test]
fn a_grid_on_a_bowl_by_hand() {
    let bowl = bowl();
    let lineup = lineup(&bowl, &["gd:learning_rate=0.125"], 4.0);
    let rates = request(&lineup, Search::Grid { points: 9 }, "learning_rate=0.0625|0.25|0.5|1e200");
    let tuning = found(&lineup, &rates).unwrap();
    let [gd] = &tuning.solvers[..] else { panic!("one solver") };
    assert_eq!(tuning.request.seeds, [1, 2]);
    // The start and three steps: x is (3/4)³, then 0, then 1 for ever; the last overflows.
    let lowest = [2.0 * 0.75f64.powi(6), 0.0, 2.0, f64::INFINITY];
    let scores: Vec<f64> = gd.trials.iter().map(Trial::score).collect();
    assert_eq!(scores, lowest);
    assert_eq!(gd.trials[3].result.as_ref().unwrap().losses, [None, None]);
    // Two runs of four passes; at the minimum a run has converged after two.
    let spent: Vec<Option<f64>> = gd.trials.iter().map(passes).collect();
    assert_eq!(spent[..3], [Some(8.0), Some(4.0), Some(8.0)]);
    assert_eq!((gd.chosen, gd.not_begun()), (Some(1), 0));
    assert_eq!(gd.budget, 4.0 * 8.0);
    let tuned = gd.tuned.clone().unwrap();
    let label = "gd learning_rate=0.125 tuned".to_owned();
    assert_eq!(tuned, SolverSpec { label, ..SolverSpec::parse("gd:learning_rate=0.25").unwrap() });
    assert_eq!(tuning.evaluation.solvers, ["gd learning_rate=0.125", &tuned.label]);
    let losses = tuning.evaluation.runs.iter().map(|run| run.record.loss.unwrap());
    assert_eq!(losses.collect::<Vec<_>>(), [2.0 * 0.5f64.powi(6), 0.0]);
    assert_eq!(tuning.evaluation.seeds, [0]);
}

#[test]
fn halving_on_a_bowl_by_hand() {
    let bowl = bowl();
    let lineup = lineup(&bowl, &["gd"], 8.0);
    let search = Search::Halving { trials: 4, eta: 2, rungs: 3 };
    let tuning = found(&lineup, &request(&lineup, search, "learning_rate=0.01..0.2")).unwrap();
    let gd = &tuning.solvers[0];
    let rungs: Vec<(usize, f64)> = gd.trials.iter().map(|t| (t.rung, t.budget)).collect();
    let [first, second] = [(0, 2.0), (1, 4.0)];
    assert_eq!(rungs, [first, first, first, first, second, second, (2, 8.0)]);
    // All rates are below ¼, where the larger is the better: those that go on are the largest,
    // and of these the first has its turn first.
    let rate = |trial: &Trial| trial.settings[0].1.parse::<f64>().unwrap();
    let mut rates: Vec<f64> = gd.trials[..4].iter().map(rate).collect();
    rates.sort_by(|a, b| b.total_cmp(a));
    assert_eq!(gd.trials[4..6].iter().map(rate).collect::<Vec<_>>(), rates[..2]);
    assert_eq!(rate(&gd.trials[6]), rates[0]);
    assert_eq!(gd.chosen, Some(6));
    // A rung begins anew: nothing of the one before is taken over or free.
    let spent: Vec<Option<f64>> = gd.trials.iter().map(passes).collect();
    let of_rung = [[4.0; 4].as_slice(), &[8.0; 2], &[16.0]].concat();
    assert_eq!(spent, of_rung.into_iter().map(Some).collect::<Vec<_>>());
    assert_eq!((gd.passes(), gd.budget), (48.0, 48.0));
}

#[test]
fn the_budget_is_kept_and_what_is_saved_is_used() {
    let bowl = bowl();
    let lineup = lineup(&bowl, &["gd"], 4.0);
    // At the first a run has converged after 2 of 4 passes; the others use all.
    let rates = "learning_rate=0.25|0.251|0.1|0.11|0.12|0.13";
    let mut request = request(&lineup, Search::Grid { points: 1 }, rates);
    request.trial_budget = 4.0;
    let begun = |budget: f64, request: &mut Request| {
        request.budget = Some(budget);
        let tuning = found(&lineup, request).unwrap();
        let gd = &tuning.solvers[0];
        assert!(gd.passes() <= budget, "{} of {budget}", gd.passes());
        assert_eq!(gd.trials.len(), 6);
        assert_eq!(gd.chosen, Some(0));
        assert!(gd.trials.iter().skip(6 - gd.not_begun()).all(|trial| trial.result.is_none()));
        6 - gd.not_begun()
    };
    // A trial may spend 8 passes: 15 allow one to begin, of which 4 are used; then 11 allow
    // one more, and of what is left no third.
    let counts =
        [8.0, 11.9, 12.0, 15.0, 20.0, 28.0, 48.0].map(|passes| begun(passes, &mut request));
    assert_eq!(counts, [1, 1, 2, 2, 3, 4, 6]);
    assert_eq!(request.runs(&lineup.spec).unwrap(), 6 * 2 + 2);
    request.budget = Some(7.9);
    let message = found(&lineup, &request).unwrap_err().to_string();
    assert!(message.contains("tuning, budget: 7.9 passes are fewer"), "{message}");
}

#[test]
fn where_everything_diverges_nothing_is_chosen() {
    let bowl = bowl();
    let lineup = lineup(&bowl, &["gd:learning_rate=0.1", "lbfgs"], 6.0);
    let wild = request(&lineup, Search::halving(3), "learning_rate=1e180..1e190");
    let tuning = found(&lineup, &wild).unwrap();
    let gd = &tuning.solvers[0];
    assert_eq!((gd.chosen, &gd.tuned, gd.trials.len()), (None, &None, 3));
    assert!(tuning.solvers[1].trials.is_empty() && tuning.solvers[1].dimensions.is_empty());
    assert_eq!(tuning.evaluation.solvers, ["gd learning_rate=0.1", "lbfgs"]);
}

#[test]
fn a_half_of_the_runs_that_diverges_is_worse_than_any_loss() {
    let trial = |rung: usize, losses: &[Option<f64>]| {
        let score =
            crate::lab::statistics::median(losses.iter().map(|loss| loss.unwrap_or(f64::INFINITY)));
        let score = score.filter(|score| score.is_finite());
        let result = TrialResult { losses: losses.to_vec(), score, passes: 1.0 };
        let settings = Vec::new();
        Trial { candidate: 0, settings, rung, budget: 1.0, result: Some(result) }
    };
    let trials = [trial(0, &[Some(1.0), None]), trial(0, &[Some(9.0), Some(9.0)])];
    assert_eq!(trials::best(&trials), Some(1));
    // A later rung decides, unless nothing of it came to a good end.
    let later = [trials[1].clone(), trial(0, &[Some(5.0)]), trial(1, &[Some(8.0)])];
    assert_eq!(trials::best(&later), Some(2));
    let wild = [trials[1].clone(), trial(0, &[Some(5.0)]), trial(1, &[None])];
    assert_eq!(trials::best(&wild), Some(1));
    assert_eq!(trials::best(&[trial(0, &[None])]), None);
}

#[test]
fn results_do_not_depend_on_the_number_of_threads() {
    let mut spec = ExperimentSpec::named("check", &["iris"], &["gd", "sgd"]).unwrap();
    (spec.seeds, spec.budget) = (vec![3], 24.0);
    let lineup = Lineup::new(spec);
    let mut request = Request::new(&lineup.spec).unwrap();
    request.search = Search::halving(9);
    request.budget = Some(100.0);
    let with_threads = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let tuning = pool.install(|| found(&lineup, &request)).unwrap();
        let records: Vec<_> = tuning.evaluation.runs.into_iter().map(|run| run.record).collect();
        (tuning.solvers, records)
    };
    let one = with_threads(1);
    assert_eq!(one, with_threads(3));
    assert_eq!(one.0[0].tuned.as_ref().unwrap().label, "gd tuned");
}

#[test]
fn an_interrupt_leaves_nothing_half_done() {
    let bowl = bowl();
    let lineup = lineup(&bowl, &["gd"], 4.0);
    let request = Request::new(&lineup.spec).unwrap();
    let interrupt = AtomicBool::new(false);
    let mut finished = 0;
    let mut observe = |event: Event<'_>| {
        finished += usize::from(matches!(event, Event::RunFinished { .. }));
        // Once set it stays, as a signal does: runs side by side may end before anyone looks.
        interrupt.fetch_or(finished >= 3, std::sync::atomic::Ordering::Relaxed);
    };
    let running = Running { interrupt: &interrupt, observe: &mut observe, keep: &mut ForgetRuns };
    assert_eq!(tune(&lineup, &request, running).unwrap(), None);
}

#[test]
fn requests_that_cannot_be_carried_out_are_refused() {
    let bowl = bowl();
    let gd = lineup(&bowl, &["gd", "lbfgs"], 4.0);
    let refused = |lineup: &Lineup<'_>, change: &dyn Fn(&mut Request)| {
        let mut request = Request::new(&lineup.spec).unwrap();
        change(&mut request);
        let message = found(lineup, &request).unwrap_err().to_string();
        assert!(request.runs(&lineup.spec).is_err() || message.contains("one problem"));
        message
    };
    let dimension = |text: &str| vec![Dimension::parse(text).unwrap()];
    for (change, part) in [
        (&(|r: &mut Request| r.seeds = vec![7, 0]) as &dyn Fn(&mut Request), "0 is also a seed"),
        (&|r| r.seeds.clear(), "tuning, seeds: there is none"),
        (&|r| r.budget = Some(f64::NAN), "tuning, budget: NaN is out of range"),
        (&|r| r.trial_budget = 1.0, "too few to begin with"),
        (&|r| r.trial_budget = f64::NAN, "too few to begin with"),
        (&|r| r.search = Search::Grid { points: 0 }, "tuning, points"),
        (&|r| r.dimensions = dimension("learning_rat=1..2"), "did you mean 'learning_rate'?"),
        (&|r| r.dimensions = dimension("learning_rate=-1..1"), "learning_rate: -1.0 is out"),
        (&|r| r.dimensions = dimension("schedule=cosine"), "the schedule has no 'horizon'"),
        (&|r| r.dimensions = [dimension("memory=1..2"), dimension("memory=3|4")].concat(), "twice"),
    ] {
        let message = refused(&gd, change);
        assert!(message.contains(part), "{part}: {message}");
    }
    let none = lineup(&bowl, &["lbfgs"], 4.0);
    assert!(refused(&none, &|_| {}).contains("none of them has a learning rate"));
    let taken = lineup(&bowl, &["gd", "lbfgs:label=gd tuned"], 4.0);
    let message = found(&taken, &Request::new(&taken.spec).unwrap()).unwrap_err().to_string();
    assert!(message.contains("'gd tuned' is what the tuned solver"), "{message}");
    let two = ExperimentSpec::named("two", &["iris", "wine"], &["gd"]).unwrap();
    let two = Lineup::new(two);
    let message = found(&two, &Request::new(&two.spec).unwrap()).unwrap_err().to_string();
    assert!(message.contains("one problem, and there are 2"), "{message}");
    assert_eq!(Request::seeds_after(&[4, 2], 2).unwrap(), [5, 6]);
    assert!(Request::seeds_after(&[1 << 53], 1).is_err());
    assert!(Request::seeds_after(&[0], 0).is_err());
}
