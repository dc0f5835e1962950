//! Which rows of a data set a chunk is over.
use std::ops::Range;
/// A run of consecutive rows, or a list of indices (a mini-batch).
#[derive(Clone, Copy, Debug)]
pub enum Rows<'a> {
    /// Consecutive rows.
    Run {
        /// The first.
        start: usize,
        /// One past the last.
        end: usize,
    },
    /// These rows.
    Listed(&'a [usize]),
}
impl<'a> Rows<'a> {
    /// Number of rows.
    pub fn len(&self) -> usize {
        match self { Self::Run { start, end } => end - start, Self::Listed(l) => l.len() }
    }
    /// None.
    pub fn is_empty(&self) -> bool { self.len() == 0 }
    /// Row i.
    pub fn at(&self, i: usize) -> usize {
        match self { Self::Run { start, .. } => start + i, Self::Listed(l) => l[i] }
    }
    /// Part.
    pub fn part(self, range: Range<usize>) -> Self {
        match self { Self::Run { start, .. } => Self::Run { start: start + range.start, end: start + range.end }, Self::Listed(l) => Self::Listed(&l[range]) }
    }
    /// All.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ { (0..self.len()).map(|i| self.at(i)) }
}
