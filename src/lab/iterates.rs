//! The points that a run goes through.

use crate::numerics::Vector;

/// Numbers that the iterates of one run may keep (512 MiB); beyond, every second is
/// dropped.
const NUMBERS_MAX: usize = 1 << 26;

/// The iterates of a run, evenly thinned where they would fill the memory: the start,
/// every `stride`-th, and the last.
#[derive(Clone, Debug)]
pub struct Iterates {
    stride: u64,
    numbers_max: usize,
    entries: Vec<(u64, Vector)>,
}

impl Default for Iterates {
    fn default() -> Self {
        Self { stride: 1, numbers_max: NUMBERS_MAX, entries: Vec::new() }
    }
}

impl Iterates {
    /// The iterates kept, each with its iteration, in order.
    pub fn entries(&self) -> &[(u64, Vector)] {
        &self.entries
    }

    /// The same, taken out.
    pub(crate) fn into_entries(self) -> Vec<(u64, Vector)> {
        self.entries
    }

    /// Iterations from one to the next.
    pub fn stride(&self) -> u64 {
        self.stride
    }

    /// Takes the iterate of an iteration, at least as late as the last one.
    pub fn push(&mut self, iteration: u64, theta: &Vector) {
        // The last iterate is kept until the next one comes, on the stride or not.
        if self.entries.last().is_some_and(|(last, _)| !last.is_multiple_of(self.stride)) {
            self.entries.pop();
        }
        self.entries.push((iteration, theta.clone()));
        if self.entries.len() > 3 && self.entries.len() * theta.len() > self.numbers_max {
            self.stride *= 2;
            let (stride, last) = (self.stride, iteration);
            self.entries.retain(|(i, _)| i.is_multiple_of(stride) || *i == last);
        }
    }
}

/// At most `most` of the whole numbers below `count`, at least the first and the last, evenly
/// spaced as far as whole numbers can be; all where there are no more.
pub(super) fn evenly(count: usize, most: usize) -> impl Iterator<Item = usize> {
    let last = count.saturating_sub(1);
    let spaces = most.saturating_sub(1).clamp(1, last.max(1));
    (0..=spaces).map(move |k| (k * last + spaces / 2) / spaces).take(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn start_and_end_are_kept_and_the_rest_evenly() {
        for count in 1..200 {
            let mut iterates = Iterates { numbers_max: 40, ..Iterates::default() };
            (0..count).for_each(|i| iterates.push(i, &Vector::from_element(4, i as f64)));
            let kept: Vec<u64> = iterates.entries().iter().map(|(i, _)| *i).collect();
            assert_eq!((kept[0], kept[kept.len() - 1]), (0, count - 1));
            assert!(kept.len() <= 10 && (count <= 10 || kept.len() >= 5), "{kept:?}");
            let inner = &kept[..kept.len() - 1];
            assert!(inner.windows(2).all(|w| w[1] - w[0] == iterates.stride()));
            assert!(iterates.entries().iter().all(|(i, theta)| theta[0] == *i as f64));
        }
    }
}
