//! Whole runs with the curvature along them.

use std::sync::atomic::AtomicBool;

use serde::Serialize;

use super::{
    AlongOptions, CurvatureAt, StabilityLimit, StepCurvature, Until, chosen, curvature_along_until,
    stability_limit, step_curvatures_until,
};
use crate::lab::{Event, Recorded, Study};
use crate::solver::{Method, SolverSpec};

/// Runs of one problem with the curvature along them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Along {
    /// What the pictures are headed with.
    pub title: String,
    /// Lines below it: network, loss with its reduction, penalty, seed.
    pub notes: Vec<String>,
    /// The runs.
    pub runs: Vec<AlongRun>,
}

impl Along {
    /// Of this problem, without runs.
    pub fn new(study: &Study) -> Self {
        let summary = &study.summary;
        let rows = study.instance.risk.rows();
        Self {
            title: summary.title.clone(),
            notes: vec![
                format!("{}, all parameters, seed {}", summary.network, study.seed),
                format!("{}, mean over {rows} rows ({})", summary.loss, study.problem.rows.name()),
            ],
            runs: Vec::new(),
        }
    }
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AlongRun {
    /// The solver.
    pub label: String,
    /// What its curvature is compared with, where its step is fixed.
    pub limit: Option<StabilityLimit>,
    /// How the end of the run stands to that limit.
    pub hovering: Option<Hovering>,
    /// The Hessian's ends at chosen iterates.
    pub curvature: Vec<CurvatureAt>,
    /// What the steps met, where the method searches for them.
    pub steps: Vec<StepCurvature>,
    /// Iteration and training loss.
    pub losses: Vec<(u64, f64)>,
}

/// λmax at the end of a run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Hovering {
    /// The first iteration of the last fifth.
    pub from: u64,
    /// Points in it.
    pub points: usize,
    /// The mean of λmax over them.
    pub mean: f64,
    /// That mean over the limit.
    pub ratio: f64,
}

impl Hovering {
    /// Over the last fifth of the iterations.
    pub fn new(curvature: &[CurvatureAt], limit: f64) -> Option<Self> {
        let end = curvature.last()?.iteration;
        let from = end - end / 5;
        let late = || curvature.iter().filter(|at| at.iteration >= from);
        let points = late().count();
        let mean = late().map(|at| at.largest).sum::<f64>() / points as f64;
        Some(Self { from, points, mean, ratio: mean / limit })
    }
}

impl AlongRun {
    /// The curvature at `points` iterates of a run, and for methods that search along
    /// lines what all its steps met. An interrupt ends it with what there is by then.
    pub fn measure(
        study: &Study,
        solver: &SolverSpec,
        recorded: &Recorded,
        points: usize,
        options: &AlongOptions,
        interrupt: &AtomicBool,
        observe: &mut dyn FnMut(Event<'_>),
    ) -> Self {
        let risk = &study.instance.risk;
        let label = &solver.label;
        let iterates = recorded.iterates.entries();
        let picked = chosen(iterates, points);
        let what = format!("{label}: λmax along the run");
        let mut told = |done, total| observe(Event::Measured { what: &what, done, total });
        let mut until = Until { interrupt, on_point: &mut told };
        let curvature = curvature_along_until(risk, &picked, options, &mut until);
        let what = format!("{label}: curvature along steps");
        let mut told = |done, total| observe(Event::Measured { what: &what, done, total });
        let mut until = Until { interrupt, on_point: &mut told };
        let steps = match searches(&solver.method) {
            true => step_curvatures_until(risk, iterates, &mut until),
            false => Vec::new(),
        };
        let limit = stability_limit(&solver.method);
        let hovering = limit.as_ref().and_then(|limit| Hovering::new(&curvature, limit.value));
        let trace = &recorded.run.record.trace;
        let losses = trace.iter().map(|entry| (entry.iteration, entry.loss)).collect();
        Self { label: label.clone(), limit, hovering, curvature, steps, losses }
    }
}

/// Whether a method steps along lines, each as far as a search finds right.
fn searches(method: &Method) -> bool {
    matches!(
        method,
        Method::GdLineSearch(_)
            | Method::Cg(_)
            | Method::Lbfgs(_)
            | Method::Bfgs(_)
            | Method::NewtonCg(_)
            | Method::ArgminGd(_)
            | Method::ArgminCg(_)
            | Method::ArgminLbfgs(_)
            | Method::ArgminBfgs(_)
            | Method::ArgminNewtonCg(_)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numerics::spectral::End;

    #[test]
    fn the_last_fifth_by_hand() {
        let at = |iteration: u64| CurvatureAt {
            iteration,
            loss: 1.0,
            largest: iteration as f64 / 10.0,
            largest_residual: 1e-9,
            smallest: None,
            smallest_residual: None,
            end: End::Converged,
            products: 12,
        };
        let curvature: Vec<CurvatureAt> = (0..=10).map(|k| at(10 * k)).collect();
        let found = Hovering::new(&curvature, 18.0).unwrap();
        assert_eq!(found, Hovering { from: 80, points: 3, mean: 9.0, ratio: 0.5 });
        assert_eq!(Hovering::new(&[], 1.0), None);
    }
}
