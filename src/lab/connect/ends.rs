//! The two solutions.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use super::request::{Ends, Request};
use super::{Run, Study};
use crate::error::Result;
use crate::lab::ground::Turn;
use crate::lab::instance::read_vector;
use crate::lab::{Event, ExperimentSpec};
use crate::numerics::{Seed, Vector};

/// A solution.
#[derive(Clone, Debug)]
pub struct End {
    /// θ.
    pub theta: Vector,
    /// The seed of the start that it was trained from.
    pub seed: Option<u64>,
    /// The run that trained it.
    pub run: Option<Run>,
    /// The file that it was read from.
    pub file: Option<PathBuf>,
}

/// Runs that train the ends.
pub(super) fn runs(request: &Request) -> usize {
    match request.ends {
        Ends::Trained { .. } => 2,
        Ends::Files(_) => 0,
    }
}

pub(super) fn ends(
    study: &mut Study,
    spec: &ExperimentSpec,
    request: &Request,
    interrupt: &AtomicBool,
    observe: &mut dyn FnMut(Event<'_>),
) -> Result<[End; 2]> {
    match &request.ends {
        Ends::Files([a, b]) => {
            let read = |file: &PathBuf| {
                let theta = read_vector(study.instance.risk.network(), file, "")?;
                Result::Ok(End { theta, seed: None, run: None, file: Some(file.clone()) })
            };
            Ok([read(a)?, read(b)?])
        }
        Ends::Trained { other_seed } => {
            let first = train(study, spec, (0, study.seed), interrupt, observe);
            let network = study.instance.risk.network();
            let start = Seed::new(*other_seed).child("start");
            study.instance.start = network.initialise(study.problem.initialisation, start);
            let second = train(study, spec, (1, *other_seed), interrupt, observe);
            Ok([first, second])
        }
    }
}

/// From the study's start as it is.
fn train(
    study: &Study,
    spec: &ExperimentSpec,
    (index, seed): (usize, u64),
    interrupt: &AtomicBool,
    observe: &mut dyn FnMut(Event<'_>),
) -> End {
    // The third run is the curve's.
    let turn = Turn { index, total: 3, seed, ..study.turn(spec, 0) };
    let (run, theta) = study.solve(spec, turn, interrupt, observe);
    End { theta, seed: Some(seed), run: Some(run), file: None }
}
