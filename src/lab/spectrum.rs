//! Curvature at the ends of a run, or at given weights.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::{Event, ExperimentSpec, Metric, Run, Study};
use crate::error::Result;
use crate::landscape::curvature::{
    CurvatureMatrix, CurvatureOperator, DiagonalBlock, Gap, largest_gap, layer_blocks,
};
use crate::model::{Activation, Loss, Network, Operation};
use crate::numerics::spectral::{
    DensityOptions, EXACT_MAX, Eigenpair, ExtremeOptions, Extremes, SmoothDensity, TraceEstimate,
    TraceMethod, exact_spectrum, extreme_eigenpairs, spectral_density,
};
use crate::numerics::{SymmetricOperator, Vector, dot, norm};
use crate::objective::{Curvature, Objective, Risk};

/// Points in the kernel's width, for a density that keeps its shape.
const POINTS_IN_SIGMA: f64 = 4.0;

/// What is told while it is measured.
pub type Observe<'o> = &'o mut (dyn FnMut(Event<'_>) + Send);

/// A point at which curvature is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// The problem's random start.
    Start,
    /// The parameters at the run's lowest training loss.
    End,
    /// The problem's given weights.
    Weights,
}

impl Place {
    /// The name in records.
    pub fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::End => "end",
            Self::Weights => "weights",
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
    /// Whether after training, likewise. Default yes.
    pub end: bool,
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
            end: true,
        }
    }
}

/// What was measured, and of what.
#[derive(Clone, Debug)]
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
    /// The run, where the problem was trained.
    pub run: Option<Run>,
    /// The file that θ is from, where it was not.
    pub weights: Option<PathBuf>,
    /// What was asked for.
    pub request: Request,
    /// The points, in the order in which a run comes to them.
    pub points: Vec<PointSpectrum>,
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
    /// What it took in passes: one loss with gradient is 1, linearising ⅔, a
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
/// curvature at the points asked for; or at the problem's weights, where it has any.
///
/// # Errors
/// When data or weights cannot be read or do not fit.
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
    let study = Study::first(spec)?;
    let mut places = Vec::new();
    let mut run = None;
    let start = || study.instance.start.clone();
    if study.problem.weights.is_some() {
        places.push((Place::Weights, start()));
    } else {
        if request.start {
            places.push((Place::Start, start()));
        }
        if request.end {
            let (trained, theta) = train(spec, &study, interrupt, observe);
            run = Some(trained);
            places.push((Place::End, theta));
        }
    }
    let risk = &study.instance.risk;
    let network = Network::clone(risk.network());
    let is_classes = study.summary.metric == Metric::Accuracy;
    let mut answer = Answer {
        problem: study.problem.name.clone(),
        title: study.summary.title.clone(),
        loss: study.summary.loss.clone(),
        l2: study.problem.l2,
        rows: risk.samples().rows(),
        seed: study.seed,
        classes: is_classes.then(|| network.outputs().max(2)),
        run,
        weights: study.problem.weights.clone(),
        request: request.clone(),
        points: Vec::new(),
        caveats: caveats(&network, study.instance.criterion.loss, study.problem.l2),
        network,
        interrupted: false,
    };
    for (place, theta) in places {
        let at = At { risk, request, seed: study.seed, classes: answer.classes, place, interrupt };
        match at.measure(theta, observe) {
            Some(point) => answer.points.push(point),
            None => answer.interrupted = true,
        }
    }
    Ok(answer)
}

fn train(
    spec: &ExperimentSpec,
    study: &Study,
    interrupt: &AtomicBool,
    observe: Observe<'_>,
) -> (Run, Vector) {
    let solver = &spec.solvers[0];
    observe(Event::RunStarted {
        index: 0,
        total: 1,
        problem: &study.problem.name,
        solver: &solver.label,
        seed: study.seed,
        budget: spec.budget,
    });
    let recorded = study.record(spec, solver, interrupt, &mut |event| observe(event));
    let network = study.instance.risk.network();
    observe(Event::RunFinished { run: &recorded.run, network, theta: &recorded.theta });
    (recorded.run, recorded.theta)
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

/// One point and what is asked of it.
struct At<'a> {
    risk: &'a Risk,
    request: &'a Request,
    seed: u64,
    classes: Option<usize>,
    place: Place,
    interrupt: &'a AtomicBool,
}

