//! Curvature at the ends of a run, or at given weights.

mod at;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::sharpness::{self, Sharpness};
use super::{
    Along, AlongOptions, AlongRun, Event, ExperimentSpec, Iterates, Metric, Recorded, Run, Study,
};
use crate::cluster::Ranks;
use crate::error::{Error, Result};
use crate::landscape::curvature::{CurvatureMatrix, Gap};
use crate::model::{Activation, Loss, Network, Operation};
use crate::numerics::Vector;
use crate::numerics::spectral::{
    DensityOptions, Extremes, SmoothDensity, TraceEstimate, TraceMethod,
};
use crate::objective::Objective;

use self::at::At;

/// What is told while it is measured.
pub type Observe<'o> = &'o mut (dyn FnMut(Event<'_>) + Send);

/// A point at which curvature is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// The problem's random start.
    Start,
    /// An iterate of the run, by its iteration.
    Iteration(u64),
    /// The parameters at the run's lowest training loss.
    End,
    /// The problem's given weights.
    Weights,
}

impl Place {
    /// The name in records.
    pub fn name(self) -> String {
        match self {
            Self::Start => "start".to_owned(),
            Self::Iteration(iteration) => format!("iteration-{iteration}"),
            Self::End => "end".to_owned(),
            Self::Weights => "weights".to_owned(),
        }
    }
}

/// What to measure.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// Eigenpairs at each end. Default 10.
    pub count: usize,
    /// Largest residual over the spectral radius. Default 10⁻¹⁰.
    pub tolerance: f64,
    /// The matrices. Default the Hessian.
    pub matrices: Vec<CurvatureMatrix>,
    /// Whether also each layer's diagonal block of the first matrix. Default no.
    pub layers: bool,
    /// How the trace is estimated. Default [`TraceMethod::HutchPlusPlus`].
    pub trace: TraceMethod,
    /// With how many probes. Default 30.
    pub trace_probes: usize,
    /// How the density is measured, if it is; the seed is the problem's. Default as many
    /// probes as the dimension asks for, of 80 steps.
    pub density: Option<DensityOptions>,
    /// The kernel's width as a share of the spectrum's. Default 0.01.
    pub width: f64,
    /// Whether before training too, where the problem is trained. Default no.
    pub start: bool,
    /// The iterations of the first solver's run after which to measure too; of those beyond
    /// its end, or left out of its record, the last before counts. Default none.
    pub iterations: Vec<u64>,
    /// Whether after training, likewise. Default yes.
    pub end: bool,
    /// How far the loss rises around a point, where that is asked for. Default yes.
    pub sharpness: Option<sharpness::Request>,
    /// At about how many iterates of each solver's run the extreme eigenvalues are measured,
    /// where that is asked for. Default no.
    pub along: Option<usize>,
}

impl Default for Request {
    fn default() -> Self {
        Self {
            count: 10,
            tolerance: 1e-10,
            matrices: vec![CurvatureMatrix::Hessian],
            layers: false,
            trace: TraceMethod::HutchPlusPlus,
            trace_probes: 30,
            density: Some(DensityOptions::default()),
            width: 0.01,
            start: false,
            iterations: Vec::new(),
            end: true,
            sharpness: Some(sharpness::Request::default()),
            along: None,
        }
    }
}

/// What was measured, and of what.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Answer {
    /// The problem's name.
    pub problem: String,
    /// What it is, in words.
    pub title: String,
    /// The network.
    pub network: Network,
    /// The loss with its penalty, in words.
    pub loss: String,
    /// λ of the penalty ½ λ ‖w‖² on weights, not biases.
    pub l2: f64,
    /// The number of rows that the loss is a mean over.
    pub rows: usize,
    /// The seed of split, start and random vectors.
    pub seed: u64,
    /// The number of classes, where targets are classes.
    pub classes: Option<usize>,
    /// The first solver's run, where the problem was trained.
    pub run: Option<Run>,
    /// The file that θ is from, where it was not.
    pub weights: Option<PathBuf>,
    /// What was asked for.
    pub request: Request,
    /// The points, in the order in which a run comes to them.
    pub points: Vec<PointSpectrum>,
    /// Curvature along each solver's run, where that was asked for.
    pub along: Option<Along>,
    /// What has to be known of such numbers.
    pub caveats: Vec<&'static str>,
    /// Whether the user ended it before all was measured.
    pub interrupted: bool,
}

/// Curvature at one point.
#[derive(Clone, Debug)]
pub struct PointSpectrum {
    /// Which.
    pub place: Place,
    /// θ.
    pub theta: Vector,
    /// f(θ), penalty included.
    pub loss: f64,
    /// ‖∇f(θ)‖.
    pub gradient_norm: f64,
    /// ‖Uᵀ∇f‖²/‖∇f‖² with the Hessian's largest eigenpairs U, where they were asked for:
    /// the share of the gradient in their space.
    pub gradient_share: Option<f64>,
    /// Each matrix.
    pub matrices: Vec<MatrixSpectrum>,
    /// Each layer's block of the first matrix, where they were asked for.
    pub layers: Vec<LayerSpectrum>,
    /// How far the loss rises around it, where that was asked for.
    pub sharpness: Option<Sharpness>,
    /// What all but the last took in passes: one loss with gradient is 1, linearising ⅔, a
    /// Hessian-vector product 2, a Gauss–Newton product 1⅓.
    pub passes: f64,
}

