//! Runs a comparison: every problem × solver × seed.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rayon::{ThreadPool, ThreadPoolBuilder};

use super::describe::summarise;
use super::ground::{Breaking, Ground, Turn};
use super::keep::{ForgetRuns, KeepRuns, RunKey};
use super::{Comparison, Event, ExperimentSpec, Lineup, ProblemSummary, Run, Study, UserObjective};
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::numerics::{Seed, Vector};
use crate::solver::{Contestant, Status};

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
    /// # Errors
    /// When data cannot be read or split, the specification does not fit them, weights to
    /// start from cannot be read or do not fit, threads cannot start, a user's start has
    /// another dimension than its function, or runs cannot be kept.
    pub fn compare_with(&self, running: Running<'_>) -> Result<Comparison> {
        self.check_joined()?;
        let mut spec = self.spec.clone();
        let datasets = resolve(&mut spec)?;
        let levels = &spec.target_levels;
        let stated = spec.problems.iter().zip(&datasets);
        let stated = stated.map(|(problem, data)| summarise(problem, data, levels));
        let mut problems = stated.collect::<Result<Vec<_>>>()?;
        problems.extend(self.objectives.iter().map(|objective| objective.summarise(levels)));
        let contestants = self.contestants();
        let sweep = Sweep {
            spec: &spec,
            datasets: &datasets,
            objectives: &self.objectives,
            problems: &problems,
            contestants: &contestants,
            interrupt: running.interrupt,
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

/// The data, of which a run has room for what the rows leave in the layers.
pub(super) fn resolve(spec: &mut ExperimentSpec) -> Result<Vec<Dataset>> {
    let datasets = spec.load()?;
    spec.problems.iter().zip(&datasets).try_for_each(|(problem, data)| problem.check_tape(data))?;
    Ok(datasets)
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

/// A run to be done: which problem, which solver, which of the seeds. In their order, the
/// solvers of a seed follow one another, so that its split is prepared once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Cell {
    problem: usize,
    seed: usize,
    solver: usize,
}

/// Everything that the runs of a comparison share.
struct Sweep<'s> {
    spec: &'s ExperimentSpec,
    datasets: &'s [Dataset],
    objectives: &'s [UserObjective<'s>],
    problems: &'s [ProblemSummary],
    contestants: &'s [(&'s str, Contestant<'s>)],
    interrupt: &'s AtomicBool,
}

/// What the workers share.
struct Shared<'w> {
    observe: &'w mut (dyn FnMut(Event<'_>) + Send),
    keep: &'w mut dyn KeepRuns,
    done: Vec<(Cell, Run)>,
    failure: Option<Error>,
}

