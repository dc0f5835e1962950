//! What happens while an experiment goes on.

use super::Run;
use crate::model::Network;
use crate::numerics::Vector;

/// What happens while an experiment goes on.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// Some runs are known from before, and are not done again.
    RunsKnown {
        /// How many.
        count: usize,
    },
    /// A run begins.
    RunStarted {
        /// Its number, from 0, in the order in which runs begin.
        index: usize,
        /// Runs in all, those known from before left out.
        total: usize,
        /// The problem's name.
        problem: &'a str,
        /// The solver's label.
        solver: &'a str,
        /// The seed of start and split.
        seed: u64,
        /// Passes it may spend.
        budget: f64,
    },
    /// An iteration is done.
    Iterated {
        /// The run's number.
        index: usize,
        /// Passes spent so far.
        passes: f64,
        /// The training loss.
        loss: f64,
    },
    /// Some of what is measured around the runs is done: points of a grid, products.
    Measured {
        /// What: `surface`, `curvature map`.
        what: &'a str,
        /// How many are done.
        done: usize,
        /// How many there are.
        total: usize,
    },
    /// A run has ended.
    RunFinished {
        /// The run's number.
        index: usize,
        /// The run.
        run: &'a Run,
        /// Its network, unless a function of the user's was minimised.
        network: Option<&'a Network>,
        /// The parameters at its lowest training loss.
        theta: &'a Vector,
    },
}

impl std::fmt::Display for Event<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::RunsKnown { count } => write!(f, "{count} runs are known from before"),
            Self::RunStarted { index, total, problem, solver, seed, .. } => {
                write!(f, "{}/{total}: {problem}, {solver}, seed {seed}", index + 1)
            }
            Self::Iterated { passes, loss, .. } => {
                write!(f, "passes {passes:.1}, loss {loss:.3e}")
            }
            Self::Measured { what, done, total } => write!(f, "{what}: {done} of {total}"),
            Self::RunFinished { run, .. } => f.write_str(run.record.status.name()),
        }
    }
}
