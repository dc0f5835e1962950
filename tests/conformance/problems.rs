//! Small problems: some have second derivatives, some are means over terms.

use std::sync::Arc;

use losslab::data::{Samples, Targets};
use losslab::model::{Activation, Initialisation, Loss, Network};
use losslab::numerics::{RowMatrix, Seed, Vector};
use losslab::objective::{
    Curvature, FiniteSum, Linearized, Objective, Risk, Rosenbrock, SecondOrder,
};
use losslab::solver::catalogue::Need;

/// What is minimised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// A convex quadratic, a mean over six terms.
    Bowl,
    /// Rosenbrock's function of two variables, which is no mean.
    Valley,
    /// The penalised risk of a network of 23 parameters on 12 rows.
    Risk,
    /// Rosenbrock's function of three variables, with gradients and nothing else.
    Plain,
}

impl Problem {
    pub const ALL: [Self; 4] = [Self::Bowl, Self::Valley, Self::Risk, Self::Plain];

    /// Has the problem what a method needs?
    pub fn has(self, need: Need) -> bool {
        match need {
            Need::Value | Need::Gradient => true,
            Need::HessianVector | Need::GaussNewtonVector => self != Self::Plain,
            Need::MiniBatch => matches!(self, Self::Bowl | Self::Risk),
        }
    }

    pub fn objective(self) -> Box<dyn Objective> {
        match self {
            Self::Bowl => Box::new(Bowl),
            Self::Valley => Box::new(Valley),
            Self::Risk => Box::new(risk()),
            Self::Plain => Box::new(Plain(Rosenbrock { dimension: 3 })),
        }
    }

    /// Where runs start.
    pub fn start(self) -> Vector {
        match self {
            Self::Bowl => Vector::zeros(4),
            Self::Valley => Vector::from_vec(vec![-1.2, 1.0]),
            Self::Plain => Vector::from_vec(vec![1.3, 0.7, 0.8]),
            Self::Risk => network().initialise(Initialisation::Glorot, Seed::new(4)),
        }
    }

    /// A point whose gradient is 0 to the bit.
    pub fn stationary(self) -> Vector {
        match self {
            Self::Bowl => Vector::from_row_slice(&CENTRE),
            Self::Valley => Vector::from_element(2, 1.0),
            Self::Plain => Vector::from_element(3, 1.0),
            // As many rows of each class, and nothing passes the layers.
            Self::Risk => Vector::zeros(network().dimension()),
        }
    }

    /// A learning rate at which gradient descent is stable, with momentum 0.9 too.
    pub fn learning_rate(self) -> f64 {
        match self {
            Self::Bowl | Self::Risk => 0.1,
            Self::Valley | Self::Plain => 1e-3,
        }
    }

    /// How far from the start a wall stands with the minimum this side of it, and one
    /// with the minimum beyond.
    pub fn walls(self) -> [f64; 2] {
        match self {
            Self::Bowl => [3.8, 2.0],
            Self::Valley => [2.3, 1.0],
            Self::Risk => [20.0, 0.5],
            Self::Plain => [0.5, 0.2],
        }
    }
}

fn network() -> Network {
    Network::dense(&[3, 4, 2], Activation::Tanh)
}

fn risk() -> Risk {
    let wave = |i: usize| (1.7 * i as f64 + 0.3).sin() + 0.2 * (0.9 * i as f64).cos();
    let features = RowMatrix::from_rows(12, 3, (0..36).map(wave).collect());
    let targets = Targets::Classes((0..12).map(|i| i % 2).collect());
    let samples = Arc::new(Samples::new(features, targets));
    Risk::new(Arc::new(network()), samples, Loss::CrossEntropy, 1e-2)
}

const CURVATURE: [f64; 4] = [1.0, 4.0, 9.0, 2.0];
const CENTRE: [f64; 4] = [1.0, -2.0, 0.5, 3.0];
const SLOPES: [f64; 6] = [0.3, -0.1, 0.2, -0.2, -0.3, 0.1];

/// The mean over i of `½ Σⱼ dⱼ (θⱼ − cⱼ)² + sᵢ Σⱼ θⱼ`, with Σ sᵢ = 0.
struct Bowl;