impl Sweep<'_> {
    /// The runs in the order problems × solvers × seeds.
    fn run(
        &self,
        observe: &mut (dyn FnMut(Event<'_>) + Send),
        keep: &mut dyn KeepRuns,
    ) -> Result<Vec<Run>> {
        let mut done = Vec::new();
        let mut open = Vec::new();
        for cell in self.cells() {
            let key = self.key(cell)?;
            let known = key.map(|key| keep.known(&key)).transpose()?.flatten();
            match known {
                Some(mut run) => {
                    run.measure(&self.problems[cell.problem]);
                    done.push((cell, run));
                }
                None => open.push((cell, key)),
            }
        }
        if !done.is_empty() {
            observe(Event::RunsKnown { count: done.len() });
        }
        let shared = Mutex::new(Shared { observe, keep, done, failure: None });
        let next = AtomicUsize::new(0);
        let workers = match self.spec.timed {
            true => 1,
            false => rayon::current_num_threads().min(open.len()),
        };
        if workers <= 1 {
            self.work(&open, &next, &shared);
        } else {
            let pools = (0..workers).map(|_| one_thread()).collect::<Result<Vec<_>>>()?;
            std::thread::scope(|scope| {
                for pool in &pools {
                    scope.spawn(|| pool.install(|| self.work(&open, &next, &shared)));
                }
            });
        }
        let shared = shared.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Some(failure) = shared.failure {
            return Err(failure);
        }
        let mut runs = shared.done;
        runs.sort_by_key(|(cell, _)| (cell.problem, cell.solver, cell.seed));
        Ok(runs.into_iter().map(|(_, run)| run).collect())
    }

    fn cells(&self) -> impl Iterator<Item = Cell> {
        let (seeds, solvers) = (self.spec.seeds.len(), self.contestants.len());
        (0..self.problems.len()).flat_map(move |problem| {
            (0..seeds).flat_map(move |seed| {
                (0..solvers).map(move |solver| Cell { problem, seed, solver })
            })
        })
    }

    /// What the run is kept under; nothing for what is the user's.
    fn key(&self, Cell { problem, seed, solver }: Cell) -> Result<Option<RunKey>> {
        if problem >= self.datasets.len() || solver >= self.spec.solvers.len() {
            return Ok(None);
        }
        let data = &self.datasets[problem].sha256;
        RunKey::new(self.spec, problem, solver, self.spec.seeds[seed], data).map(Some)
    }

    /// Does one open run after the other, until none is left or there is a reason to end.
    fn work(
        &self,
        open: &[(Cell, Option<RunKey>)],
        next: &AtomicUsize,
        shared: &Mutex<Shared<'_>>,
    ) {
        let mut prepared: Option<(Cell, Study)> = None;
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let over = self.interrupt.load(Ordering::Relaxed) || lock(shared).failure.is_some();
            let Some(&(cell, key)) = open.get(index).filter(|_| !over) else { return };
            let turn = self.turn(cell, index, open.len());
            let done = self.run_cell(cell, turn, &mut prepared, shared).and_then(|run| {
                let mut shared = lock(shared);
                if let Some(key) = key.filter(|_| run.record.status != Status::Interrupted) {
                    shared.keep.keep(&key, &run)?;
                }
                shared.done.push((cell, run));
                Ok(())
            });
            if let Err(error) = done {
                lock(shared).failure.get_or_insert(error);
                return;
            }
        }
    }

    fn turn(&self, cell: Cell, index: usize, total: usize) -> Turn<'_> {
        let (label, contestant) = self.contestants[cell.solver];
        Turn { label, contestant, index, total, seed: self.spec.seeds[cell.seed] }
    }

    fn run_cell(
        &self,
        cell: Cell,
        turn: Turn<'_>,
        prepared: &mut Option<(Cell, Study)>,
        shared: &Mutex<Shared<'_>>,
    ) -> Result<Run> {
        let observe = &mut |event: Event<'_>| (lock(shared).observe)(event);
        let Some(dataset) = self.datasets.get(cell.problem) else {
            let user = &self.objectives[cell.problem - self.datasets.len()];
            return self.run_user(user, &self.problems[cell.problem], turn, observe);
        };
        let at = Cell { solver: 0, ..cell };
        if prepared.as_ref().is_none_or(|(cell, _)| *cell != at) {
            // The one before is dropped first: there is memory for one.
            *prepared = None;
            *prepared = Some((at, Study::new(self.spec, cell.problem, dataset, turn.seed)?));
        }
        let Some((_, study)) = prepared else { unreachable!("it was prepared") };
        Ok(study.solve(self.spec, turn, self.interrupt, observe).0)
    }

    fn run_user(
        &self,
        user: &UserObjective<'_>,
        summary: &ProblemSummary,
        turn: Turn<'_>,
        observe: &mut dyn FnMut(Event<'_>),
    ) -> Result<Run> {
        let start = (user.start)(Seed::new(turn.seed).child("start"));
        let expected = user.objective.dimension();
        if start.len() != expected {
            return Err(Error::Specification {
                place: format!("problem '{}', start", user.name),
                problem: format!("it has {} numbers, the function {expected}", start.len()),
                remedy: "give a start of the function's dimension".to_owned(),
            });
        }
        let ground = Ground {
            summary,
            seed: turn.seed,
            objective: user.objective,
            start: &start,
            network: None,
            rows: [user.objective.terms(), 0],
            evaluate: &|_| None,
        };
        let keep = &mut |_: &_, _: &Vector| {};
        let breaking = Breaking::default();
        Ok(ground.run(self.spec, turn, self.interrupt, observe, keep, breaking).0)
    }
}

/// A lock that a panic elsewhere does not break: what it guards is whole between two runs.
fn lock<'m, 'w>(shared: &'m Mutex<Shared<'w>>) -> MutexGuard<'m, Shared<'w>> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

fn one_thread() -> Result<ThreadPool> {
    ThreadPoolBuilder::new().num_threads(1).build().map_err(|error| Error::Specification {
        place: "threads".to_owned(),
        problem: format!("could not start one: {error}"),
        remedy: "give fewer threads".to_owned(),
    })
}