impl At<'_> {
    /// None where the user interrupts.
    fn measure(&self, theta: Vector, observe: Observe<'_>) -> Option<PointSpectrum> {
        let mut gradient = Vector::zeros(theta.len());
        let loss = self.risk.value_gradient(&theta, &mut gradient);
        let linearized = self.risk.linearize(&theta);
        let mut passes = 1.0 + 2.0 / 3.0;
        let listener = Mutex::new(observe);
        let mut matrices = Vec::new();
        let mut gradient_share = None;
        for matrix in &self.request.matrices {
            let operator = CurvatureOperator::new(self.risk, &linearized, *matrix);
            let found = self.matrix(*matrix, &operator, &listener)?;
            passes += passes_of(*matrix, found.products);
            if *matrix == CurvatureMatrix::Hessian {
                gradient_share = Some(share(&gradient, &found.extremes));
            }
            matrices.push(found);
        }
        let mut layers = Vec::new();
        if self.request.layers {
            let matrix = *self.request.matrices.first()?;
            let operator = CurvatureOperator::new(self.risk, &linearized, matrix);
            for (layer, places) in layer_blocks(self.risk.network()) {
                let found = self.layer(layer, places, operator, &listener)?;
                passes += passes_of(matrix, found.products);
                layers.push(found);
            }
        }
        Some(PointSpectrum {
            place: self.place,
            loss,
            gradient_norm: norm(&gradient),
            gradient_share,
            theta,
            matrices,
            layers,
            passes,
        })
    }

    fn matrix(
        &self,
        matrix: CurvatureMatrix,
        operator: &impl SymmetricOperator,
        listener: &Mutex<Observe<'_>>,
    ) -> Option<MatrixSpectrum> {
        let (extremes, trace) = self.ends_and_trace(matrix.name(), operator, listener)?;
        let mut products = extremes.products + trace.products;
        let density = match &self.request.density {
            Some(options) => {
                let what = format!("{}: density of the {}", self.place.name(), matrix.name());
                let options = DensityOptions { seed: self.seed, ..*options };
                let n = operator.dimension();
                let exact = n <= EXACT_MAX;
                let steps = options.probes_at(n) * options.steps.min(n) + if exact { n } else { 0 };
                let counted = Counted::new(operator, listener, &what, steps);
                let found = spectral_density(&counted, &options);
                let exact = exact_spectrum(&counted);
                products += counted.done.into_inner();
                let ends = |pairs: &[Eigenpair]| pairs.first().map(|pair| pair.value);
                let low = ends(&extremes.smallest).unwrap_or(f64::INFINITY);
                let high = ends(&extremes.largest).unwrap_or(f64::NEG_INFINITY);
                let points = (POINTS_IN_SIGMA / self.request.width).ceil() as usize;
                let probes = [found.probes.len(), options.steps.min(n)];
                let smooth = found.smooth(self.request.width, [low, high], points);
                smooth.map(|smooth| {
                    let reference = exact.as_ref().map(|exact| smooth.of_spectrum(exact));
                    let distance = reference.map(|reference| smooth.distance(&reference));
                    MeasuredDensity { probes, smooth, exact, distance }
                })
            }
            None => None,
        };
        let values: Vec<f64> = extremes.largest.iter().map(|pair| pair.value).collect();
        let gap = self.classes.and_then(|classes| {
            // With fewer eigenvalues the rule is not the rule.
            (values.len() >= 2 * classes).then(|| largest_gap(&values, 2 * classes)).flatten()
        });
        (!self.interrupted()).then_some(MatrixSpectrum {
            matrix,
            extremes,
            gap,
            trace,
            density,
            products,
        })
    }

    fn layer(
        &self,
        layer: usize,
        places: Vec<Range<usize>>,
        operator: CurvatureOperator<'_, Risk>,
        listener: &Mutex<Observe<'_>>,
    ) -> Option<LayerSpectrum> {
        let block = DiagonalBlock::new(operator, places);
        let name = format!("layer {layer}");
        let (extremes, trace) = self.ends_and_trace(&name, &block, listener)?;
        let products = extremes.products + trace.products;
        let dimension = block.dimension();
        Some(LayerSpectrum { layer, dimension, extremes, trace, products })
    }

    /// Eigenpairs at both ends, and the trace; none where the user interrupts.
    fn ends_and_trace(
        &self,
        name: &str,
        operator: &impl SymmetricOperator,
        listener: &Mutex<Observe<'_>>,
    ) -> Option<(Extremes, TraceEstimate)> {
        let place = self.place.name();
        let Request { count, tolerance, trace, trace_probes, .. } = *self.request;
        if self.interrupted() {
            return None;
        }
        let options = ExtremeOptions {
            largest: count,
            smallest: count,
            tolerance,
            seed: self.seed,
            ..ExtremeOptions::default()
        };
        let what = format!("{place}: eigenvalues of the {name}");
        let extremes = extreme_eigenpairs(&Counted::new(operator, listener, &what, 0), &options);
        if self.interrupted() {
            return None;
        }
        let what = format!("{place}: trace of the {name}");
        let products = match trace {
            TraceMethod::Hutchinson => trace_probes,
            TraceMethod::HutchPlusPlus => 3 * trace_probes,
        };
        let counted = Counted::new(operator, listener, &what, products);
        let trace = trace.estimate(&counted, trace_probes, self.seed);
        (!self.interrupted()).then_some((extremes, trace))
    }

    fn interrupted(&self) -> bool {
        self.interrupt.load(Ordering::Relaxed)
    }
}

