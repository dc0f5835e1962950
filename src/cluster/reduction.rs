//! Which rank has which blocks, and how their sums are put together along the fixed tree.

use std::ops::Range;

/// One addition of [`reduce_tree`](crate::numerics::reduce_tree) that no rank can do while it
/// computes: the sum that begins with block `right` is added to the one that begins with block
/// `left`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The block that the left sum begins with; its owner has the result.
    pub left: usize,
    /// The block that the right sum begins with.
    pub right: usize,
    /// The rank that has the left sum.
    pub left_owner: usize,
    /// The rank that has the right sum.
    pub right_owner: usize,
}

/// The sum over blocks whose sums several ranks have.
///
/// [`reduce_tree`](crate::numerics::reduce_tree) adds B terms along a binary tree that depends
/// on B alone. Each of R ranks owns a run of blocks, `⌈B r/R⌉ … ⌈B (r+1)/R⌉`. It adds up every
/// complete subtree within its run by itself; what is left are the additions whose two sides lie
/// on different ranks or at the end of the tree, in the tree's order. The right side travels to
/// the owner of the left one, so that the leader, who owns the first block, has the sum in the
/// end: the same additions of the same numbers as in one process, and therefore the same bits.
///
/// With B and R powers of two R − 1 sums travel; else a few more: 5 with 32 blocks on 3 ranks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reduction {
    blocks: usize,
    ranks: usize,
    steps: Vec<Step>,
}

impl Reduction {
    /// The sum over so many blocks, of which `ranks` have a run each.
    ///
    /// # Panics
    /// Without blocks or ranks.
    pub fn new(blocks: usize, ranks: usize) -> Self {
        assert!(blocks > 0 && ranks > 0, "a sum needs blocks and ranks");
        let mut found = Self { blocks, ranks, steps: Vec::new() };
        let mut stride = 1;
        while stride < blocks {
            for left in (0..blocks - stride).step_by(2 * stride) {
                let right = left + stride;
                let (left_owner, right_owner) = (found.owner(left), found.owner(right));
                let end = left + 2 * stride;
                let is_complete = end <= blocks && found.owner(end - 1) == left_owner;
                if !is_complete {
                    found.steps.push(Step { left, right, left_owner, right_owner });
                }
            }
            stride *= 2;
        }
        found
    }

    /// The blocks of one rank.
    pub fn blocks_of(&self, rank: usize) -> Range<usize> {
        let at = |rank: usize| (self.blocks * rank).div_ceil(self.ranks);
        at(rank)..at(rank + 1)
    }

    /// The rank that has this block.
    pub fn owner(&self, block: usize) -> usize {
        // ⌈B r/R⌉ ≤ block holds up to r = ⌊block R/B⌋.
        block * self.ranks / self.blocks
    }

    /// What is left to add when every rank has the sums of its complete subtrees, in order.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }
}

/// The complete subtrees of which a run of blocks consists, in order: the largest that begin
/// where the one before ends. A complete subtree has 2ˡ blocks and begins at a multiple of 2ˡ.
pub(crate) fn complete_subtrees(run: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let mut start = run.start;
    std::iter::from_fn(move || {
        let left = run.end - start;
        if left == 0 {
            return None;
        }
        let largest = 1 << left.ilog2();
        let aligned = if start == 0 { largest } else { 1 << start.trailing_zeros() };
        let subtree = start..start + largest.min(aligned);
        start = subtree.end;
        Some(subtree)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numerics::reduce_tree;

    /// Sums of floating-point numbers, so that another order would be seen.
    fn terms(count: usize) -> Vec<f64> {
        (0..count).map(|i| (i as f64 * 1.7).sin() * 10_f64.powi(i as i32 % 9)).collect()
    }

    #[test]
    fn subtrees_and_steps_are_the_additions_of_reduce_tree() {
        for blocks in 1..=70 {
            let mut expected = terms(blocks);
            reduce_tree(&mut expected, |sum, term| *sum += *term);
            for ranks in [1, 2, 3, 4, 5, 7, 8, 64, 100] {
                let reduction = Reduction::new(blocks, ranks);
                let mut sums = vec![None; blocks];
                let mut next = 0;
                for rank in 0..ranks {
                    let run = reduction.blocks_of(rank);
                    assert_eq!(run.start, next);
                    next = run.end;
                    assert!(run.clone().all(|block| reduction.owner(block) == rank));
                    for subtree in complete_subtrees(run) {
                        let mut part = terms(blocks)[subtree.clone()].to_vec();
                        reduce_tree(&mut part, |sum, term| *sum += *term);
                        sums[subtree.start] = Some(part[0]);
                    }
                }
                assert_eq!(next, blocks);
                for step in reduction.steps() {
                    let right: f64 = sums[step.right].take().expect("it is there");
                    *sums[step.left].as_mut().expect("it is there") += right;
                }
                let found = sums[0].expect("it is there");
                assert_eq!(found.to_bits(), expected[0].to_bits(), "{blocks} on {ranks}");
                assert!(sums[1..].iter().all(Option::is_none));
            }
        }
    }

    /// The sums that travel, as the first blocks of both sides.
    fn travelling(blocks: usize, ranks: usize) -> Vec<(usize, usize)> {
        let reduction = Reduction::new(blocks, ranks);
        let steps = reduction.steps().iter().filter(|step| step.left_owner != step.right_owner);
        steps.map(|step| (step.left, step.right)).collect()
    }

    #[test]
    fn with_powers_of_two_every_rank_but_one_sends_once() {
        for (blocks, ranks) in [(8, 1), (8, 2), (64, 4), (64, 16), (8, 8)] {
            assert_eq!(travelling(blocks, ranks).len(), ranks - 1);
        }
        assert_eq!(Reduction::new(32, 3).blocks_of(1), 11..22);
        assert_eq!(travelling(32, 3).len(), 5);
        // Three ranks of eight blocks, 0–2, 3–5, 6–7: 3 to 2, then 4–5 and 6–7 join, then all.
        assert_eq!(travelling(8, 3), [(2, 3), (4, 6), (0, 4)]);
    }
}
