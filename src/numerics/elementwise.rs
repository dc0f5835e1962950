//! Several long vectors that are moved at once, entry by entry.

use pulp::{Simd, WithSimd};

use super::Vector;
use super::dispatch::dispatch;
use super::vectors::{CHUNK, PARALLEL_FROM};

/// What is done with each entry of K vectors, given that of another vector, the driver.
pub trait Elementwise<const K: usize>: Copy + Sync {
    /// The new entries. `#[inline(always)]`, so that it is compiled with the widest
    /// vectors of the CPU at hand.
    fn apply(self, driver: f64, entries: [f64; K]) -> [f64; K];
}

/// Applies `rule` to every entry of `vectors`, in one sweep: with the same bits for any
/// number of threads and any width of vector instructions, and without allocation.
///
/// ```
/// use losslab::numerics::{Elementwise, Vector, update_entries};
///
/// /// v ← v/2 + g, θ ← θ − v.
/// #[derive(Clone, Copy)]
/// struct Momentum;
///
/// impl Elementwise<2> for Momentum {
///     #[inline(always)]
///     fn apply(self, gradient: f64, [theta, velocity]: [f64; 2]) -> [f64; 2] {
///         let velocity = 0.5 * velocity + gradient;
///         [theta - velocity, velocity]
///     }
/// }
///
/// let gradient = Vector::from_element(3, 1.0);
/// let (mut theta, mut velocity) = (Vector::zeros(3), Vector::from_element(3, 4.0));
/// update_entries(Momentum, &gradient, [&mut theta, &mut velocity]);
/// assert_eq!((theta[2], velocity[2]), (-3.0, 3.0));
/// ```
///
/// # Panics
/// When the lengths differ.
pub fn update_entries<const K: usize>(
    rule: impl Elementwise<K>,
    driver: &Vector,
    vectors: [&mut Vector; K],
) {
    let same = vectors.iter().all(|vector| vector.len() == driver.len());
    assert!(same, "vectors of different lengths");
    let run = Run { rule, driver: driver.as_slice(), entries: vectors.map(|v| v.as_mut_slice()) };
    if driver.len() < PARALLEL_FROM { dispatch(run) } else { run.in_parallel() }
}

/// A run of entries.
struct Run<'a, R, const K: usize> {
    rule: R,
    driver: &'a [f64],
    entries: [&'a mut [f64]; K],
}

impl<R: Elementwise<K>, const K: usize> Run<'_, R, K> {
    fn in_parallel(mut self) {
        if self.driver.len() <= CHUNK {
            return dispatch(self);
        }
        let middle = (self.driver.len() / 2).next_multiple_of(CHUNK);
        let (first, second) = self.driver.split_at(middle);
        let mut rest: [&mut [f64]; K] = std::array::from_fn(|_| &mut [][..]);
        for (entries, rest) in self.entries.iter_mut().zip(&mut rest) {
            let (before, after) = std::mem::take(entries).split_at_mut(middle);
            (*entries, *rest) = (before, after);
        }
        rayon::join(
            || Run { rule: self.rule, driver: first, entries: self.entries }.in_parallel(),
            || Run { rule: self.rule, driver: second, entries: rest }.in_parallel(),
        );
    }
}

impl<R: Elementwise<K>, const K: usize> WithSimd for Run<'_, R, K> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { rule, driver, entries } = self;
        let length = driver.len();
        // Slices of one length: no entry is checked in the loop.
        let entries = entries.map(|entries| &mut entries[..length]);
        for i in 0..length {
            let mut at = [0.0; K];
            for k in 0..K {
                at[k] = entries[k][i];
            }
            let new = rule.apply(driver[i], at);
            for k in 0..K {
                entries[k][i] = new[k];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Copy)]
    struct Moments;

    impl Elementwise<3> for Moments {
        #[inline(always)]
        fn apply(self, g: f64, [theta, m, v]: [f64; 3]) -> [f64; 3] {
            let (m, v) = (0.9 * m + 0.1 * g, 0.99 * v + 0.01 * g * g);
            [theta - 0.1 * m / (v.sqrt() + 1e-8), m, v]
        }
    }

    #[test]
    fn the_bits_are_those_of_the_plain_loop() {
        for length in [0, 1, 7, 4096, 32_768, 40_001, 100_000] {
            let gradient = Vector::from_fn(length, |i, _| (0.7 * i as f64).sin());
            let start = || [0.3, 0.2, 0.1].map(|x| Vector::from_element(length, x));
            let [mut theta, mut m, mut v] = start();
            let mut plain = start();
            for _ in 0..2 {
                update_entries(Moments, &gradient, [&mut theta, &mut m, &mut v]);
                for i in 0..length {
                    let at = [plain[0][i], plain[1][i], plain[2][i]];
                    let new = Moments.apply(gradient[i], at);
                    (0..3).for_each(|k| plain[k][i] = new[k]);
                }
            }
            assert_eq!([theta, m, v], plain, "{length}");
        }
    }
}
