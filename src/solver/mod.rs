//! Solvers: a closed specification, one file per method, typed outcomes.

mod attempt;
pub mod catalogue;
mod conditions;
mod first_order;
pub(crate) mod grid;
mod learning_rate;
pub mod line_search;
mod monitored;
mod own;
mod quasi_newton;
mod run;
mod second_order;
pub(crate) mod settings;
mod spec;
mod status;
mod stochastic;
mod stock;
mod stopping;
mod user;

pub use conditions::{Checkpointing, Conditions, Snapshot};
pub use first_order::{
    BarzilaiBorwein, BarzilaiBorweinSettings, BarzilaiBorweinStep, BetaRule, CgSettings,
    ConjugateGradient, GdLineSearchSettings, GdSettings, GradientDescent, LineSearchDescent,
    Momentum, MomentumSettings, Nesterov, NesterovSettings,
};
pub use learning_rate::{LearningRate, Schedule};
pub use line_search::LineSearch;
pub use own::{Halt, Iterate, Iterative, Own};
pub use quasi_newton::{
    Bfgs, BfgsSettings, Lbfgs, LbfgsSettings, Sr1TrustRegion, Sr1TrustRegionSettings,
};
pub(crate) use run::{Contestant, run_contestant};
pub use run::{Outcome, run, run_user};
pub use second_order::{
    Forcing, HessianFree, HessianFreeSettings, NewtonCg, NewtonCgSettings, TrustRegion,
    TrustRegionSettings,
};
pub use settings::Setting;
pub use spec::{Method, SolverSpec};
pub use status::Status;
pub use stochastic::{
    Adagrad, AdagradRule, AdagradSettings, Adam, AdamRule, AdamSettings, AdamW, AdamWRule,
    AdamWSettings, Batches, OnBatches, RmsProp, RmsPropRule, RmsPropSettings, Sgd, SgdRule,
    SgdSettings, UpdateRule,
};
pub use stock::{
    ArgminBfgsSettings, ArgminCgSettings, ArgminGdSettings, ArgminLbfgsSettings,
    ArgminNewtonCgSettings, ArgminTrustRegionSettings, StockBeta, StockSearch, StockSearchKind,
};
pub use stopping::{GradientRule, Stopping};
pub use user::UserSolver;

use crate::numerics::Vector;

/// The argmin state that every method here works on.
pub type SolverState = argmin::core::IterState<Vector, Vector, (), (), (), f64>;
