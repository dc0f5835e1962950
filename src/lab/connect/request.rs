//! What is asked of a connection.

use std::path::PathBuf;

use crate::error::{Error, Result};
use crate::landscape::connect::{PATH_POINTS, QUADRATURE_NODES};
use crate::solver::SolverSpec;

/// Points along an axis of the curve's plane at most.
const PLANE_POINTS_MAX: usize = 2000;
/// Points on a path at most.
const POINTS_MAX: usize = 1_000_000;

/// Where the two solutions come from.
#[derive(Clone, Debug, PartialEq)]
pub enum Ends {
    /// They are trained: the first from the start of the experiment's seed, the second from
    /// that of this one.
    Trained {
        /// The seed of the second start.
        other_seed: u64,
    },
    /// They are read from two weights files.
    Files([PathBuf; 2]),
}

/// How hidden units are matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MatchBy {
    /// By their weights.
    Weights,
    /// By their activations on the training rows.
    Activations,
    /// Not at all.
    Nothing,
}

impl MatchBy {
    /// Every way.
    pub const ALL: [Self; 3] = [Self::Weights, Self::Activations, Self::Nothing];

    /// The name in the command line and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Weights => "weights",
            Self::Activations => "activations",
            Self::Nothing => "none",
        }
    }
}

/// What to measure between two solutions.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// Where they come from. Default: trained, the second from seed 1.
    pub ends: Ends,
    /// Points on each path, both ends included. Default 61.
    pub points: usize,
    /// How hidden units are matched. Default by weights.
    pub match_by: MatchBy,
    /// Descents of the matching by weights, of which the best counts. Default 8, our
    /// choice.
    pub match_tries: usize,
    /// What fits the curve. Default L-BFGS.
    pub fit: SolverSpec,
    /// Passes over the training rows that the fit may spend: an evaluation of the curve's
    /// loss takes as many as the quadrature has nodes. No curve is fitted with 0. Default
    /// 2700, our choice.
    pub curve_budget: f64,
    /// Nodes of the quadrature. Default 9.
    pub nodes: usize,
    /// Points along each axis of the curve's plane; 0 for none. Default 51.
    pub plane_points: usize,
}

impl Request {
    /// All defaults.
    ///
    /// # Errors
    /// None: L-BFGS exists.
    pub fn new() -> Result<Self> {
        Ok(Self {
            ends: Ends::Trained { other_seed: 1 },
            points: PATH_POINTS,
            match_by: MatchBy::Weights,
            match_tries: 8,
            fit: SolverSpec::named("lbfgs")?,
            curve_budget: 2700.0,
            nodes: QUADRATURE_NODES,
            plane_points: 51,
        })
    }

    /// That the numbers can be used.
    ///
    /// # Errors
    /// [`Error::Specification`] for the first one that cannot.
    pub fn check(&self) -> Result<()> {
        let refuse = |place: &str, value: String, remedy: &str| {
            let (place, remedy) = (place.to_owned(), remedy.to_owned());
            Err(Error::Specification { place, problem: format!("{value} cannot be used"), remedy })
        };
        if !(2..=POINTS_MAX).contains(&self.points) {
            let remedy = "give at least the 2 ends, and at most a million";
            return refuse("--points", self.points.to_string(), remedy);
        }
        if !(self.curve_budget >= 0.0 && self.curve_budget.is_finite()) {
            let remedy = "give a finite number of passes, 0 for no curve";
            return refuse("--bezier-budget", self.curve_budget.to_string(), remedy);
        }
        if !(1..=1000).contains(&self.nodes) {
            return refuse("the quadrature's nodes", self.nodes.to_string(), "give 1 to 1000");
        }
        if self.plane_points == 1 || self.plane_points > PLANE_POINTS_MAX {
            let remedy = "give 2 to 2000 points along each axis, or 0 for no plane";
            return refuse("--plane-points", self.plane_points.to_string(), remedy);
        }
        self.fit.validate()
    }
}
