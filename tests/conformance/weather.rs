//! What befalls a run: functions that turn bad, and conditions that end it at once.

use std::sync::atomic::{AtomicU64, Ordering};

use losslab::numerics::Vector;
use losslab::objective::{FiniteSum, Objective, SecondOrder};
use losslab::solver::Stopping;

use crate::problems::Problem;

/// ‖g‖∞ of a run that has converged.
pub const TOLERANCE: f64 = 1e-6;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Weather {
    /// The problem as it is.
    Calm,
    /// So many evaluations, and then NaN for ever.
    NanAfter(u64),
    /// +∞ beyond a sphere around start and minimum.
    Wall,
    /// NaN beyond a sphere around the start, with the minimum behind it.
    Blocked,
    /// The start has gradient 0.
    Stationary,
    /// The same, where no rule but the method's own sees it.
    StationaryUnseen,
    /// One pass.
    OnePass,
    /// The target is met at the start.
    AtTarget,
    /// `−½ ‖θ − start‖² − Σ θ` in place of the function.
    Bottomless,
}

impl Weather {
    pub const ALL: [Self; 10] = [
        Self::Calm,
        Self::NanAfter(3),
        Self::NanAfter(8),
        Self::Wall,
        Self::Blocked,
        Self::Stationary,
        Self::StationaryUnseen,
        Self::OnePass,
        Self::AtTarget,
        Self::Bottomless,
    ];

    /// The rules of a run that has so many passes, unless it is cut short.
    pub fn stopping(self, passes: f64) -> Stopping {
        let calm = Stopping { gradient_tolerance: TOLERANCE, ..Stopping::within(passes) };
        match self {
            Self::OnePass => Stopping { passes: 1.0, ..calm },
            Self::AtTarget => Stopping { target_loss: Some(1e9), ..calm },
            Self::StationaryUnseen => Stopping { gradient_tolerance: -1.0, ..calm },
            _ => calm,
        }
    }

    pub fn start(self, problem: Problem) -> Vector {
        match self {
            Self::Stationary | Self::StationaryUnseen => problem.stationary(),
            _ => problem.start(),
        }
    }

    /// The problem in this weather.
    pub fn over(self, problem: Problem) -> Under {
        let (inner, start) = (problem.objective(), self.start(problem));
        Under {
            inner,
            weather: self,
            start,
            walls: problem.walls(),
            evaluations: AtomicU64::new(0),
        }
    }
}

/// An objective under weather.
pub struct Under {
    inner: Box<dyn Objective>,
    weather: Weather,
    start: Vector,
    walls: [f64; 2],
    evaluations: AtomicU64,
}

impl Under {
    /// Counts an evaluation: does it come to something?
    fn is_dead(&self) -> bool {
        let before = self.evaluations.fetch_add(1, Ordering::Relaxed);
        matches!(self.weather, Weather::NanAfter(most) if before >= most)
    }

    /// The function itself: what `inner` computes, as the weather has it.
    fn value_with(
        &self,
        theta: &Vector,
        gradient: Option<&mut Vector>,
        inner: impl FnOnce(&mut Vector) -> f64,
    ) -> f64 {
        let mut unused = Vector::zeros(if gradient.is_some() { 0 } else { theta.len() });
        let gradient = gradient.unwrap_or(&mut unused);
        let away = theta - &self.start;
        if self.is_dead() {
            gradient.fill(f64::NAN);
            return f64::NAN;
        }
        if self.weather == Weather::Bottomless {
            gradient.copy_from(&away.map(|x| -x - 1.0));
            return -0.5 * away.norm_squared() - theta.sum();
        }
        for (weather, wall, beyond) in [
            (Weather::Wall, self.walls[0], f64::INFINITY),
            (Weather::Blocked, self.walls[1], f64::NAN),
        ] {
            if self.weather == weather && away.norm() > wall {
                gradient.fill(beyond);
                return beyond;
            }
        }
        inner(gradient)
    }
}

impl Objective for Under {
    fn dimension(&self) -> usize {
        self.inner.dimension()
    }
    fn value(&self, theta: &Vector) -> f64 {
        self.value_with(theta, None, |_| self.inner.value(theta))
    }
    fn value_gradient(&self, theta: &Vector, gradient: &mut Vector) -> f64 {
        self.value_with(theta, Some(gradient), |g| self.inner.value_gradient(theta, g))
    }
    fn terms(&self) -> usize {
        self.inner.terms()
    }
    fn finite_sum(&self) -> Option<&dyn FiniteSum> {
        self.inner.finite_sum().map(|_| self as &dyn FiniteSum)
    }
    fn second_order(&self) -> Option<Box<dyn SecondOrder + '_>> {
        let inner = self.inner.second_order()?;
        Some(Box::new(SecondOrderUnder { inner, under: self }))
    }
}

impl FiniteSum for Under {
    fn batch_value(&self, rows: &[usize], theta: &Vector) -> f64 {
        let mean = self.inner.finite_sum().expect("asked for before");
        self.value_with(theta, None, |_| mean.batch_value(rows, theta))
    }
    fn batch_value_gradient(&self, rows: &[usize], theta: &Vector, gradient: &mut Vector) -> f64 {
        let mean = self.inner.finite_sum().expect("asked for before");
        self.value_with(theta, Some(gradient), |g| mean.batch_value_gradient(rows, theta, g))
    }
}

struct SecondOrderUnder<'a> {
    inner: Box<dyn SecondOrder + 'a>,
    under: &'a Under,
}

impl SecondOrderUnder<'_> {
    /// The product, or else what the weather makes of it, given the bottomless one's.
    fn product(&self, out: &mut Vector, bottomless: Vector, inner: impl FnOnce(&mut Vector)) {
        if self.under.is_dead() {
            out.fill(f64::NAN);
        } else if self.under.weather == Weather::Bottomless {
            out.copy_from(&bottomless);
        } else {
            inner(out);
        }
    }
}

impl SecondOrder for SecondOrderUnder<'_> {
    fn move_to(&mut self, theta: &Vector) {
        self.inner.move_to(theta);
    }
    fn hessian_vector(&self, v: &Vector, out: &mut Vector) {
        self.product(out, -v, |out| self.inner.hessian_vector(v, out));
    }
    fn gauss_newton_vector(&self, v: &Vector, out: &mut Vector) {
        self.product(out, v * 0.0, |out| self.inner.gauss_newton_vector(v, out));
    }
}
