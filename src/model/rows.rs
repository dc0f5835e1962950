//! Which rows of a data set are evaluated.

use std::ops::Range;

/// Which rows of a data set a chunk is over: a run of consecutive rows, or a list of
/// indices (a mini-batch), in which a row may stand more than once.
#[derive(Clone, Copy, Debug)]
pub enum Rows<'a> {
    /// The rows from `start` to before `end`.
    Run {
        /// The first row.
        start: usize,
        /// The row after the last, at least `start`.
        end: usize,
    },
    /// These rows, in this order.
    Listed(&'a [usize]),
}

impl Rows<'_> {
    /// Number of rows.
    pub fn len(&self) -> usize {
        match self {
            Self::Run { start, end } => end - start,
            Self::Listed(rows) => rows.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The `i`-th of these rows.
    pub fn at(&self, i: usize) -> usize {
        match self {
            Self::Run { start, .. } => start + i,
            Self::Listed(rows) => rows[i],
        }
    }

    /// The `range.start`-th to before the `range.end`-th of these rows.
    pub fn part(self, range: Range<usize>) -> Self {
        match self {
            Self::Run { start, .. } => {
                Self::Run { start: start + range.start, end: start + range.end }
            }
            Self::Listed(rows) => Self::Listed(&rows[range]),
        }
    }

    /// A run as many rows earlier, for a matrix that begins so much later; a list as it is.
    pub fn back(self, first: usize) -> Self {
        match self {
            Self::Run { start, end } => Self::Run { start: start - first, end: end - first },
            Self::Listed(_) => self,
        }
    }

    /// The rows, in order.
    pub fn iter(&self) -> impl Iterator<Item = usize> {
        (0..self.len()).map(|i| self.at(i))
    }
}

impl From<Range<usize>> for Rows<'_> {
    fn from(range: Range<usize>) -> Self {
        Self::Run { start: range.start, end: range.end }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_and_the_same_rows_listed_agree() {
        let listed = [4, 5, 6, 7, 8];
        let (run, listed) = (Rows::from(4..9), Rows::Listed(&listed));
        for range in [0..5, 1..3, 2..2] {
            let (a, b) = (run.part(range.clone()), listed.part(range.clone()));
            assert_eq!((a.len(), a.is_empty()), (range.len(), range.is_empty()));
            assert!(a.iter().eq(b.iter()) && a.iter().eq(range.map(|i| i + 4)));
        }
        assert_eq!((run.at(2), listed.at(2)), (6, 6));
    }
}
