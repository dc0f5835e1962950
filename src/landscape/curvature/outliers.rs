//! Where the outliers of a spectrum end.

use serde::{Deserialize, Serialize};

/// The largest gap among the first eigenvalues.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gap {
    /// Eigenvalues above it: the outliers.
    pub outliers: usize,
    /// The last of them over the next.
    pub ratio: f64,
    /// Among how many of the largest eigenvalues it was looked for.
    pub among: usize,
}

/// The largest ratio λⱼ/λⱼ₊₁ of consecutive positive eigenvalues among the `among`
/// largest, given largest first. Among the first 2C of a network with C classes, about C
/// are expected above the gap (Sagun et al. 1706.04454). None where fewer than two are
/// positive.
///
/// ```
/// use losslab::landscape::curvature::largest_gap;
/// let gap = largest_gap(&[9.0, 8.0, 6.0, 0.5, 0.4], 5).ok_or("none")?;
/// assert_eq!((gap.outliers, gap.ratio), (3, 12.0));
/// # Ok::<(), &str>(())
/// ```
pub fn largest_gap(largest_first: &[f64], among: usize) -> Option<Gap> {
    let among = among.min(largest_first.len());
    // What is smaller is rounding.
    let least = largest_first.first().map_or(0.0, |largest| largest.max(0.0) * 1e-12);
    let pairs = largest_first[..among].windows(2).enumerate();
    let ratios =
        pairs.filter(|(_, pair)| pair[1] > least).map(|(j, pair)| (j + 1, pair[0] / pair[1]));
    let found = ratios.max_by(|a, b| a.1.total_cmp(&b.1))?;
    Some(Gap { outliers: found.0, ratio: found.1, among })
}