impl Objective for Bowl {
    fn dimension(&self) -> usize {
        4
    }
    fn value(&self, theta: &Vector) -> f64 {
        (0..4).map(|j| 0.5 * CURVATURE[j] * (theta[j] - CENTRE[j]).powi(2)).sum()
    }
    fn value_gradient(&self, theta: &Vector, gradient: &mut Vector) -> f64 {
        (0..4).for_each(|j| gradient[j] = CURVATURE[j] * (theta[j] - CENTRE[j]));
        self.value(theta)
    }
    fn terms(&self) -> usize {
        6
    }
    fn finite_sum(&self) -> Option<&dyn FiniteSum> {
        Some(self)
    }
    fn second_order(&self) -> Option<Box<dyn SecondOrder + '_>> {
        Some(Box::new(Linearized::new(self)))
    }
}

impl FiniteSum for Bowl {
    fn batch_value(&self, rows: &[usize], theta: &Vector) -> f64 {
        self.batch_value_gradient(rows, theta, &mut Vector::zeros(4))
    }
    fn batch_value_gradient(&self, rows: &[usize], theta: &Vector, gradient: &mut Vector) -> f64 {
        let slope = rows.iter().map(|&row| SLOPES[row]).sum::<f64>() / rows.len() as f64;
        let value = self.value_gradient(theta, gradient);
        gradient.add_scalar_mut(slope);
        value + slope * theta.sum()
    }
}

impl Curvature for Bowl {
    type Point = ();
    fn linearize_into(&self, _: &Vector, (): &mut ()) {}
    fn hessian_vector(&self, (): &(), v: &Vector, out: &mut Vector) {
        (0..4).for_each(|j| out[j] = CURVATURE[j] * v[j]);
    }
    fn gauss_newton_vector(&self, at: &(), v: &Vector, out: &mut Vector) {
        self.hessian_vector(at, v, out);
    }
}

/// `100 (y − x²)² + (1 − x)²`, the sum of the squares of 10 (y − x²) and 1 − x.
struct Valley;

impl Objective for Valley {
    fn dimension(&self) -> usize {
        2
    }
    fn value(&self, at: &Vector) -> f64 {
        100.0 * (at[1] - at[0] * at[0]).powi(2) + (1.0 - at[0]).powi(2)
    }
    fn value_gradient(&self, at: &Vector, gradient: &mut Vector) -> f64 {
        let across = at[1] - at[0] * at[0];
        gradient[0] = -400.0 * at[0] * across - 2.0 * (1.0 - at[0]);
        gradient[1] = 200.0 * across;
        self.value(at)
    }
    fn second_order(&self) -> Option<Box<dyn SecondOrder + '_>> {
        Some(Box::new(Linearized::new(self)))
    }
}

impl Curvature for Valley {
    type Point = [f64; 2];
    fn linearize_into(&self, theta: &Vector, at: &mut [f64; 2]) {
        *at = [theta[0], theta[1]];
    }
    fn hessian_vector(&self, [x, y]: &[f64; 2], v: &Vector, out: &mut Vector) {
        out[0] = (1200.0 * x * x - 400.0 * y + 2.0) * v[0] - 400.0 * x * v[1];
        out[1] = -400.0 * x * v[0] + 200.0 * v[1];
    }
    fn gauss_newton_vector(&self, [x, _]: &[f64; 2], v: &Vector, out: &mut Vector) {
        out[0] = (800.0 * x * x + 2.0) * v[0] - 400.0 * x * v[1];
        out[1] = -400.0 * x * v[0] + 200.0 * v[1];
    }
}

/// The function with gradients and nothing else.
struct Plain(Rosenbrock);

impl Objective for Plain {
    fn dimension(&self) -> usize {
        self.0.dimension()
    }
    fn value(&self, theta: &Vector) -> f64 {
        self.0.value(theta)
    }
    fn value_gradient(&self, theta: &Vector, gradient: &mut Vector) -> f64 {
        self.0.value_gradient(theta, gradient)
    }
}
