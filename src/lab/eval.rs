//! Loss and derivatives at one point, for comparison with another program.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use rand_distr::{Distribution, StandardNormal};
use serde::Serialize;

use super::instance::read_vector;
use super::{ExperimentSpec, Instance};
use crate::cluster::Ranks;
use crate::data::{Dataset, Part, TargetScale, Targets, Task};
use crate::error::{Error, Result};
use crate::model::{Initialisation, Loss, Network};
use crate::numerics::{Seed, Vector};
use crate::objective::{Curvature, Objective};

/// The prefix of the names of v's arrays.
pub(crate) const VECTOR_PREFIX: &str = "vector.";
/// The prefixes of all arrays but the weights, whose names have none.
pub(crate) const ARRAY_PREFIXES: [&str; 4] =
    [VECTOR_PREFIX, "gradient.", "hessian_vector.", "gauss_newton_vector."];

/// What can be evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// f(θ).
    Value,
    /// ∇f(θ).
    Gradient,
    /// ∇²f(θ) v.
    HessianVector,
    /// The product of v with the Gauss–Newton matrix at θ.
    GaussNewtonVector,
}

impl Quantity {
    /// Every quantity.
    pub const ALL: [Self; 4] =
        [Self::Value, Self::Gradient, Self::HessianVector, Self::GaussNewtonVector];

    /// The name in the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Value => "value",
            Self::Gradient => "gradient",
            Self::HessianVector => "hessian-vector",
            Self::GaussNewtonVector => "gauss-newton-vector",
        }
    }

    /// Whether it is a product with a vector.
    pub(crate) fn is_product(self) -> bool {
        matches!(self, Self::HessianVector | Self::GaussNewtonVector)
    }
}

/// What to evaluate, at the problem's start.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Request {
    /// The file with v: its tensors named `vector.…`, or those without prefix. By
    /// default v is standard normal, from the seed's stream `vector`.
    pub vector: Option<PathBuf>,
    /// What to evaluate.
    pub what: Vec<Quantity>,
}

/// What was evaluated, and everything that another program needs to do the same.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Answer {
    /// The problem's name.
    pub problem: String,
    /// The network.
    pub network: Network,
    /// The loss and what differs from its defaults.
    pub loss: String,
    /// λ of the penalty ½ λ ‖w‖² on weights, not biases.
    pub l2: f64,
    /// The number of rows that the loss is a mean over.
    pub rows: usize,
    /// Which rows these are.
    pub split: Part,
    /// Whether they count differently.
    pub sample_weights: bool,
    /// Whether features, and the targets of a regression, are standardised.
    pub standardised: bool,
    /// The seed of split, start and v.
    pub seed: u64,
    /// The distribution of the start, unless θ is from a file.
    pub initialisation: Option<Initialisation>,
    /// The file that θ is from.
    pub weights: Option<PathBuf>,
    /// The file that v is from.
    pub vector: Option<PathBuf>,
    /// The targets.
    pub targets: TargetEncoding,
    /// θ.
    pub theta: Vector,
    /// v, where a product was asked for.
    pub v: Option<Vector>,
    /// f(θ), where it was asked for.
    pub value: Option<f64>,
    /// ∇f(θ), likewise.
    pub gradient: Option<Vector>,
    /// ∇²f(θ) v, likewise.
    pub hessian_vector: Option<Vector>,
    /// The product of v with the Gauss–Newton matrix, likewise.
    pub gauss_newton_vector: Option<Vector>,
    /// The wall time of a second evaluation of each.
    pub milliseconds: Milliseconds,
    /// Threads.
    pub threads: usize,
}

impl Answer {
    /// ‖∇f(θ)‖.
    pub fn gradient_norm(&self) -> Option<f64> {
        self.gradient.as_ref().map(|gradient| gradient.norm())
    }

    /// vᵀ ∇²f(θ) v.
    pub fn vector_hessian_vector(&self) -> Option<f64> {
        Some(self.v.as_ref()?.dot(self.hessian_vector.as_ref()?))
    }

    /// vᵀ times the Gauss–Newton product.
    pub fn vector_gauss_newton_vector(&self) -> Option<f64> {
        Some(self.v.as_ref()?.dot(self.gauss_newton_vector.as_ref()?))
    }

    /// Whether value, norm and products that were asked for are finite, and so the
    /// entries of all vectors.
    pub fn is_finite(&self) -> bool {
        [
            self.value,
            self.gradient_norm(),
            self.vector_hessian_vector(),
            self.vector_gauss_newton_vector(),
        ]
        .into_iter()
        .flatten()
        .all(f64::is_finite)
    }
}

/// How the data's targets became numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct TargetEncoding {
    /// The task.
    pub task: Task,
    /// The classes in order of their index, the labels or the columns.
    pub names: Vec<String>,
    /// How a class stands in the loss; none for labels, which are 0 and 1, and for
    /// numbers.
    pub classes: Option<ClassEncoding>,
    /// How standardised numbers map back to their own units.
    pub scale: Option<TargetScale>,
}

/// How a class stands in the loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClassEncoding {
    /// By its index among the outputs: cross-entropy.
    Index,
    /// By the logit of class 1: binary cross-entropy.
    Logit,
    /// By the number 1 for class 1 and 0 for class 0: squared error on one output.
    Number,
    /// By 1 in its own output and 0 in the others: squared error on several.
    OneHot,
}

/// Wall times in milliseconds, where there are any.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Milliseconds {
    /// Of f(θ).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// Of f(θ) with ∇f(θ).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gradient: Option<f64>,
    /// Of linearising at θ, which precedes products.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub linearize: Option<f64>,
    /// Of ∇²f(θ) v at the linearised point.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hessian_vector: Option<f64>,
    /// Of the Gauss–Newton product at the linearised point.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gauss_newton_vector: Option<f64>,
}

