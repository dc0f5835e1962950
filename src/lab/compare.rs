//! Runs a comparison: every problem × solver × seed.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::deal::serve;
use super::describe::summarise;
use super::keep::{ForgetRuns, KeepRuns};
use super::spread::FilesRead;
use super::sweep::{Cell, Sweep};
use super::{Comparison, Event, ExperimentSpec, Lineup, ProblemSummary};
use crate::cluster::Ranks;
use crate::data::Dataset;
use crate::error::Result;

/// Who watches a comparison, and what keeps its runs.
pub struct Running<'r> {
    /// Ends the comparison once it is set; what there is by then is returned.
    pub interrupt: &'r AtomicBool,
    /// Told of what happens.
    pub observe: &'r mut (dyn FnMut(Event<'_>) + Send),
    /// Knows runs from before, and keeps new ones.
    pub keep: &'r mut dyn KeepRuns,
}

/// Runs every problem × solver × seed of `spec`; see [`Lineup::compare_with`].
///
/// # Errors
/// As [`Lineup::compare_with`].
pub fn compare(
    spec: &ExperimentSpec,
    interrupt: &AtomicBool,
    observe: &mut (dyn FnMut(Event<'_>) + Send),
) -> Result<Comparison> {
    let running = Running { interrupt, observe, keep: &mut ForgetRuns };
    Lineup::new(spec.clone()).compare_with(running)
}

impl Lineup<'_> {
    /// [`Lineup::compare_with`] with nobody who watches.
    ///
    /// # Errors
    /// As [`Lineup::compare_with`].
    pub fn compare(&self) -> Result<Comparison> {
        let interrupt = AtomicBool::new(false);
        let running =
            Running { interrupt: &interrupt, observe: &mut |_| {}, keep: &mut ForgetRuns };
        self.compare_with(running)
    }

    /// Runs every problem × solver × seed. All solvers of a problem and seed share start,
    /// split and order of the rows.
    ///
    /// Where the specification is `timed`, runs follow one another, so that their times can be
    /// compared, and all threads work on one evaluation. Else there are as many runs side by
    /// side as threads, each on one. The records have the same bits.
    ///
    /// Runs that are known from before are taken over; every other is kept as soon as it is
    /// finished. Runs with a solver or on a function of the user's are never taken over. After
    /// an interrupt the runs so far are returned, the interrupted ones included.
    ///
    /// On several ranks ([`Lineup::on`]) the rows of a timed comparison's problem are spread
    /// over them, run after run, the user's solvers' too; the runs of any other are dealt out to
    /// them, unless something of the user's takes part, which the other ranks do not know.
    ///
    /// # Errors
    /// When data cannot be read or split, the specification does not fit them, weights to
    /// start from cannot be read or do not fit, threads cannot start, a user's start has
    /// another dimension than its function, or runs cannot be kept.
    pub fn compare_with(&self, running: Running<'_>) -> Result<Comparison> {
        self.check_joined()?;
        let mut spec = self.spec.clone();
        let spread = if spec.timed { self.ranks.size() } else { 1 };
        let datasets = resolve(&mut spec, spread)?;
        let mut problems = summaries(&spec, &datasets)?;
        let levels = &spec.target_levels;
        problems.extend(self.objectives.iter().map(|objective| objective.summarise(levels)));
        let contestants = self.contestants();
        let sweep = Sweep {
            spec: &spec,
            datasets: &datasets,
            objectives: &self.objectives,
            problems: &problems,
            contestants: &contestants,
            interrupt: running.interrupt,
            ranks: &self.ranks,
        };
        let runs = sweep.run(running.observe, running.keep)?;
        let solvers = contestants.iter().map(|(label, _)| (*label).to_owned()).collect();
        tell_apart(&mut problems);
        let ExperimentSpec { name, budget, timed, target_levels, seeds, trace_entries, .. } = spec;
        let mut comparison =
            Comparison { name, budget, timed, target_levels, problems, solvers, seeds, runs };
        comparison.derive_targets();
        if let Some(most) = trace_entries {
            comparison.runs.iter_mut().for_each(|run| run.thin(most));
        }
        Ok(comparison)
    }
}

/// The data, of which a run has room for what the rows leave in the layers when they are
/// spread over so many ranks.
pub(super) fn resolve(spec: &mut ExperimentSpec, ranks: usize) -> Result<Vec<Dataset>> {
    let datasets = spec.load()?;
    let mut pairs = spec.problems.iter().zip(&datasets);
    pairs.try_for_each(|(problem, data)| problem.check_tape(data, ranks))?;
    Ok(datasets)
}

/// What the problems are in words.
fn summaries(spec: &ExperimentSpec, datasets: &[Dataset]) -> Result<Vec<ProblemSummary>> {
    let pairs = spec.problems.iter().zip(datasets);
    pairs.map(|(problem, data)| summarise(problem, data, &spec.target_levels)).collect()
}

/// Adds the name to a title that several problems have: those on the same data.
fn tell_apart(problems: &mut [ProblemSummary]) {
    let titles: Vec<String> = problems.iter().map(|problem| problem.title.clone()).collect();
    for problem in problems {
        if titles.iter().filter(|title| **title == problem.title).count() > 1 {
            problem.title += &format!(" ({})", problem.name);
        }
    }
}

/// On another rank than the leader: does the runs that it asks for of this comparison.
///
/// # Errors
/// As [`Lineup::compare_with`] before the first run.
pub(super) fn serve_runs(
    ranks: &Ranks,
    text: &str,
    files: &FilesRead,
    interrupt: &AtomicBool,
) -> Result<()> {
    let mut spec = ExperimentSpec::from_toml(text, "the leader's specification")?;
    let datasets = resolve(&mut spec, 1)?;
    let read = spec.problems.iter().zip(datasets.iter().map(|dataset| &dataset.sha256));
    FilesRead::of(read)?.check(files)?;
    let problems = summaries(&spec, &datasets)?;
    let lineup = Lineup::new(spec.clone());
    let contestants = lineup.contestants();
    let sweep = Sweep {
        spec: &spec,
        datasets: &datasets,
        objectives: &[],
        problems: &problems,
        contestants: &contestants,
        interrupt,
        ranks: &Arc::new(Ranks::alone()),
    };
    let slots = rayon::current_num_threads();
    serve(ranks, slots, interrupt, || None, |prepared, cell: Cell| sweep.answer(cell, prepared))
}
