//! Curvature along a training run.

mod runs;

use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize};

use super::interruptible::Interruptible;
use super::iterates::evenly;
use crate::landscape::curvature::{
    CurvatureMatrix, CurvatureOperator, gradient_descent_limit, nesterov_limit, polyak_limit,
};
use crate::numerics::spectral::{End, ExtremeOptions, extreme_eigenpairs};
use crate::numerics::{Vector, dot};
use crate::objective::Curvature;
use crate::solver::{LearningRate, Method, Schedule};

pub use runs::{Along, AlongRun, Hovering};

/// Who is told of points, by their number and how many there are, and when to end.
pub(super) struct Until<'a> {
    pub interrupt: &'a AtomicBool,
    pub on_point: &'a mut dyn FnMut(usize, usize),
}

impl Until<'_> {
    fn is_over(&self) -> bool {
        self.interrupt.load(Ordering::Relaxed)
    }
}

/// How eigenvalues along a run are found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AlongOptions {
    /// Whether λmin is looked for beside λmax. Default yes.
    pub smallest: bool,
    /// Largest residual over the spectral radius. Default 10⁻⁶; the residual of every value
    /// is given beside it.
    pub tolerance: f64,
    /// Products per point at most. Default 500.
    pub products_max: usize,
    /// The seed of the random vector that the first point begins with.
    pub seed: u64,
}

impl Default for AlongOptions {
    fn default() -> Self {
        Self { smallest: true, tolerance: 1e-6, products_max: 500, seed: 0 }
    }
}

/// The Hessian's ends at one iterate.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CurvatureAt {
    /// The iteration.
    pub iteration: u64,
    /// f(θ).
    pub loss: f64,
    /// λmax, the algebraically largest eigenvalue; NaN where products are not finite.
    pub largest: f64,
    /// An eigenvalue lies this close to it.
    pub largest_residual: f64,
    /// λmin, where it was looked for.
    pub smallest: Option<f64>,
    /// An eigenvalue lies this close to it.
    pub smallest_residual: Option<f64>,
    /// How the search ended.
    pub end: End,
    /// Products with the Hessian.
    pub products: usize,
}

/// λmax and λmin of the Hessian at these iterates, each search begun with the eigenvectors
/// of the iterate before.
///
/// ```
/// use losslab::lab::{AlongOptions, curvature_along};
/// use losslab::numerics::Vector;
/// use losslab::objective::Rosenbrock;
/// let iterates = [(7, Vector::from_vec(vec![1.0, 1.0]))];
/// let found = curvature_along(&Rosenbrock { dimension: 2 }, &iterates, &AlongOptions::default());
/// // The eigenvalues of [[802, −400], [−400, 200]].
/// assert!((found[0].largest - 1001.6006390).abs() < 1e-5);
/// assert!((found[0].smallest.unwrap() - 0.3993608).abs() < 1e-5);
/// ```
pub fn curvature_along<O: Curvature>(
    objective: &O,
    iterates: &[(u64, Vector)],
    options: &AlongOptions,
) -> Vec<CurvatureAt> {
    let mut until = Until { interrupt: &AtomicBool::new(false), on_point: &mut |_, _| {} };
    curvature_along_until(objective, iterates, options, &mut until)
}

