//! The numbers that a plane is computed in.

use super::super::super::Activation;
use super::super::{Element, activation};
use crate::numerics::elementary::{self, tanh_single_one, vectorised};

/// Numbers that are activated together by way of `f64`.
const GROUP: usize = 64;

/// `f64`, or `f32` for pictures.
pub trait Scalar: Element + PartialOrd + Default + std::ops::Add<Output = Self> {
    /// The nearest one.
    fn of(x: f64) -> Self;
    /// The same number.
    fn double(self) -> f64;
    /// `self · factor + term`, rounded once.
    fn fma(self, factor: Self, term: Self) -> Self;
    /// `z ← φ(z)`.
    fn activate(activation: Activation, z: &mut [Self]);

    /// [`combine`] and then [`activate`](Scalar::activate).
    fn combine_activated(
        activation: Activation,
        vectors: [&[Self]; 3],
        point: [f64; 2],
        out: &mut [Self],
    ) {
        combine(vectors, point, out);
        Self::activate(activation, out);
    }
}

impl Scalar for f64 {
    #[inline(always)]
    fn of(x: f64) -> Self {
        x
    }

    #[inline(always)]
    fn double(self) -> f64 {
        self
    }

    #[inline(always)]
    fn fma(self, factor: Self, term: Self) -> Self {
        self.mul_add(factor, term)
    }

    fn activate(activation: Activation, z: &mut [Self]) {
        activation::activate(activation, z);
    }
}

impl Scalar for f32 {
    #[inline(always)]
    fn of(x: f64) -> Self {
        x as f32
    }

    #[inline(always)]
    fn double(self) -> f64 {
        f64::from(self)
    }

    #[inline(always)]
    fn fma(self, factor: Self, term: Self) -> Self {
        self.mul_add(factor, term)
    }

    /// The hyperbolic tangent of a plane in one pass: its divisions take as long as the
    /// numbers of the three vectors need to arrive.
    fn combine_activated(
        activation: Activation,
        vectors: [&[Self]; 3],
        point: [f64; 2],
        out: &mut [Self],
    ) {
        if activation != Activation::Tanh || vectors[2].is_empty() {
            combine(vectors, point, out);
            return Self::activate(activation, out);
        }
        let [base, first, second] = vectors.map(|vector| &vector[..out.len()]);
        let [alpha, beta] = point.map(Self::of);
        vectorised(
            #[inline(always)]
            || {
                for (((out, base), first), second) in
                    out.iter_mut().zip(base).zip(first).zip(second)
                {
                    *out = tanh_single_one(second.fma(beta, first.fma(alpha, *base)));
                }
            },
        );
    }

    fn activate(activation: Activation, z: &mut [Self]) {
        match activation {
            Activation::Identity => return,
            Activation::Tanh => return elementary::tanh_single(z),
            Activation::Relu => return below_zero(z, |_| 0.0),
            Activation::LeakyRelu => return below_zero(z, |z| activation::LEAK as f32 * z),
            _ => {}
        }
        let mut doubled = [0.0; GROUP];
        for group in z.chunks_mut(GROUP) {
            let doubled = &mut doubled[..group.len()];
            convert(group, doubled);
            activation::activate(activation, doubled);
            convert(doubled, group);
        }
    }
}

/// `z ← function(z)` where it is not positive.
#[inline(always)]
fn below_zero(z: &mut [f32], function: impl Fn(f32) -> f32) {
    vectorised(
        #[inline(always)]
        || z.iter_mut().for_each(|z| *z = if *z <= 0.0 { function(*z) } else { *z }),
    );
}

/// `to = from`, rounded.
pub fn convert<A: Scalar, B: Scalar>(from: &[A], to: &mut [B]) {
    vectorised(
        #[inline(always)]
        || to.iter_mut().zip(from).for_each(|(to, from)| *to = B::of(from.double())),
    );
}

/// `out = base + α first + β second`; the last term is left out on a line.
pub fn combine<T: Scalar>(vectors: [&[T]; 3], [alpha, beta]: [f64; 2], out: &mut [T]) {
    let [base, first, second] = vectors;
    let (alpha, beta, length) = (T::of(alpha), T::of(beta), out.len());
    let (base, first) = (&base[..length], &first[..length]);
    if second.is_empty() {
        return vectorised(
            #[inline(always)]
            || {
                for ((out, base), first) in out.iter_mut().zip(base).zip(first) {
                    *out = first.fma(alpha, *base);
                }
            },
        );
    }
    let second = &second[..length];
    vectorised(
        #[inline(always)]
        || {
            for (((out, base), first), second) in out.iter_mut().zip(base).zip(first).zip(second) {
                *out = second.fma(beta, first.fma(alpha, *base));
            }
        },
    );
}