/// The spectrum of one matrix.
#[derive(Clone, Debug)]
pub struct MatrixSpectrum {
    /// Which.
    pub matrix: CurvatureMatrix,
    /// Eigenpairs at both ends.
    pub extremes: Extremes,
    /// The largest gap among the first 2C of the largest, with C classes.
    pub gap: Option<Gap>,
    /// Its trace.
    pub trace: TraceEstimate,
    /// Its density, where it was asked for.
    pub density: Option<MeasuredDensity>,
    /// Products with it.
    pub products: usize,
}

/// A density, and the spectrum itself where the matrix is small.
#[derive(Clone, Debug)]
pub struct MeasuredDensity {
    /// Probes and steps of each.
    pub probes: [usize; 2],
    /// By stochastic Lanczos quadrature.
    pub smooth: SmoothDensity,
    /// All eigenvalues, smallest first, up to 2 000.
    pub exact: Option<Vec<f64>>,
    /// ∫ |density − density of these| for the same kernel.
    pub distance: Option<f64>,
}

/// The diagonal block of one layer.
#[derive(Clone, Debug)]
pub struct LayerSpectrum {
    /// The layer's place in the list that describes the network, from 0.
    pub layer: usize,
    /// Its parameters.
    pub dimension: usize,
    /// Eigenpairs at both ends.
    pub extremes: Extremes,
    /// The block's trace.
    pub trace: TraceEstimate,
    /// Products with the whole matrix.
    pub products: usize,
}

/// Trains the first problem of `spec` at its first seed by the first solver, and measures
/// curvature at the points asked for; or at the problem's weights, where it has any. Along
/// runs curvature is measured for every solver.
///
/// # Errors
/// When data or weights cannot be read or do not fit, or more eigenvalues are wanted than
/// there are.
///
/// ```
/// use std::sync::atomic::AtomicBool;
/// use losslab::lab::ExperimentSpec;
/// use losslab::lab::spectrum::{Request, measure};
/// let mut spec = ExperimentSpec::named("check", &["iris"], &["lbfgs"])?;
/// spec.budget = 20.0;
/// let request = Request { count: 3, density: None, ..Request::default() };
/// let answer = measure(&mut spec, &request, &AtomicBool::new(false), &mut |_| {})?;
/// let found = &answer.points[0].matrices[0].extremes;
/// assert!(found.converged() && found.largest[0].value > found.smallest[0].value);
/// # Ok::<(), losslab::Error>(())
/// ```
pub fn measure(
    spec: &mut ExperimentSpec,
    request: &Request,
    interrupt: &AtomicBool,
    observe: Observe<'_>,
) -> Result<Answer> {
    measure_on(&Arc::new(Ranks::alone()), spec, request, interrupt, observe)
}

/// [`measure`] with the rows spread over the ranks. The other ranks are in
/// [`follow`](super::follow).
///
/// # Errors
/// As there; and what a rank says that cannot read its rows.
pub fn measure_on(
    ranks: &Arc<Ranks>,
    spec: &mut ExperimentSpec,
    request: &Request,
    interrupt: &AtomicBool,
    observe: Observe<'_>,
) -> Result<Answer> {
    let study = Study::first_on(ranks, spec)?;
    let parameters = study.instance.risk.dimension();
    if request.count > parameters {
        return Err(Error::Specification {
            place: "--count".to_owned(),
            problem: format!(
                "{} eigenvalues are wanted, and the network has {parameters} parameters",
                request.count
            ),
            remedy: format!("give a count of at most {parameters}"),
        });
    }
    let start = || study.instance.start.clone();
    let is_given = study.problem.weights.is_some();
    check_memory(request, parameters)?;
    let mut along = request.along.map(|_| Along::new(&study));
    let mut trained = None;
    let trains = request.end || !request.iterations.is_empty();
    let solvers = match (&along, trains && !is_given) {
        (Some(_), _) => spec.solvers.len(),
        (None, trains) => usize::from(trains),
    };
    for index in 0..solvers {
        let (recorded, curvature) = train(spec, index, &study, request, interrupt, observe);
        trained.get_or_insert_with(|| {
            let on_the_way = on_the_way(request, recorded.iterates.entries());
            (recorded.run, (recorded.theta, on_the_way))
        });
        along.iter_mut().for_each(|along| along.runs.extend(curvature.clone()));
        if interrupt.load(Ordering::Relaxed) {
            break;
        }
    }
    let (run, end) = trained.unzip();
    let places = match is_given {
        true => vec![(Place::Weights, start())],
        false => {
            let start = request.start.then(|| (Place::Start, start()));
            let (end, on_the_way) = end.unzip();
            let end = end.filter(|_| request.end).map(|theta| (Place::End, theta));
            start.into_iter().chain(on_the_way.into_iter().flatten()).chain(end).collect()
        }
    };
    let risk = &study.instance.risk;
    let network = Network::clone(risk.network());
    let is_classes = study.summary.metric == Metric::Accuracy;
    let mut answer = Answer {
        problem: study.problem.name.clone(),
        title: study.summary.title.clone(),
        loss: study.summary.loss.clone(),
        l2: study.problem.l2,
        rows: risk.rows(),
        seed: study.seed,
        classes: is_classes.then(|| network.outputs().max(2)),
        run,
        weights: study.problem.weights.clone(),
        request: request.clone(),
        points: Vec::new(),
        along,
        caveats: caveats(&network, study.instance.criterion.loss, study.problem.l2),
        network,
        interrupted: interrupt.load(Ordering::Relaxed),
    };
    for (place, theta) in places {
        let at = At { study: &study, request, classes: answer.classes, place, interrupt };
        match at.measure(theta, observe) {
            Some(point) => answer.points.push(point),
            None => answer.interrupted = true,
        }
    }
    Ok(answer)
}