fn passes_of(matrix: CurvatureMatrix, products: usize) -> f64 {
    let each = match matrix {
        CurvatureMatrix::Hessian => 2.0,
        CurvatureMatrix::GaussNewton => 4.0 / 3.0,
        CurvatureMatrix::Remainder => 2.0 + 4.0 / 3.0,
    };
    each * products as f64
}

/// ‖Uᵀg‖²/‖g‖².
fn share(gradient: &Vector, extremes: &Extremes) -> f64 {
    let parts = extremes.largest.iter().map(|pair| dot(&pair.vector, gradient));
    parts.map(|part| part * part).sum::<f64>() / dot(gradient, gradient)
}

/// An operator whose products are told.
struct Counted<'a, 'o, A> {
    operator: &'a A,
    listener: &'a Mutex<Observe<'o>>,
    what: &'a str,
    /// Products expected; 0 where nobody knows.
    expected: usize,
    done: AtomicUsize,
}

impl<'a, 'o, A: SymmetricOperator> Counted<'a, 'o, A> {
    fn new(
        operator: &'a A,
        listener: &'a Mutex<Observe<'o>>,
        what: &'a str,
        expected: usize,
    ) -> Self {
        Self { operator, listener, what, expected, done: AtomicUsize::new(0) }
    }
}

impl<A: SymmetricOperator> SymmetricOperator for Counted<'_, '_, A> {
    fn dimension(&self) -> usize {
        self.operator.dimension()
    }

    fn apply(&self, x: &Vector, y: &mut Vector) {
        self.apply_block(std::slice::from_ref(x), std::slice::from_mut(y));
    }

    fn apply_block(&self, x: &[Vector], y: &mut [Vector]) {
        self.operator.apply_block(x, y);
        let done = self.done.fetch_add(x.len(), Ordering::Relaxed) + x.len();
        // An unknown number is taken as half as many again.
        let total = if self.expected == 0 { done + done / 2 + 1 } else { self.expected.max(done) };
        let mut observe = self.listener.lock().unwrap_or_else(PoisonError::into_inner);
        observe(Event::Measured { what: self.what, done, total });
    }
}