/// The same up to an interrupt.
fn curvature_along_until<O: Curvature>(
    objective: &O,
    iterates: &[(u64, Vector)],
    options: &AlongOptions,
    until: &mut Until<'_>,
) -> Vec<CurvatureAt> {
    let mut point = O::Point::default();
    let mut start = Vec::new();
    let mut measured = Vec::new();
    for (iteration, theta) in iterates {
        objective.linearize_into(theta, &mut point);
        let hessian = CurvatureOperator::new(objective, &point, CurvatureMatrix::Hessian);
        let hessian = Interruptible { inner: &hessian, interrupt: until.interrupt };
        let found = extreme_eigenpairs(
            &hessian,
            &ExtremeOptions {
                largest: 1,
                smallest: usize::from(options.smallest),
                tolerance: options.tolerance,
                products_max: options.products_max,
                seed: options.seed,
                start: std::mem::take(&mut start),
                multiplicities: false,
            },
        );
        if until.is_over() {
            break;
        }
        let (largest, smallest) = (found.largest.first(), found.smallest.first());
        measured.push(CurvatureAt {
            iteration: *iteration,
            loss: objective.value(theta),
            largest: largest.map_or(f64::NAN, |pair| pair.value),
            largest_residual: largest.map_or(f64::NAN, |pair| pair.residual),
            smallest: smallest.map(|pair| pair.value),
            smallest_residual: smallest.map(|pair| pair.residual),
            end: found.end,
            products: found.products,
        });
        start.extend(found.largest.into_iter().chain(found.smallest).map(|pair| pair.vector));
        (until.on_point)(measured.len(), iterates.len());
    }
    measured
}

/// `count` of a run's iterates, at least the first and the last, evenly spaced as far as
/// whole numbers can be; all where there are no more.
pub fn chosen(iterates: &[(u64, Vector)], count: usize) -> Vec<(u64, Vector)> {
    evenly(iterates.len(), count).map(|index| iterates[index].clone()).collect()
}

/// The largest curvature at which a fixed step is stable on a quadratic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StabilityLimit {
    /// Its value.
    pub value: f64,
    /// Its formula.
    pub rule: &'static str,
}

/// The limit of a method with a learning rate that does not change; none for the others.
///
/// ```
/// use losslab::lab::stability_limit;
/// use losslab::solver::SolverSpec;
/// let of = |text: &str| Ok::<_, losslab::Error>(stability_limit(&SolverSpec::parse(text)?.method));
/// assert_eq!(of("gd:learning_rate=0.5")?.unwrap().value, 4.0);
/// assert_eq!(of("momentum:learning_rate=0.5,momentum=0.5")?.unwrap().value, 6.0);
/// assert_eq!(of("nesterov:learning_rate=0.5,momentum=0.5")?.unwrap().value, 3.0);
/// assert_eq!(of("lbfgs")?, None);
/// assert_eq!(of("gd:learning_rate=0.5,schedule=inverse,rate=0.1")?, None);
/// # Ok::<(), losslab::Error>(())
/// ```
pub fn stability_limit(method: &Method) -> Option<StabilityLimit> {
    let fixed = |rate: &LearningRate| {
        (rate.schedule == Schedule::Constant && rate.warm_up == 0).then_some(rate.initial)
    };
    match method {
        Method::Gd(gd) => {
            let value = gradient_descent_limit(fixed(&gd.learning_rate)?);
            Some(StabilityLimit { value, rule: "2/η" })
        }
        Method::Momentum(polyak) => {
            let value = polyak_limit(fixed(&polyak.learning_rate)?, polyak.momentum);
            Some(StabilityLimit { value, rule: "(2 + 2β)/η" })
        }
        Method::Nesterov(nesterov) => {
            let value = nesterov_limit(fixed(&nesterov.learning_rate)?, nesterov.momentum);
            Some(StabilityLimit { value, rule: "(2 + 2β)/(η (1 + 2β))" })
        }
        _ => None,
    }
}

/// The curvature that one step met, s = θₖ₊₁ − θₖ, H and g at θₖ.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepCurvature {
    /// k.
    pub iteration: u64,
    /// ‖s‖.
    pub length: f64,
    /// sᵀHs/‖s‖², the curvature along the step.
    pub along: f64,
    /// sᵀHs/(−gᵀs): 1 at the minimum of the quadratic model along the line, and below 2
    /// for a step that goes down and lowers that model. For s = −ηg it is η times the
    /// curvature along g.
    pub step_times_curvature: f64,
}