/// Evaluates the first problem of `spec` at its first seed: at the problem's weights, or
/// at the random start.
///
/// # Errors
/// When data, weights or vector cannot be read or do not fit;
/// [`Error::Specification`] for a vector without a product that it is for.
///
/// ```
/// use losslab::lab::ExperimentSpec;
/// use losslab::lab::eval::{Quantity, Request, evaluate};
/// let spec = ExperimentSpec::named("check", &["iris"], &["lbfgs"])?;
/// let request = Request { what: vec![Quantity::Value], ..Request::default() };
/// assert!(evaluate(&spec, &request)?.value.is_some_and(|value| value > 0.0));
/// # Ok::<(), losslab::Error>(())
/// ```
pub fn evaluate(spec: &ExperimentSpec, request: &Request) -> Result<Answer> {
    evaluate_on(&Arc::new(Ranks::alone()), spec, request)
}

/// [`evaluate`] with the rows spread over the ranks. The other ranks are in
/// [`follow`](super::follow).
///
/// # Errors
/// As there; and what a rank says that cannot read its rows.
pub fn evaluate_on(ranks: &Arc<Ranks>, spec: &ExperimentSpec, request: &Request) -> Result<Answer> {
    let mut spec = spec.clone();
    let datasets = spec.resolve()?;
    let (problem, dataset, seed) = (&spec.problems[0], &datasets[0], spec.seeds[0]);
    let instance = Instance::spread(ranks, &spec, 0, dataset, seed)?;
    let network = instance.risk.network();
    let answer = Answer {
        problem: problem.name.clone(),
        network: Network::clone(network),
        loss: instance.criterion.describe(),
        l2: problem.l2,
        rows: instance.risk.rows(),
        split: problem.rows,
        sample_weights: instance.risk.samples().weights.is_some(),
        standardised: problem.standardise,
        seed,
        initialisation: problem.weights.is_none().then_some(problem.initialisation),
        weights: problem.weights.clone(),
        vector: request.vector.clone(),
        targets: target_encoding(dataset, &instance),
        theta: instance.start.clone(),
        v: vector(request, network, seed)?,
        value: None,
        gradient: None,
        hessian_vector: None,
        gauss_newton_vector: None,
        milliseconds: Milliseconds::default(),
        threads: rayon::current_num_threads(),
    };
    Ok(with_quantities(answer, &instance, &request.what))
}

/// v, if it is needed.
fn vector(request: &Request, network: &Network, seed: u64) -> Result<Option<Vector>> {
    let needed = request.what.iter().any(|quantity| quantity.is_product());
    match &request.vector {
        Some(path) if needed => read_vector(network, path, VECTOR_PREFIX).map(Some),
        Some(path) => Err(Error::Specification {
            place: path.display().to_string(),
            problem: "a vector is given, and no product with it is asked for".to_owned(),
            remedy: "add hessian-vector or gauss-newton-vector to --what, or leave out --vector"
                .to_owned(),
        }),
        None if needed => {
            let mut stream = Seed::new(seed).child("vector").stream();
            let draw = |_, _| StandardNormal.sample(&mut stream);
            Ok(Some(Vector::from_fn(network.dimension(), draw)))
        }
        None => Ok(None),
    }
}

fn with_quantities(mut answer: Answer, instance: &Instance, what: &[Quantity]) -> Answer {
    let (risk, theta) = (&instance.risk, &answer.theta);
    let mut out = Vector::zeros(theta.len());
    let times = &mut answer.milliseconds;
    if what.contains(&Quantity::Value) {
        let (value, time) = warm(|| risk.value(theta));
        (answer.value, times.value) = (Some(value), Some(time));
    }
    if what.contains(&Quantity::Gradient) {
        let (_, time) = warm(|| risk.value_gradient(theta, &mut out));
        (answer.gradient, times.gradient) = (Some(out.clone()), Some(time));
    }
    let Some(v) = &answer.v else { return answer };
    let mut at = Default::default();
    let ((), time) = warm(|| risk.linearize_into(theta, &mut at));
    times.linearize = Some(time);
    if what.contains(&Quantity::HessianVector) {
        let ((), time) = warm(|| risk.hessian_vector(&at, v, &mut out));
        (answer.hessian_vector, times.hessian_vector) = (Some(out.clone()), Some(time));
    }
    if what.contains(&Quantity::GaussNewtonVector) {
        let ((), time) = warm(|| risk.gauss_newton_vector(&at, v, &mut out));
        (answer.gauss_newton_vector, times.gauss_newton_vector) = (Some(out), Some(time));
    }
    answer
}

/// What the second of two calls gives, and the milliseconds it took.
fn warm<T>(mut call: impl FnMut() -> T) -> (T, f64) {
    call();
    let start = Instant::now();
    let result = call();
    (result, 1e3 * start.elapsed().as_secs_f64())
}

fn target_encoding(dataset: &Dataset, instance: &Instance) -> TargetEncoding {
    let several = dataset.outputs() > 1;
    let classes = match (&dataset.targets, instance.criterion.loss) {
        (Targets::Values(_), _) => None,
        (Targets::Classes(_), Loss::CrossEntropy) => Some(ClassEncoding::Index),
        (Targets::Classes(_), Loss::BinaryCrossEntropy) => Some(ClassEncoding::Logit),
        (Targets::Classes(_), _) if several => Some(ClassEncoding::OneHot),
        (Targets::Classes(_), _) => Some(ClassEncoding::Number),
    };
    TargetEncoding {
        task: dataset.task,
        names: dataset.target_names(),
        classes,
        scale: instance.target_scale.clone(),
    }
}
