//! One table: every method, on every problem it can be run on, in every weather. Each run
//! ends in time, within its budget, with a right status, and with its best point kept.

mod problems;
mod weather;

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use losslab::objective::Objective;
use losslab::solver::{Conditions, Method, Outcome, SolverSpec, Status, run};
use problems::Problem;
use weather::{TOLERANCE, Weather};

/// How long a run may take; each takes milliseconds.
const WATCHDOG: Duration = Duration::from_secs(20);

/// What can be expected of a method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// The step is a learning rate, which does not look at the loss.
    Rate,
    /// As well, and whose schedule ends.
    EndingRate,
    /// Looks before it steps, and converges at a linear rate at best.
    Slow,
    /// Looks before it steps, and uses curvature.
    Fast,
    /// The same, with a curvature that is exact only where the residuals are 0.
    GaussNewton,
    /// argmin's, which may fail in ways of its own.
    Stock,
}

impl Kind {
    /// Passes with time to spare; a product with second derivatives takes two.
    fn passes(self) -> f64 {
        if matches!(self, Self::Fast | Self::GaussNewton) { 3000.0 } else { 300.0 }
    }
}

/// Every method with its options. `RATE` stands for the problem's learning rate.
fn variants() -> Vec<(String, Kind)> {
    let mut all = Vec::new();
    let mut add = |text: String, kind| all.push((text, kind));
    for name in ["gd", "momentum", "nesterov"] {
        add(format!("{name}:RATE"), Kind::Rate);
    }
    for schedule in ["step,every=50,factor=0.5", "exponential,rate=0.01", "inverse,rate=0.01"] {
        add(format!("gd:RATE,warm_up=5,schedule={schedule}"), Kind::Rate);
    }
    for schedule in ["cosine", "one-cycle"] {
        for name in ["gd", "sgd", "adam"] {
            add(format!("{name}:RATE,schedule={schedule},horizon=40"), Kind::EndingRate);
        }
    }
    for search in ["more-thuente", "hager-zhang", "backtracking"] {
        let search = format!("line_search={search}");
        add(format!("gd-line-search:{search}"), Kind::Slow);
        for beta in
            ["fletcher-reeves", "polak-ribiere-plus", "hestenes-stiefel", "dai-yuan", "hager-zhang"]
        {
            add(format!("cg:beta={beta},{search}"), Kind::Slow);
        }
        for method in ["lbfgs", "lbfgs:memory=2,damping=yes", "bfgs", "newton-cg"] {
            let separator = if method.contains(':') { ',' } else { ':' };
            add(format!("{method}{separator}{search}"), Kind::Fast);
        }
    }
    add("gd-line-search:line_search=fixed,RATE".to_owned(), Kind::Rate);
    add("barzilai-borwein".to_owned(), Kind::Slow);
    for method in ["sr1-trust-region", "trust-region"] {
        add(method.to_owned(), Kind::Fast);
    }
    add("hessian-free".to_owned(), Kind::GaussNewton);
    for options in ["", ",momentum=0.9", ",momentum=0.9,nesterov=yes", ",averaging=yes"] {
        for batches in ["", ",batch=2", ",batch=5,steps=3"] {
            add(format!("sgd:RATE{options}{batches}"), Kind::Rate);
        }
    }
    for name in ["adagrad", "rmsprop", "adam", "adamw"] {
        for options in ["", ",batch=2,steps=1", ",batch=4,averaging=yes"] {
            add(format!("{name}:RATE{options}"), Kind::Rate);
        }
    }
    for search in [
        "argmin-more-thuente",
        "argmin-hager-zhang",
        "argmin-backtracking",
        "more-thuente",
        "hager-zhang",
        "backtracking",
    ] {
        let search = format!("line_search={search}");
        for name in ["argmin-gd", "argmin-lbfgs", "argmin-bfgs", "argmin-newton-cg"] {
            add(format!("{name}:{search}"), Kind::Stock);
        }
        for beta in ["fletcher-reeves", "polak-ribiere", "polak-ribiere-plus", "hestenes-stiefel"] {
            add(format!("argmin-cg:beta={beta},{search}"), Kind::Stock);
        }
    }
    add("argmin-trust-region".to_owned(), Kind::Stock);
    all
}

fn method(text: &str, problem: Problem) -> Method {
    let rate = format!("learning_rate={}", problem.learning_rate());
    SolverSpec::parse(&text.replace("RATE", &rate)).unwrap().method
}

/// The statuses that are right.
fn right(kind: Kind, problem: Problem, weather: Weather) -> &'static [Status] {
    use Status::{
        BudgetSpent, Converged, LineSearchFailed, NonFinite, Stalled, TargetReached, Unbounded,
    };
    match (weather, kind) {
        (Weather::Stationary, _) => &[Converged],
        (Weather::AtTarget, _) => &[TargetReached],
        (Weather::OnePass, _) => &[BudgetSpent],
        (Weather::Calm | Weather::Wall, Kind::Fast) => &[Converged],
        (Weather::Calm | Weather::Wall, Kind::GaussNewton) if problem != Problem::Risk => {
            &[Converged]
        }
        (Weather::Calm, Kind::Slow) if problem == Problem::Bowl => &[Converged],
        (Weather::Calm | Weather::Wall, Kind::Slow | Kind::GaussNewton) => {
            &[Converged, BudgetSpent]
        }
        (Weather::Calm, Kind::Rate) => &[Converged, BudgetSpent],
        (Weather::Calm, Kind::EndingRate) => &[Converged, Stalled],
        // Momentum runs into the wall.
        (Weather::Wall, Kind::Rate) => &[Converged, BudgetSpent, NonFinite, LineSearchFailed],
        (Weather::Wall, Kind::EndingRate) => &[Converged, Stalled, NonFinite],
        (Weather::Calm, Kind::Stock) => &[Converged, BudgetSpent, LineSearchFailed, Stalled],
        (Weather::Wall, Kind::Stock) => {
            &[Converged, BudgetSpent, LineSearchFailed, Stalled, NonFinite]
        }
        (Weather::Blocked, Kind::Slow | Kind::Fast | Kind::GaussNewton) => {
            &[BudgetSpent, LineSearchFailed, Stalled]
        }
        (Weather::Blocked, _) => &[BudgetSpent, LineSearchFailed, Stalled, NonFinite],
        (Weather::NanAfter(_), _) => &[NonFinite, LineSearchFailed, Stalled],
        (Weather::StationaryUnseen, Kind::Slow | Kind::Fast | Kind::GaussNewton) => &[Converged],
        (Weather::StationaryUnseen, _) => &[Converged, BudgetSpent, LineSearchFailed, Stalled],
        (Weather::Bottomless, Kind::Slow | Kind::Fast | Kind::GaussNewton) => {
            &[Unbounded, BudgetSpent]
        }
        (Weather::Bottomless, _) => &[Unbounded, BudgetSpent, LineSearchFailed, NonFinite, Stalled],
    }
}

