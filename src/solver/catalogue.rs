//! What each method is, for people who choose one.

/// What a method needs of an objective.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Values.
    Value,
    /// Gradients.
    Gradient,
    /// Hessian-vector products.
    HessianVector,
    /// Gauss–Newton-vector products.
    GaussNewtonVector,
    /// Gradients of mini-batches.
    MiniBatch,
}

impl Need {
    /// The name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Value => "value",
            Self::Gradient => "gradient",
            Self::HessianVector => "Hessian-vector products",
            Self::GaussNewtonVector => "Gauss–Newton products",
            Self::MiniBatch => "mini-batches",
        }
    }
}

/// A method as it is introduced to the user.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The name, as [`SolverSpec::named`](super::SolverSpec::named) takes it.
    pub name: &'static str,
    /// What it does, in a line.
    pub description: &'static str,
    /// What it needs of the objective.
    pub needs: &'static [Need],
    /// Where its defaults come from.
    pub defaults_from: &'static str,
    /// Where it is described.
    pub reference: &'static str,
}
