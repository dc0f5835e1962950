//! Sums of complete subtrees of blocks, until they are one.

use std::ops::Range;

use crate::cluster::{Ranks, Reduction};

/// What is added up so far of the blocks of a process: sums of complete subtrees, in order, as
/// few as there can be. Storage is reused from one evaluation to the next.
#[derive(Debug, Default)]
pub(super) struct Forest {
    trees: Vec<Tree>,
    spare: Vec<Vec<f64>>,
}

#[derive(Debug)]
struct Tree {
    /// The first block.
    start: usize,
    /// Blocks, a power of two.
    blocks: usize,
    sums: Vec<f64>,
}

impl Forest {
    /// Forgets all.
    pub(super) fn clear(&mut self) {
        self.spare.extend(self.trees.drain(..).map(|tree| tree.sums));
    }

    /// Adds the `width` sums, which `fill` writes, of a complete subtree that begins where the
    /// last one ends.
    pub(super) fn push(
        &mut self,
        subtree: Range<usize>,
        width: usize,
        fill: impl FnOnce(&mut [f64]),
    ) {
        let mut sums = self.spare.pop().unwrap_or_default();
        sums.resize(width, 0.0);
        fill(&mut sums);
        let mut tree = Tree { start: subtree.start, blocks: subtree.len(), sums };
        while let Some(left) = self.trees.pop_if(|left| are_siblings(left, &tree)) {
            tree = self.join(left, tree);
        }
        self.trees.push(tree);
    }

    fn join(&mut self, mut left: Tree, right: Tree) -> Tree {
        add(&mut left.sums, &right.sums);
        left.blocks += right.blocks;
        self.spare.push(right.sums);
        left
    }

    /// Does the steps of the reduction that are this rank's: sends sums to other ranks, and
    /// adds those that come from them.
    pub(super) fn exchange(&mut self, ranks: &Ranks, reduction: &Reduction) {
        let rank = ranks.rank();
        for step in reduction.steps() {
            let (is_left, is_right) = (step.left_owner == rank, step.right_owner == rank);
            let right = match (is_left, is_right) {
                (_, true) => self.take(step.right),
                (true, false) => {
                    let mut sums = self.spare.pop().unwrap_or_default();
                    ranks.receive_numbers(step.right_owner, &mut sums);
                    sums
                }
                (false, false) => continue,
            };
            match is_left {
                true => add(self.sums_at(step.left), &right),
                false => ranks.send_numbers(step.left_owner, &right),
            }
            self.spare.push(right);
        }
    }

    /// The sums over all blocks, where they are here.
    pub(super) fn total(&self) -> Option<&[f64]> {
        self.trees.first().filter(|tree| tree.start == 0).map(|tree| tree.sums.as_slice())
    }

    fn place(&self, start: usize) -> usize {
        let place = self.trees.binary_search_by_key(&start, |tree| tree.start);
        place.expect("the reduction knows which sums are here")
    }

    fn take(&mut self, start: usize) -> Vec<f64> {
        let place = self.place(start);
        self.trees.remove(place).sums
    }

    fn sums_at(&mut self, start: usize) -> &mut [f64] {
        let place = self.place(start);
        &mut self.trees[place].sums
    }
}

fn are_siblings(left: &Tree, right: &Tree) -> bool {
    left.blocks == right.blocks && left.start.is_multiple_of(2 * left.blocks)
}

fn add(sums: &mut [f64], terms: &[f64]) {
    sums.iter_mut().zip(terms).for_each(|(sum, term)| *sum += term);
}
