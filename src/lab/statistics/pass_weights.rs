//! What the parts of a pass cost.

use crate::objective::Executed;

/// The cost of one evaluation over all training rows, in passes.
///
/// The defaults are what the ledger charges: the multiplications in layers behind the first,
/// of which a forward pass does 1 per weight, a backward pass 2, a linearisation 2, a
/// Hessian-vector product 6 and a Gauss–Newton product 4, with 3 to a pass. How long they
/// take is another matter; so it is worth asking whether a conclusion stands with others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PassWeights {
    /// A forward pass. Default 1/3.
    pub forward: f64,
    /// A backward pass. Default 2/3.
    pub backward: f64,
    /// A linearisation, from which products start. Default 2/3.
    pub linearize: f64,
    /// A Hessian-vector product. Default 2.
    pub hessian_vector: f64,
    /// A Gauss–Newton product. Default 4/3.
    pub gauss_newton_vector: f64,
}

impl Default for PassWeights {
    fn default() -> Self {
        Self {
            forward: 1.0 / 3.0,
            backward: 2.0 / 3.0,
            linearize: 2.0 / 3.0,
            hessian_vector: 2.0,
            gauss_newton_vector: 4.0 / 3.0,
        }
    }
}

impl PassWeights {
    /// The defaults with another price for products: `hessian_vector` for one with the
    /// Hessian, two thirds of it for one with the Gauss–Newton matrix.
    #[must_use]
    pub fn with_hessian_vector(hessian_vector: f64) -> Self {
        let gauss_newton_vector = hessian_vector * 2.0 / 3.0;
        Self { hessian_vector, gauss_newton_vector, ..Self::default() }
    }

    /// The defaults with a pass divided otherwise: `forward` of it for the forward pass, the
    /// rest for the backward pass.
    #[must_use]
    pub fn with_forward(forward: f64) -> Self {
        Self { forward, backward: 1.0 - forward, ..Self::default() }
    }

    /// What a run costs that spent `passes` at the default weights by doing `executed`, the
    /// training set having so many `rows`.
    ///
    /// [`Executed`] counts evaluations, over all rows or a mini-batch alike, so the counts
    /// alone do not say what was done over how many rows. Three facts do. Linearisations and
    /// products are over all rows. `samples` counts the rows read by all but backward passes,
    /// which leaves those of forward passes. And `passes` is the sum of all at the default
    /// weights, which leaves the rows of backward passes. So for a run that uses nothing but
    /// mini-batches, each of which is one forward and one backward pass over the same rows,
    /// the cost is samples / rows × (`forward` + `backward`); and with the default weights it
    /// is always `passes`.
    pub fn cost(&self, passes: f64, executed: &Executed, rows: usize) -> f64 {
        let rows = rows.max(1) as f64;
        let [linearized, hessian, gauss_newton] =
            [executed.linearize, executed.hessian_vector, executed.gauss_newton_vector]
                .map(|count| count as f64);
        let forward = executed.samples as f64 / rows - linearized - hessian - gauss_newton;
        // In thirds of a pass over one row, which are whole numbers.
        let thirds = (3.0 * passes * rows).round() / rows;
        let backward =
            (thirds - forward - 2.0 * linearized - 6.0 * hessian - 4.0 * gauss_newton) / 2.0;
        self.forward * forward
            + self.backward * backward
            + self.linearize * linearized
            + self.hessian_vector * hessian
            + self.gauss_newton_vector * gauss_newton
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Prices that no two sums share by chance.
    const ODD: PassWeights = PassWeights {
        forward: 1.0,
        backward: 10.0,
        linearize: 100.0,
        hessian_vector: 1e3,
        gauss_newton_vector: 1e4,
    };

    #[test]
    fn costs_by_hand() {
        // Over 10 rows: 4 forward, 3 backward, 2 linearisations, 5 and 6 products.
        let executed = Executed {
            forward: 4,
            backward: 3,
            linearize: 2,
            hessian_vector: 5,
            gauss_newton_vector: 6,
            samples: 10 * (4 + 2 + 5 + 6),
        };
        let passes = (4.0 + 2.0 * 3.0 + 2.0 * 2.0 + 6.0 * 5.0 + 4.0 * 6.0) / 3.0;
        assert!((ODD.cost(passes, &executed, 10) - 65_234.0).abs() < 1e-9);
        assert!((PassWeights::default().cost(passes, &executed, 10) - passes).abs() < 1e-12);
        // Mini-batches of 4, 4 and 2 of 10 rows: one pass.
        let batches = Executed { forward: 3, backward: 3, samples: 10, ..Executed::default() };
        assert!((ODD.cost(1.0, &batches, 10) - 11.0).abs() < 1e-12);
        // And a gradient over all rows beside them.
        let mixed = Executed { forward: 4, backward: 4, samples: 20, ..Executed::default() };
        assert!((ODD.cost(2.0, &mixed, 10) - 22.0).abs() < 1e-12);
        assert_eq!(ODD.cost(0.0, &Executed::default(), 0), 0.0);
    }

    #[test]
    fn other_weights_leave_a_pass_a_pass() {
        let other = PassWeights::with_forward(0.25);
        assert_eq!(other.forward + other.backward, 1.0);
        assert_eq!(PassWeights::with_hessian_vector(2.0), PassWeights::default());
    }
}