/// What is wrong with the end of a run, if anything is.
fn check(outcome: &Outcome, kind: Kind, problem: Problem, weather: Weather) -> Result<(), String> {
    let demand = |holds: bool, text: String| if holds { Ok(()) } else { Err(text) };
    let stopping = weather.stopping(kind.passes());
    let status = outcome.status;
    let early = matches!(weather, Weather::NanAfter(_)) && status == Status::Converged;
    let is_right = right(kind, problem, weather).contains(&status)
        || (early && outcome.gradient_norm <= 2.0 * TOLERANCE);
    demand(is_right, format!("{status:?} {:?}", outcome.message))?;
    demand(outcome.passes <= stopping.passes, format!("{} passes", outcome.passes))?;
    let at_once = matches!(weather, Weather::Stationary | Weather::AtTarget);
    demand(!at_once || outcome.passes == 0.0, format!("{} passes", outcome.passes))?;
    // What the trace says is what the function says, without the failures.
    let sky = if matches!(weather, Weather::NanAfter(_)) { Weather::Calm } else { weather };
    let function = sky.over(problem);
    let start = function.value(&weather.start(problem));
    let close = |x: f64, y: f64| (x - y).abs() <= 1e-12 * x.abs().max(1.0);
    let losses: Vec<f64> = outcome.trace.iter().map(|entry| entry.loss).collect();
    demand(!losses.is_empty() && close(losses[0], start), "the start is not recorded".into())?;
    demand(losses.iter().all(|loss| loss.is_finite()), format!("{losses:?}"))?;
    let lowest = losses.iter().copied().fold(f64::INFINITY, f64::min);
    demand(outcome.loss == lowest, format!("{} is not the lowest, {lowest}", outcome.loss))?;
    let there = function.value(&outcome.theta);
    demand(close(outcome.loss, there), format!("{} is said, {there} is", outcome.loss))?;
    demand(outcome.iterations as usize + 1 == losses.len(), "iterations and trace".into())?;
    let passes = outcome.trace.windows(2).all(|pair| pair[0].passes <= pair[1].passes);
    demand(passes, "passes run backwards".into())?;
    let descends = outcome.loss < start || at_once || weather == Weather::StationaryUnseen;
    let walled = matches!(weather, Weather::Wall | Weather::Blocked);
    let blind = walled && matches!(kind, Kind::Rate | Kind::EndingRate);
    let may_stay = matches!(weather, Weather::OnePass | Weather::NanAfter(_)) || blind;
    demand(descends || may_stay || kind == Kind::Stock, format!("{start} did not fall"))
}

/// The run, on a thread of its own, which is given up when it takes too long.
fn watched(
    method: Method,
    kind: Kind,
    problem: Problem,
    weather: Weather,
) -> Result<Outcome, String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let objective = weather.over(problem);
        let mut ignore = |_: &_, _: &_| {};
        let conditions = Conditions::new(weather.stopping(kind.passes()), &mut ignore);
        let outcome = run(&objective, &method, &weather.start(problem), conditions);
        let _ = sender.send(outcome);
    });
    receiver.recv_timeout(WATCHDOG).map_err(|error| match error {
        RecvTimeoutError::Timeout => "it hangs".to_owned(),
        RecvTimeoutError::Disconnected => "it panics".to_owned(),
    })
}

#[test]
fn every_method_ends_well_on_every_problem_in_every_weather() {
    let (mut failures, mut runs) = (Vec::new(), 0);
    for (text, kind) in variants() {
        for problem in Problem::ALL {
            let method = method(&text, problem);
            let fits = method.entry().needs.iter().all(|need| problem.has(*need));
            for weather in Weather::ALL {
                runs += 1;
                let result = watched(method.clone(), kind, problem, weather).and_then(|outcome| {
                    if fits {
                        return check(&outcome, kind, problem, weather);
                    }
                    let declined = outcome.status == Status::Unsupported;
                    let free = outcome.passes == 0.0 && outcome.trace.is_empty();
                    if declined && free { Ok(()) } else { Err("it is not declined".to_owned()) }
                });
                if let Err(text_of) = result {
                    failures.push(format!("{text} on {problem:?}, {weather:?}: {text_of}"));
                }
            }
        }
    }
    println!("{runs} runs");
    assert!(failures.is_empty(), "{} of {runs}:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn the_table_has_every_method() {
    let variants = variants();
    for method in Method::all() {
        let name = method.name();
        let named = |text: &str| text.split(':').next() == Some(name);
        assert!(variants.iter().any(|(text, _)| named(text)), "{name} is not in the table");
    }
}
