//! Curvature at one point.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::{
    Event, LayerSpectrum, MatrixSpectrum, MeasuredDensity, Observe, Place, PointSpectrum, Request,
};
use crate::lab::Study;
use crate::lab::interruptible::Interruptible;
use crate::lab::sharpness::measure_until;
use crate::landscape::curvature::{
    CurvatureMatrix, CurvatureOperator, DiagonalBlock, largest_gap, layer_blocks,
};
use crate::numerics::spectral::{
    DensityOptions, EXACT_MAX, Eigenpair, ExtremeOptions, Extremes, TraceEstimate, TraceMethod,
    exact_spectrum, extreme_eigenpairs, spectral_density,
};
use crate::numerics::{SymmetricOperator, Vector, dot, norm};
use crate::objective::{Curvature, Objective, Risk};

/// Points in the kernel's width, for a density that keeps its shape.
const POINTS_IN_SIGMA: f64 = 4.0;
/// Products that the eigenpairs of one matrix may take. Where eigenvalues crowd, as those of
/// a Gauss–Newton matrix at the penalty's λ, they may need more, and end unconverged with
/// their residuals.
const PRODUCTS_MAX: usize = 2000;

/// One point and what is asked of it.
pub(super) struct At<'a> {
    pub study: &'a Study,
    pub request: &'a Request,
    pub classes: Option<usize>,
    pub place: Place,
    pub interrupt: &'a AtomicBool,
}

impl At<'_> {
    /// None where the user interrupts.
    pub fn measure(&self, theta: Vector, observe: Observe<'_>) -> Option<PointSpectrum> {
        let risk = &self.study.instance.risk;
        let mut gradient = Vector::zeros(theta.len());
        let loss = risk.value_gradient(&theta, &mut gradient);
        let linearized = risk.linearize(&theta);
        let mut passes = 1.0 + 2.0 / 3.0;
        let listener = Mutex::new(observe);
        let mut matrices = Vec::new();
        let (mut gradient_share, mut largest) = (None, None);
        for matrix in &self.request.matrices {
            let operator = CurvatureOperator::new(risk, &linearized, *matrix);
            let found = self.matrix(*matrix, &operator, &listener)?;
            passes += passes_of(*matrix, found.products);
            if *matrix == CurvatureMatrix::Hessian {
                gradient_share = Some(share(&gradient, &found.extremes));
                largest = found.extremes.largest.first().map(|pair| pair.value);
            }
            matrices.push(found);
        }
        let mut layers = Vec::new();
        if self.request.layers {
            let matrix = *self.request.matrices.first()?;
            let operator = CurvatureOperator::new(risk, &linearized, matrix);
            for (layer, places) in layer_blocks(risk.network()) {
                let found = self.layer(layer, places, operator, &listener)?;
                passes += passes_of(matrix, found.products);
                layers.push(found);
            }
        }
        let observe = listener.into_inner().unwrap_or_else(PoisonError::into_inner);
        let sharpness = self.request.sharpness.as_ref().map(|request| {
            measure_until(self.study, &theta, request, largest, self.interrupt, observe)
        });
        (!self.interrupted()).then_some(PointSpectrum {
            place: self.place,
            loss,
            gradient_norm: norm(&gradient),
            gradient_share,
            theta,
            matrices,
            layers,
            sharpness,
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
                let options = DensityOptions { seed: self.study.seed, ..*options };
                let n = operator.dimension();
                let exact = n <= EXACT_MAX;
                let steps = options.probes_at(n) * options.steps.min(n) + if exact { n } else { 0 };
                let operator = Interruptible { inner: operator, interrupt: self.interrupt };
                let counted = Counted::new(&operator, listener, &what, steps);
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
        let operator = &Interruptible { inner: operator, interrupt: self.interrupt };
        let options = ExtremeOptions {
            largest: count,
            smallest: count,
            tolerance,
            products_max: PRODUCTS_MAX,
            seed: self.study.seed,
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
        let trace = trace.estimate(&counted, trace_probes, self.study.seed);
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
