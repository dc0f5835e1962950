//! Solvers and functions of a program's own beside those of the crate.

use argmin::core::{Error, Gradient, KV, Problem, Solver};
use losslab::lab::{Comparison, ExperimentSpec, Lineup, Reference, UserObjective, compare};
use losslab::numerics::Vector;
use losslab::objective::Rosenbrock;
use losslab::solver::{SolverState, Status};
use std::sync::atomic::AtomicBool;

/// θ ← θ − η g, written against argmin alone.
struct Descent(f64);

impl<O: Gradient<Param = Vector, Gradient = Vector>> Solver<O, SolverState> for Descent {
    fn name(&self) -> &str {
        "descent"
    }

    fn next_iter(
        &mut self,
        problem: &mut Problem<O>,
        mut state: SolverState,
    ) -> Result<(SolverState, Option<KV>), Error> {
        let theta = state.take_param().unwrap_or_default();
        let gradient = problem.gradient(&theta)?;
        Ok((state.param(theta - gradient * self.0), None))
    }
}

/// Panics after two steps.
struct Broken(u32);

impl<O: Gradient<Param = Vector, Gradient = Vector>> Solver<O, SolverState> for Broken {
    fn name(&self) -> &str {
        "broken"
    }

    fn next_iter(
        &mut self,
        problem: &mut Problem<O>,
        state: SolverState,
    ) -> Result<(SolverState, Option<KV>), Error> {
        self.0 += 1;
        assert!(self.0 < 3, "enough");
        Descent(0.01).next_iter(problem, state)
    }
}

fn spec(problems: &[&str], solvers: &[&str]) -> ExperimentSpec {
    ExperimentSpec {
        seeds: vec![0, 1],
        budget: 12.0,
        ..ExperimentSpec::named("own", problems, solvers).unwrap()
    }
}

fn losses(comparison: &Comparison, solver: &str, seed: u64) -> Vec<f64> {
    let of = |run: &&losslab::lab::Run| run.record.solver == solver && run.record.seed == seed;
    let run = comparison.runs.iter().find(of).unwrap();
    run.record.trace.iter().map(|entry| entry.loss).collect()
}

#[test]
fn a_solver_of_the_users_goes_where_the_same_method_of_the_crate_goes() {
    for timed in [true, false] {
        let spec = ExperimentSpec { timed, ..spec(&["iris"], &["gd"]) };
        let lineup = Lineup::new(spec).with_solver("mine", || Descent(0.5)).unwrap();
        let comparison = lineup.compare().unwrap();
        assert_eq!(comparison.solvers, ["gd", "mine"]);
        for seed in [0, 1] {
            let [own, mine] = ["gd", "mine"].map(|solver| losses(&comparison, solver, seed));
            assert!(own.len() > 8);
            // The gradient alone is paid for here, the loss of every iterate there.
            assert_eq!(own, mine[..own.len()]);
        }
        let text = lineup.spec().to_toml();
        assert!(text.contains("user_solvers = [\"mine\"]"), "{text}");
        let read = ExperimentSpec::from_toml(&text, "spec.toml").unwrap();
        assert_eq!(&read, lineup.spec());
        let error = compare(&read, &AtomicBool::new(false), &mut |_| {}).unwrap_err().to_string();
        assert!(error.starts_with("'mine': it is part of the program that wrote"), "{error}");
    }
}

#[test]
fn a_function_of_the_users_has_its_own_start_and_targets() {
    let valley = Rosenbrock { dimension: 2 };
    let mut objective =
        UserObjective::new("valley", &valley, |_| Vector::from_vec(vec![-1.2, 1.0]));
    objective.reference = Some(Reference { start: 24.2, loss: 0.0 });
    let spec = ExperimentSpec { budget: 100.0, ..spec(&["iris"], &["lbfgs", "sgd"]) };
    let lineup = Lineup::new(spec).with_objective(objective).unwrap();
    let comparison = lineup.compare().unwrap();
    let of_valley: Vec<_> =
        comparison.runs.iter().filter(|run| run.record.problem == "valley").collect();
    assert_eq!(of_valley.len(), 4);
    let lbfgs = &of_valley[0].record;
    assert!((lbfgs.trace[0].loss - 24.2).abs() < 1e-12);
    assert_eq!((lbfgs.status, lbfgs.dimension, lbfgs.test_rows), (Status::Converged, 2, 0));
    assert!((lbfgs.target_loss.unwrap() - 0.05 * 24.2).abs() < 1e-12);
    assert!(lbfgs.targets.iter().all(|target| target.reached.is_some()));
    // It is no mean over rows.
    assert_eq!(of_valley[2].record.status, Status::Unsupported);
    assert!(of_valley[2].record.message.as_ref().unwrap().contains("mini-batches"));
}

#[test]
fn what_is_wrong_with_a_users_part_is_said() {
    let comparison = Lineup::new(spec(&["iris"], &[]))
        .with_solver("broken", || Broken(0))
        .unwrap()
        .with_solver("unmade", || -> Descent { panic!("no solver") })
        .unwrap()
        .compare()
        .unwrap();
    for run in &comparison.runs {
        assert_eq!(run.record.status, Status::Stalled);
        assert_eq!(run.record.message.as_deref(), Some("the solver ended in a panic"));
    }
    assert_eq!(comparison.runs[0].record.iterations, 2);

    let lineup = || Lineup::new(spec(&["iris"], &["gd"]));
    let taken = lineup().with_solver("gd", || Descent(1.0)).unwrap_err().to_string();
    assert!(taken.contains("two named 'gd'"), "{taken}");
    let valley = Rosenbrock { dimension: 2 };
    let short = UserObjective::new("valley", &valley, |_| Vector::zeros(3));
    let error = lineup().with_objective(short).unwrap().compare().unwrap_err().to_string();
    assert!(error.contains("'valley', start: it has 3 numbers, the function 2"), "{error}");
    let named = UserObjective::new("a/b", &valley, |_| Vector::zeros(2));
    assert!(lineup().with_objective(named).unwrap_err().to_string().contains("'a/b'"));
}