/// What the steps between successive iterates met; iterates with others left out between
/// them are passed over, and so are steps of length 0.
pub fn step_curvatures<O: Curvature>(
    objective: &O,
    iterates: &[(u64, Vector)],
) -> Vec<StepCurvature> {
    let mut until = Until { interrupt: &AtomicBool::new(false), on_point: &mut |_, _| {} };
    step_curvatures_until(objective, iterates, &mut until)
}

/// The same up to an interrupt.
fn step_curvatures_until<O: Curvature>(
    objective: &O,
    iterates: &[(u64, Vector)],
    until: &mut Until<'_>,
) -> Vec<StepCurvature> {
    let mut point = O::Point::default();
    let mut gradient = Vector::zeros(objective.dimension());
    let mut product = Vector::zeros(objective.dimension());
    let mut measured = Vec::new();
    let total = iterates.len().saturating_sub(1);
    for (index, pair) in iterates.windows(2).enumerate() {
        if until.is_over() {
            break;
        }
        (until.on_point)(index + 1, total);
        let (iteration, theta) = &pair[0];
        let step = &pair[1].1 - theta;
        let squared = dot(&step, &step);
        if pair[1].0 != iteration + 1 || squared == 0.0 {
            continue;
        }
        objective.value_gradient(theta, &mut gradient);
        objective.linearize_into(theta, &mut point);
        objective.hessian_vector(&point, &step, &mut product);
        let curvature = dot(&step, &product);
        measured.push(StepCurvature {
            iteration: *iteration,
            length: squared.sqrt(),
            along: curvature / squared,
            step_times_curvature: curvature / -dot(&gradient, &step),
        });
    }
    measured
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use super::*;
    use crate::lab::{ExperimentSpec, ProblemSettings, Recorded, Study};
    use crate::model::Loss;
    use crate::numerics::spectral::exact_spectrum;
    use crate::objective::Objective;
    use crate::solver::SolverSpec;

    fn recorded(solver: &str, hidden: &[usize], passes: f64) -> (Study, Recorded) {
        let settings = ProblemSettings {
            hidden: Some(hidden.to_vec()),
            loss: Some(Loss::SquaredError),
            ..ProblemSettings::default()
        };
        let problem = settings.build("iris").unwrap();
        let solvers = vec![SolverSpec::parse(solver).unwrap()];
        let mut spec = ExperimentSpec::new("check", vec![problem], solvers);
        spec.problems[0].target_loss = None;
        spec.seeds = vec![0];
        spec.budget = passes;
        let study = Study::first(&mut spec).unwrap();
        let run = study.record(&spec, 0, &AtomicBool::new(false), &mut |_| {});
        (study, run)
    }

    #[test]
    fn the_ends_are_those_of_the_dense_hessian() {
        let (study, run) = recorded("gd:learning_rate=0.1", &[5], 30.0);
        let risk = &study.instance.risk;
        let iterates = chosen(run.iterates.entries(), 5);
        assert_eq!(iterates.first().unwrap().0, 0);
        assert_eq!(iterates.last(), run.iterates.entries().last());
        let found = curvature_along(risk, &iterates, &AlongOptions::default());
        for (at, (iteration, theta)) in found.iter().zip(&iterates) {
            let point = risk.linearize(theta);
            let hessian = CurvatureOperator::new(risk, &point, CurvatureMatrix::Hessian);
            let mut spectrum = exact_spectrum(&hessian).unwrap();
            spectrum.sort_by(f64::total_cmp);
            let (low, high) = (spectrum[0], spectrum[spectrum.len() - 1]);
            assert_eq!((at.iteration, at.loss), (*iteration, risk.value(theta)));
            assert!((at.largest - high).abs() <= 1e-10 * high + at.largest_residual, "{at:?}");
            let smallest = at.smallest.unwrap();
            assert!((smallest - low).abs() <= 1e-10 * high + at.smallest_residual.unwrap());
            assert!((at.largest - high).abs() < 1e-8 * high, "{at:?} {high}");
        }
        let without = AlongOptions { smallest: false, ..AlongOptions::default() };
        assert_eq!(curvature_along(risk, &iterates, &without)[0].smallest, None);
    }

    #[test]
    fn on_a_quadratic_steps_follow_from_the_losses() {
        // A linear model under squared error: f(θ + s) = f + gᵀs + ½ sᵀHs exactly.
        for solver in ["cg", "lbfgs", "gd:learning_rate=0.1"] {
            let (study, run) = recorded(solver, &[], 25.0);
            let risk = &study.instance.risk;
            let iterates = run.iterates.entries();
            let found = step_curvatures(risk, iterates);
            assert!(found.len() >= 5, "{solver}: {}", found.len());
            for (step, pair) in found.iter().zip(iterates.windows(2)) {
                let mut gradient = Vector::zeros(risk.dimension());
                let before = risk.value_gradient(&pair[0].1, &mut gradient);
                let after = risk.value(&pair[1].1);
                let s = &pair[1].1 - &pair[0].1;
                let slope = dot(&gradient, &s);
                let expected = 2.0 * (1.0 - (after - before) / slope);
                // Below this the losses' own rounding shows.
                if (after - before).abs() > 1e-6 {
                    let off = (step.step_times_curvature - expected).abs();
                    assert!(off < 1e-6, "{solver} {step:?}: {expected}");
                    assert!(step.step_times_curvature < 2.0 && step.along > 0.0);
                }
                if solver.starts_with("gd") {
                    let along_gradient = step.along * 0.1;
                    assert!((step.step_times_curvature - along_gradient).abs() < 1e-9);
                }
            }
        }
    }

    #[test]
    fn sharpness_hovers_at_two_over_the_learning_rate() {
        // Cohen et al. 2021: full batch, squared error, tanh. Between 0.95 and 1.15 of it.
        for rate in [0.4, 0.6, 0.8] {
            let settings = ProblemSettings {
                hidden: Some(vec![8, 8]),
                loss: Some(Loss::SquaredError),
                l2: Some(0.0),
                ..ProblemSettings::default()
            };
            let solver = SolverSpec::parse(&format!("gd:learning_rate={rate}")).unwrap();
            let limit = stability_limit(&solver.method).unwrap().value;
            let problem = settings.build("iris").unwrap();
            let mut spec = ExperimentSpec::new("edge", vec![problem], vec![solver]);
            spec.problems[0].target_loss = None;
            spec.seeds = vec![0];
            spec.budget = 1501.0;
            let study = Study::first(&mut spec).unwrap();
            let run = study.record(&spec, 0, &AtomicBool::new(false), &mut |_| {});
            let options = AlongOptions { smallest: false, tolerance: 1e-5, ..Default::default() };
            let iterates = chosen(run.iterates.entries(), 51);
            let found = curvature_along(&study.instance.risk, &iterates, &options);
            let late: Vec<f64> =
                found.iter().filter(|at| at.iteration >= 1200).map(|at| at.largest).collect();
            let ratio = late.iter().sum::<f64>() / late.len() as f64 / limit;
            assert!((0.95..=1.15).contains(&ratio), "{rate}: {ratio}");
        }
    }

    #[test]
    fn chosen_iterates_hold_both_ends() {
        let iterates: Vec<(u64, Vector)> = (0..100).map(|k| (k, Vector::zeros(1))).collect();
        for count in [1, 2, 7, 100, 1000] {
            let picked = chosen(&iterates, count);
            assert_eq!((picked[0].0, picked[picked.len() - 1].0), (0, 99));
            assert_eq!(picked.len(), count.clamp(2, 100));
            assert!(picked.windows(2).all(|pair| pair[0].0 < pair[1].0));
        }
        assert!(chosen(&[], 5).is_empty());
        assert_eq!(chosen(&iterates[..1], 5).len(), 1);
    }
}
