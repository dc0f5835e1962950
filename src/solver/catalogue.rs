//! What each method is, for people who choose one.

/// A method as it is introduced to the user.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The name, as [`SolverSpec::named`](super::SolverSpec::named) takes it.
    pub name: &'static str,
    /// What it does, in a line.
    pub description: &'static str,
    /// What it needs of the objective.
    pub needs: &'static str,
    /// Where it is described.
    pub reference: &'static str,
}

/// Every method, in the order of [`Method::all`](super::Method::all).
pub const ENTRIES: [Entry; 4] = [
    Entry {
        name: "gd",
        description: "gradient descent with a fixed or scheduled learning rate",
        needs: "gradient",
        reference: "Cauchy 1847",
    },
    Entry {
        name: "gd-line-search",
        description: "gradient descent, the step from a line search",
        needs: "value and gradient",
        reference: "Nocedal & Wright 2006, ch. 3",
    },
    Entry {
        name: "cg",
        description: "nonlinear conjugate gradient",
        needs: "value and gradient",
        reference: "Nocedal & Wright 2006, ch. 5",
    },
    Entry {
        name: "lbfgs",
        description: "limited-memory BFGS, a quasi-Newton method",
        needs: "value and gradient",
        reference: "Liu & Nocedal 1989",
    },
];

/// The learning-rate schedules, with the settings that each needs.
pub const SCHEDULES: [&str; 5] = [
    "constant",
    "step (every, factor)",
    "exponential (rate)",
    "inverse (rate)",
    "cosine (horizon)",
];
