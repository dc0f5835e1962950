//! The runs of a comparison: one after the other, side by side, or dealt out to ranks.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::deal::Team;
use super::follow::Job;
use super::ground::{Breaking, Ground, Turn};
use super::keep::{KeepRuns, RunKey};
use super::pool::{lock, one_thread};
use super::spread::FilesRead;
use super::{Event, ExperimentSpec, ProblemSummary, Run, Study, UserObjective};
use crate::cluster::Ranks;
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::numerics::{Seed, Vector};
use crate::solver::{Contestant, Status};

/// A run to be done: which problem, which solver, which of the seeds. In their order, the
/// solvers of a seed follow one another, so that its split is prepared once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Cell {
    problem: usize,
    seed: usize,
    solver: usize,
}

/// A finished run as it travels: record and timing as in the files, parameters.
type Travelling = (String, String, Vec<f64>);

/// Everything that the runs of a comparison share.
pub(super) struct Sweep<'s> {
    pub(super) spec: &'s ExperimentSpec,
    pub(super) datasets: &'s [Dataset],
    pub(super) objectives: &'s [UserObjective<'s>],
    pub(super) problems: &'s [ProblemSummary],
    pub(super) contestants: &'s [(&'s str, Contestant<'s>)],
    pub(super) interrupt: &'s AtomicBool,
    pub(super) ranks: &'s Arc<Ranks>,
}

/// A run that is not known from before.
type Open = (Cell, Option<RunKey>);

/// What the workers share.
struct Shared<'w> {
    observe: &'w mut (dyn FnMut(Event<'_>) + Send),
    keep: &'w mut dyn KeepRuns,
    done: Vec<(Cell, Run)>,
    failure: Option<Error>,
}

