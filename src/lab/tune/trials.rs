//! Trials: settings at work, and which of them is best.

use std::sync::atomic::Ordering;

use serde::Serialize;

use super::Request;
use super::request::{Candidate, Plan};
use crate::error::Result;
use crate::lab::statistics::median;
use crate::lab::{ExperimentSpec, Lineup, Run, Running};

/// Some settings, tried once on every tuning seed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Trial {
    /// The settings' number, from 0, in the order in which they were chosen.
    pub candidate: usize,
    /// Keys and values.
    pub settings: Vec<(String, String)>,
    /// The rung, from 0.
    pub rung: usize,
    /// Passes that each run might spend.
    pub budget: f64,
    /// What came out; nothing where too few passes were left to begin.
    pub result: Option<TrialResult>,
}

/// What came out of a trial.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TrialResult {
    /// The lowest training loss of each run, in the order of the tuning seeds; nothing for a
    /// run that diverged or could not be made.
    pub losses: Vec<Option<f64>>,
    /// Their median, with +∞ for a run that has none; nothing where that is +∞.
    pub score: Option<f64>,
    /// Passes that the runs spent together.
    pub passes: f64,
}

impl Trial {
    /// The score, +∞ where there is none.
    pub fn score(&self) -> f64 {
        self.result.as_ref().and_then(|result| result.score).unwrap_or(f64::INFINITY)
    }
}

/// The best trial of the last rung that has a finite score.
pub(super) fn best(trials: &[Trial]) -> Option<usize> {
    let finite = || (0..trials.len()).filter(|&i| trials[i].score().is_finite());
    let last = finite().map(|i| trials[i].rung).max()?;
    let rivals = finite().filter(|&i| trials[i].rung == last);
    rivals.min_by(|&i, &j| trials[i].score().total_cmp(&trials[j].score()))
}

/// The trials of a plan; nothing after an interrupt.
pub(super) fn run(
    lineup: &Lineup<'_>,
    request: &Request,
    plan: &Plan,
    running: Running<'_>,
) -> Result<Option<Vec<Trial>>> {
    let mut trials: Vec<Trial> = Vec::new();
    let mut survivors: Vec<usize> = (0..plan.candidates.len()).collect();
    let Running { interrupt, observe, keep } = running;
    for (rung, stage) in plan.rungs.iter().enumerate() {
        survivors.truncate(stage.trials);
        let begin = trials.len();
        let trial = |&candidate: &usize| Trial {
            candidate,
            settings: plan.candidates[candidate].settings.clone(),
            rung,
            budget: stage.budget,
            result: None,
        };
        trials.extend(survivors.iter().map(trial));
        let mut next = begin;
        loop {
            let left = plan.budget - spent(&trials);
            let fit = fitting(left, request.seeds.len() as f64 * stage.budget);
            let wave = next..trials.len().min(next.saturating_add(fit));
            if wave.is_empty() {
                break;
            }
            let candidates = trials[wave.clone()].iter();
            let candidates = candidates.map(|trial| &plan.candidates[trial.candidate]);
            let spec = spec_of(&lineup.spec, request, stage.budget, candidates);
            let running = Running { interrupt, observe: &mut *observe, keep: &mut *keep };
            let comparison = lineup.variant(spec).compare_with(running)?;
            if interrupt.load(Ordering::Relaxed) {
                return Ok(None);
            }
            // Runs come solver by solver, and within these seed by seed.
            let results = comparison.runs.chunks(request.seeds.len()).map(result);
            for (trial, result) in trials[wave.clone()].iter_mut().zip(results) {
                trial.result = Some(result);
            }
            next = wave.end;
        }
        survivors = ranked(&trials[begin..]);
    }
    Ok(Some(trials))
}

fn spent(trials: &[Trial]) -> f64 {
    trials.iter().filter_map(|trial| Some(trial.result.as_ref()?.passes)).sum()
}

/// How many trials of at most `cost` passes fit into what is left. Sums of passes are rounded
/// in their last digits, for which no trial is refused.
fn fitting(left: f64, cost: f64) -> usize {
    (left / cost + 1e-9).max(0.0) as usize
}

/// The experiment on the tuning seeds, with these for its solvers.
fn spec_of<'c>(
    spec: &ExperimentSpec,
    request: &Request,
    budget: f64,
    candidates: impl Iterator<Item = &'c Candidate>,
) -> ExperimentSpec {
    ExperimentSpec {
        seeds: request.seeds.clone(),
        budget,
        // The lowest loss within the budget is the score.
        stop_at_target: false,
        timed: false,
        trace_entries: None,
        solvers: candidates.map(|candidate| candidate.solver.clone()).collect(),
        ..spec.clone()
    }
}

fn result(runs: &[Run]) -> TrialResult {
    let losses: Vec<Option<f64>> = runs.iter().map(|run| run.record.achieved()).collect();
    let score = median(losses.iter().map(|loss| loss.unwrap_or(f64::INFINITY)));
    TrialResult {
        score: score.filter(|score| score.is_finite()),
        passes: runs.iter().map(|run| run.record.passes).sum(),
        losses,
    }
}

/// The candidates of the trials that came to an end with a finite score, the best first, the
/// earlier first of equals.
fn ranked(trials: &[Trial]) -> Vec<usize> {
    let mut order: Vec<&Trial> = trials.iter().filter(|trial| trial.score().is_finite()).collect();
    order.sort_by(|a, b| a.score().total_cmp(&b.score()));
    order.into_iter().map(|trial| trial.candidate).collect()
}