/// Bytes of vectors that one measurement may keep side by side (8 GiB).
const VECTORS_MAX: usize = 8 << 30;

/// That vectors as long as θ, as many as are asked for, have room.
fn check_memory(request: &Request, parameters: usize) -> Result<()> {
    let density = request.density.as_ref().map_or(0, |density| density.probes_at(parameters));
    // A search keeps up to four vectors for each eigenpair, Hutch++ two sketches and probes.
    let kept = [
        ("--count", 4 * request.count),
        ("--probes", 3 * request.trace_probes),
        ("--density-probes", density),
    ];
    for (flag, vectors) in kept {
        let bytes = vectors.saturating_mul(parameters).saturating_mul(size_of::<f64>());
        if bytes > VECTORS_MAX {
            let most = VECTORS_MAX / size_of::<f64>() / parameters;
            return Err(Error::Specification {
                place: flag.to_owned(),
                problem: format!("it asks for {vectors} vectors of {parameters} numbers at once"),
                remedy: format!("give a number so small that {most} are enough"),
            });
        }
    }
    Ok(())
}

/// The run of a solver, its end, and curvature along it where that is asked for.
fn train(
    spec: &ExperimentSpec,
    index: usize,
    study: &Study,
    request: &Request,
    interrupt: &AtomicBool,
    observe: Observe<'_>,
) -> (Recorded, Option<AlongRun>) {
    let solver = &spec.solvers[index];
    let needs_iterates = request.along.is_some() || !request.iterations.is_empty();
    let recorded = match needs_iterates {
        true => study.record(spec, index, interrupt, observe),
        false => {
            let turn = study.turn(spec, index);
            let (run, theta) = study.solve(spec, turn, interrupt, observe);
            Recorded { run, theta, iterates: Iterates::default() }
        }
    };
    let curvature = request.along.map(|points| {
        let options = AlongOptions { seed: study.seed, ..AlongOptions::default() };
        AlongRun::measure(study, solver, &recorded, points, &options, interrupt, observe)
    });
    (recorded, curvature)
}

/// The iterates asked for, each once, in order.
fn on_the_way(request: &Request, iterates: &[(u64, Vector)]) -> Vec<(Place, Vector)> {
    let mut chosen: Vec<usize> = request
        .iterations
        .iter()
        .map(|wanted| iterates.partition_point(|(iteration, _)| iteration <= wanted).max(1) - 1)
        .collect();
    chosen.sort_unstable();
    chosen.dedup();
    let found = chosen.into_iter().filter_map(|index| iterates.get(index));
    found.map(|(iteration, theta)| (Place::Iteration(*iteration), theta.clone())).collect()
}

/// What is true of all such numbers, and of these.
fn caveats(network: &Network, loss: Loss, l2: f64) -> Vec<&'static str> {
    let mut found = vec![
        "eigenvalues and traces are of the parameters as they are: rescaling the layers of a \
         network can change them and not the function (Dinh et al. 2017)",
    ];
    let has_kinks = network.layers().iter().any(|layer| {
        matches!(layer.activation, Activation::Relu | Activation::LeakyRelu)
            || matches!(layer.operation, Operation::MaxPool2d(_))
    });
    if has_kinks {
        found.push(
            "the network is piecewise linear: its second derivatives are those within a piece, \
             without the kinks between them",
        );
    }
    if matches!(loss, Loss::AbsoluteError | Loss::Huber) {
        found.push(
            "the loss is not twice differentiable everywhere: its second derivative is that \
             within a piece",
        );
    }
    if l2 > 0.0 {
        found.push(
            "the penalty is part of the Hessian and of the Gauss-Newton matrix, not of the \
             remainder: it adds its weight to the curvature along weights, and nothing along \
             biases",
        );
    }
    found
}