impl Sweep<'_> {
    /// The runs in the order problems × solvers × seeds.
    pub(super) fn run(
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
        match self.spec.timed || open.len() < 2 {
            true => self.work(&open, &next, &shared),
            false => self.work_side_by_side(&open, &next, &shared)?,
        }
        let shared = shared.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Some(failure) = shared.failure {
            return Err(failure);
        }
        let mut runs = shared.done;
        runs.sort_by_key(|(cell, _)| (cell.problem, cell.solver, cell.seed));
        Ok(runs.into_iter().map(|(_, run)| run).collect())
    }

    /// As many runs at a time as there are threads, on all ranks together.
    fn work_side_by_side(
        &self,
        open: &[Open],
        next: &AtomicUsize,
        shared: &Mutex<Shared<'_>>,
    ) -> Result<()> {
        let team = match open.iter().all(|(_, key)| key.is_some()) {
            true => {
                let data = self.datasets.iter().map(|dataset| &dataset.sha256);
                let files = FilesRead::of(self.spec.problems.iter().zip(data))?;
                let specification = self.spec.to_toml();
                Team::start(self.ranks, Job::Runs { specification, files })?
            }
            false => None,
        };
        let workers = rayon::current_num_threads().min(open.len());
        if workers == 1 && team.is_none() {
            self.work(open, next, shared);
            return Ok(());
        }
        let pools = (0..workers).map(|_| one_thread()).collect::<Result<Vec<_>>>()?;
        std::thread::scope(|scope| {
            for pool in &pools {
                scope.spawn(|| pool.install(|| self.work(open, next, shared)));
            }
            if let Some(team) = &team {
                self.deal(team, open, next, shared);
            }
        });
        Ok(())
    }

    /// Lets other ranks do open runs.
    fn deal(&self, team: &Team<'_>, open: &[Open], next: &AtomicUsize, shared: &Mutex<Shared<'_>>) {
        let total = open.len();
        let give_up = || self.interrupt.load(Ordering::Relaxed) || lock(shared).failure.is_some();
        let next = || {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let (cell, _) = open.get(index)?;
            (lock(shared).observe)(
                self.turn(*cell, index, total)
                    .started(&self.problems[cell.problem].name, self.spec.budget),
            );
            Some((index, *cell))
        };
        let done = |index: usize, found: Result<Travelling>| {
            let done = found.and_then(|found| self.take_over(index, open[index], found, shared));
            if let Err(error) = done {
                lock(shared).failure.get_or_insert(error);
            }
        };
        team.work::<Cell, Travelling>(&next, &done, &give_up);
    }

    /// Takes a run over that another rank has done.
    fn take_over(
        &self,
        index: usize,
        (cell, key): Open,
        (record, timing, theta): Travelling,
        shared: &Mutex<Shared<'_>>,
    ) -> Result<()> {
        let read = |error: serde_json::Error| Error::Specification {
            place: "a run of another rank".to_owned(),
            problem: error.to_string(),
            remedy: "start all ranks with the same program".to_owned(),
        };
        let run = Run {
            record: serde_json::from_str(&record).map_err(read)?,
            timing: serde_json::from_str(&timing).map_err(read)?,
        };
        let network = self.spec.problems[cell.problem].network(&self.datasets[cell.problem])?;
        let (network, theta) = (Some(&network), &Vector::from_vec(theta));
        (lock(shared).observe)(Event::RunFinished { index, run: &run, network, theta });
        self.finish(cell, key, run, shared)
    }

    /// On another rank than the leader: does a run.
    pub(super) fn answer(
        &self,
        cell: Cell,
        prepared: &mut Option<(Cell, Study)>,
    ) -> Result<Travelling> {
        let turn = self.turn(cell, 0, 1);
        let (run, theta) = self.run_cell(cell, turn, prepared, &mut |_| {})?;
        let text = |value: serde_json::Result<String>| {
            value.map_err(|error| Error::Specification {
                place: format!("run of {}", turn.label),
                problem: error.to_string(),
                remedy: "run it in one process".to_owned(),
            })
        };
        let record = text(serde_json::to_string(&run.record))?;
        let timing = text(serde_json::to_string(&run.timing))?;
        Ok((record, timing, theta.data.into()))
    }

    /// Keeps a run that is done.
    fn finish(
        &self,
        cell: Cell,
        key: Option<RunKey>,
        run: Run,
        shared: &Mutex<Shared<'_>>,
    ) -> Result<()> {
        let mut shared = lock(shared);
        if let Some(key) = key.filter(|_| run.record.status != Status::Interrupted) {
            shared.keep.keep(&key, &run)?;
        }
        shared.done.push((cell, run));
        Ok(())
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
    fn work(&self, open: &[Open], next: &AtomicUsize, shared: &Mutex<Shared<'_>>) {
        let mut prepared: Option<(Cell, Study)> = None;
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let over = self.interrupt.load(Ordering::Relaxed) || lock(shared).failure.is_some();
            let Some(&(cell, key)) = open.get(index).filter(|_| !over) else { return };
            let turn = self.turn(cell, index, open.len());
            let observe = &mut |event: Event<'_>| (lock(shared).observe)(event);
            let done = self.run_cell(cell, turn, &mut prepared, observe);
            let done = done.and_then(|(run, _)| self.finish(cell, key, run, shared));
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
        observe: &mut dyn FnMut(Event<'_>),
    ) -> Result<(Run, Vector)> {
        let Some(dataset) = self.datasets.get(cell.problem) else {
            let user = &self.objectives[cell.problem - self.datasets.len()];
            return self.run_user(user, &self.problems[cell.problem], turn, observe);
        };
        let at = Cell { solver: 0, ..cell };
        if prepared.as_ref().is_none_or(|(cell, _)| *cell != at) {
            // The one before is dropped first: there is memory for one.
            *prepared = None;
            let alone = Arc::new(Ranks::alone());
            let ranks = if self.spec.timed { self.ranks } else { &alone };
            let study = Study::on(ranks, self.spec, cell.problem, dataset, turn.seed)?;
            *prepared = Some((at, study));
        }
        let Some((_, study)) = prepared else { unreachable!("it was prepared") };
        Ok(study.solve(self.spec, turn, self.interrupt, observe))
    }

    fn run_user(
        &self,
        user: &UserObjective<'_>,
        summary: &ProblemSummary,
        turn: Turn<'_>,
        observe: &mut dyn FnMut(Event<'_>),
    ) -> Result<(Run, Vector)> {
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
        Ok(ground.run(self.spec, turn, self.interrupt, observe, keep, breaking))
    }
}
