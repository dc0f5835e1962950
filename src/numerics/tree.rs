//! Sums in an order that depends on nothing but the number of terms.

/// Adds `terms[1..]` into `terms[0]` along a fixed binary tree, in place.
///
/// Level by level, term `i + s` is added to term `i` for `i = 0, 2s, 4s, …` and
/// `s = 1, 2, 4, …`. The result therefore has the same bits however the terms
/// were computed, and a run of terms that forms a complete subtree can be summed
/// apart from the rest.
///
/// ```
/// use losslab::numerics::reduce_tree;
/// let mut terms = vec![1.0, 2.0, 3.0, 4.0, 5.0];
/// reduce_tree(&mut terms, |sum, term| *sum += *term);
/// assert_eq!(terms[0], 15.0);
/// ```
pub fn reduce_tree<T>(terms: &mut [T], mut add: impl FnMut(&mut T, &T)) {
    let mut stride = 1;
    while stride < terms.len() {
        let mut i = 0;
        while i + stride < terms.len() {
            let (left, right) = terms.split_at_mut(i + stride);
            add(&mut left[i], &right[0]);
            i += 2 * stride;
        }
        stride *= 2;
    }
}
