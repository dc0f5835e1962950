//! What an experiment is: problems, solvers, seeds and a budget.

mod criterion;
mod layers;
mod network;
mod problem;
mod read;
mod section;
mod settings;
mod write;

use std::collections::BTreeSet;
use std::path::Path;

pub use problem::ProblemSpec;
pub use settings::ProblemSettings;

use super::lineup::of_another_program;
use super::references;
use crate::data::{Dataset, SplitFractions};
use crate::error::{Error, Result, excerpt};
use crate::solver::SolverSpec;
use crate::solver::settings::{Defect, check_label};

/// A comparison of solvers on problems. Every combination of problem, solver
/// and seed is one run.
///
/// It is written as TOML and read back without loss:
///
/// ```
/// use losslab::lab::{ExperimentSpec, problems};
/// let spec = problems::quickstart();
/// assert_eq!(ExperimentSpec::from_toml(&spec.to_toml(), "spec.toml")?, spec);
/// # Ok::<(), losslab::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ExperimentSpec {
    /// Names the results' folder.
    pub name: String,
    /// Each seed gives a start and a split, shared by all solvers. In TOML also
    /// an integer n, for 0, 1, …, n − 1. Default 0, 1, 2.
    pub seeds: Vec<u64>,
    /// Passes that each run may spend. Default 150.
    pub budget: f64,
    /// Iterations that each run may do; no limit by default.
    pub iterations: Option<u64>,
    /// A run has converged when the largest gradient entry is below this.
    /// Default 1e-8.
    pub gradient_tolerance: f64,
    /// A run ends once an iteration lowers the loss by at most this share of it, or of 1
    /// for smaller losses; not by default.
    pub relative_decrease: Option<f64>,
    /// A run ends after so many iterations without a new lowest loss; not by default.
    pub plateau: Option<u64>,
    /// Seconds that a run may take; no limit by default. Results of runs that this ends
    /// cannot be reproduced.
    pub seconds: Option<f64>,
    /// Whether a run ends where it reaches its problem's target loss. Default no.
    pub stop_at_target: bool,
    /// The targets that statistics count, as shares of the decrease from the start to a
    /// reference solution that are left undone, each smaller than the one before: see
    /// [`Reference::target`](super::Reference::target). Default 0.1, 0.03, 0.01, 0.003, 0.001.
    pub target_levels: Vec<f64>,
    /// Whether runs follow one another, each on all threads, so that their seconds can be
    /// compared; else they stand side by side, each on one thread. Default yes.
    pub timed: bool,
    /// Entries that the trace of a run keeps at most, evenly chosen; all by default.
    pub trace_entries: Option<usize>,
    /// Threads; by default as many as the machine has. No result depends on it.
    pub threads: Option<usize>,
    /// How rows are shared out.
    pub split: SplitFractions,
    /// The problems, with different names.
    pub problems: Vec<ProblemSpec>,
    /// The solvers, with different labels.
    pub solvers: Vec<SolverSpec>,
    /// Names of the functions that are a program's own: see [`Lineup`](super::Lineup).
    pub user_problems: Vec<String>,
    /// Labels of the solvers that are a program's own.
    pub user_solvers: Vec<String>,
}

impl ExperimentSpec {
    /// The experiment with everything else at its default.
    pub fn new(name: &str, problems: Vec<ProblemSpec>, solvers: Vec<SolverSpec>) -> Self {
        Self {
            name: name.to_owned(),
            seeds: vec![0, 1, 2],
            budget: 150.0,
            iterations: None,
            gradient_tolerance: 1e-8,
            relative_decrease: None,
            plateau: None,
            seconds: None,
            stop_at_target: false,
            target_levels: vec![0.1, 0.03, 0.01, 0.003, 0.001],
            timed: true,
            trace_entries: None,
            threads: None,
            split: SplitFractions::default(),
            problems,
            solvers,
            user_problems: Vec::new(),
            user_solvers: Vec::new(),
        }
    }

    /// The experiment on built-in problems, with solvers as
    /// [`SolverSpec::parse`] reads them.
    ///
    /// # Errors
    /// [`Error::UnknownName`] for a name that does not exist,
    /// [`Error::Specification`] for a setting that cannot be used.
    pub fn named(name: &str, problems: &[&str], solvers: &[&str]) -> Result<Self> {
        let problems = problems.iter().map(|name| super::problems::find(name));
        let solvers = solvers.iter().map(|text| SolverSpec::parse(text));
        Ok(Self::new(name, problems.collect::<Result<_>>()?, solvers.collect::<Result<_>>()?))
    }

    /// Checks everything that can be checked without the data.
    ///
    /// # Errors
    /// [`Error::Specification`] for the first value that cannot be used, and for what is a
    /// program's own.
    pub fn validate(&self) -> Result<()> {
        self.validate_with_users()?;
        match self.user_problems.iter().chain(&self.user_solvers).next() {
            Some(name) => Err(of_another_program(name)),
            None => Ok(()),
        }
    }

    /// [`ExperimentSpec::validate`] where things of a program's own are allowed.
    fn validate_with_users(&self) -> Result<()> {
        self.check().map_err(|defect| defect.at(""))?;
        self.problems.iter().try_for_each(ProblemSpec::validate)?;
        self.solvers.iter().try_for_each(SolverSpec::validate)?;
        self.check_targets()?;
        self.check_lists().map_err(|defect| defect.at(""))
    }

    /// Loads each problem's data to check them against the network, and to fill in
    /// the loss where it follows from the task, and its parameters' defaults. Returns
    /// the data, in the order of the problems.
    ///
    /// # Errors
    /// What [`ExperimentSpec::validate`] and loading the data give; what
    /// [`ProblemSpec::criterion`] and [`ProblemSpec::network`] give; [`Error::File`] for
    /// weights to start from that are not there.
    pub fn resolve(&mut self) -> Result<Vec<Dataset>> {
        self.validate()?;
        self.load()
    }

    /// [`ExperimentSpec::resolve`] where things of a program's own are allowed.
    pub(super) fn load(&mut self) -> Result<Vec<Dataset>> {
        self.validate_with_users()?;
        // Before anything that takes time.
        for path in self.problems.iter().filter_map(|problem| problem.weights.as_deref()) {
            check_is_readable(path).map_err(|error| Error::file(path, error))?;
        }
        let mut data = Vec::with_capacity(self.problems.len());
        let has_usual_split = self.split == SplitFractions::default();
        for problem in &mut self.problems {
            // The stored references are of the usual split.
            if !has_usual_split && problem.reference == references::find(&problem.name) {
                problem.reference = None;
            }
            let dataset = problem.data.load()?;
            let criterion = problem.criterion(&dataset)?;
            problem.state_loss(criterion.loss);
            problem.network(&dataset)?;
            data.push(dataset);
        }
        Ok(data)
    }

    /// That there is something to stop at, where runs are to stop at it.
    fn check_targets(&self) -> Result<()> {
        let without = self.problems.iter().find(|problem| problem.target().is_none());
        match without.filter(|_| self.stop_at_target) {
            None => Ok(()),
            Some(problem) => Err(Error::Specification {
                place: format!("problem '{}', target_loss", problem.name),
                problem: "runs are to stop at the target loss, and there is none".to_owned(),
                remedy: "give one with `--target-loss` or the key target_loss, or leave out \
                         `--stop-at-target` or stop_at_target"
                    .to_owned(),
            }),
        }
    }

    /// Number of runs.
    pub fn runs(&self) -> usize {
        let problems = self.problems.len() + self.user_problems.len();
        let solvers = self.solvers.len() + self.user_solvers.len();
        problems * solvers * self.seeds.len()
    }

    /// The values that stand above the lists of problems and solvers.
    fn check(&self) -> std::result::Result<(), Defect> {
        check_name(&self.name, "name")?;
        check_seeds(&self.seeds)?;
        let positive = |value: f64| value.is_finite() && value > 0.0;
        if !positive(self.budget) {
            return Err(out_of_range("budget", self.budget, "give a number of passes above 0"));
        }
        if self.iterations == Some(0) {
            return Err(out_of_range("iterations", 0, "give at least 1, or leave it out"));
        }
        if !(self.gradient_tolerance.is_finite() && self.gradient_tolerance >= 0.0) {
            let remedy = "give a finite number of at least 0";
            return Err(out_of_range("gradient_tolerance", self.gradient_tolerance, remedy));
        }
        if let Some(share) = self.relative_decrease.filter(|share| !positive(*share)) {
            let remedy = "give a number above 0, such as 1e-9, or leave it out";
            return Err(out_of_range("relative_decrease", share, remedy));
        }
        if self.plateau == Some(0) {
            return Err(out_of_range("plateau", 0, "give at least 1 iteration, or leave it out"));
        }
        if let Some(seconds) = self.seconds.filter(|seconds| !positive(*seconds)) {
            return Err(out_of_range("seconds", seconds, "give a number above 0, or leave it out"));
        }
        check_levels(&self.target_levels)?;
        if let Some(entries) = self.trace_entries.filter(|entries| *entries < 3) {
            let remedy = "give at least 3: the first, the lowest and the last; or leave it out";
            return Err(out_of_range("trace_entries", entries, remedy));
        }
        if let Some(threads) = self.threads.filter(|threads| !(1..=1024).contains(threads)) {
            return Err(out_of_range("threads", threads, "give 1 to 1024, or leave it out"));
        }
        check_split(&self.split)
    }

    /// That there are problems and solvers, and none twice.
    fn check_lists(&self) -> std::result::Result<(), Defect> {
        if self.problems.is_empty() && self.user_problems.is_empty() {
            return Err(Defect::new("problem", "there is none".to_owned(), "add a problem"));
        }
        if self.solvers.is_empty() && self.user_solvers.is_empty() {
            return Err(Defect::new("solver", "there is none".to_owned(), "add a solver"));
        }
        self.check_user_names()
    }

    /// That names of a program's own can be used and are not taken.
    ///
    /// # Errors
    /// [`Error::Specification`] for the first that cannot.
    pub(super) fn check_users(&self) -> Result<()> {
        self.check_user_names().map_err(|defect| defect.at(""))
    }

    /// No name is there twice, and those of a program's own are names.
    fn check_user_names(&self) -> std::result::Result<(), Defect> {
        for name in &self.user_problems {
            check_name(name, "user_problems")?;
        }
        for label in &self.user_solvers {
            check_label(label)?;
        }
        let names = self.problems.iter().map(|problem| &problem.name);
        if let Some(twice) = first_twice(names.chain(&self.user_problems)) {
            return Err(second("problem", twice, "give each problem a name of its own"));
        }
        let labels = self.solvers.iter().map(|solver| &solver.label);
        if let Some(twice) = first_twice(labels.chain(&self.user_solvers)) {
            return Err(second("solver", twice, "tell them apart with 'label'"));
        }
        Ok(())
    }
}

fn first_twice<'n>(mut names: impl Iterator<Item = &'n String>) -> Option<&'n String> {
    let mut seen = BTreeSet::new();
    names.find(|name| !seen.insert(*name))
}

fn check_is_readable(path: &Path) -> std::io::Result<()> {
    match std::fs::File::open(path)?.metadata()?.is_dir() {
        true => Err(std::io::ErrorKind::IsADirectory.into()),
        false => Ok(()),
    }
}

fn second(kind: &str, name: &str, remedy: &str) -> Defect {
    Defect::new(kind, format!("there are two named '{name}'"), remedy)
}

fn out_of_range<T: std::fmt::Debug>(key: &str, value: T, remedy: &str) -> Defect {
    Defect::new(key, format!("{value:?} is out of range"), remedy)
}

/// A name for what a file holds: the file's, without its endings.
pub fn name_of_file(path: &Path) -> String {
    let file = path.file_name().map(|name| name.to_string_lossy().into_owned());
    let stem = file.iter().flat_map(|file| file.split('.')).find(|part| !part.is_empty());
    stem.unwrap_or("file").chars().map(|c| if is_in_names(c) { c } else { '-' }).collect()
}

fn is_in_names(letter: char) -> bool {
    letter.is_alphanumeric() || "-_.".contains(letter)
}

/// Names become parts of file names.
fn check_name(name: &str, key: &str) -> std::result::Result<(), Defect> {
    if !name.chars().all(is_in_names)
        || name.is_empty()
        || name.starts_with('.')
        || name.len() > 100
    {
        return Err(Defect::new(
            key,
            format!("'{}' is not usable as a name", excerpt(name)),
            "give 1 to 100 letters, digits, '-', '_' or '.', the first not '.'",
        ));
    }
    Ok(())
}

fn check_seeds(seeds: &[u64]) -> std::result::Result<(), Defect> {
    /// The largest integer up to which every JSON reader is exact.
    const LARGEST: u64 = 1 << 53;
    if seeds.is_empty() {
        return Err(Defect::new("seeds", "there is none".to_owned(), "give at least one seed"));
    }
    if seeds.len() > 10_000 {
        let problem = format!("{} seeds are too many", seeds.len());
        return Err(Defect::new("seeds", problem, "give at most 10000"));
    }
    if let Some(&seed) = seeds.iter().find(|&&seed| seed > LARGEST) {
        return Err(out_of_range("seeds", seed, "give seeds of at most 2^53"));
    }
    let mut seen = BTreeSet::new();
    match seeds.iter().find(|seed| !seen.insert(**seed)) {
        Some(seed) => {
            Err(Defect::new("seeds", format!("{seed} is there twice"), "give each seed once"))
        }
        None => Ok(()),
    }
}

fn check_levels(levels: &[f64]) -> std::result::Result<(), Defect> {
    let remedy = "give at most 100 numbers between 0 and 1, each smaller than the one before";
    if let Some(level) = levels.iter().find(|level| !(**level > 0.0 && **level < 1.0)) {
        return Err(out_of_range("target_levels", level, remedy));
    }
    if levels.len() > 100 || levels.windows(2).any(|pair| pair[0] <= pair[1]) {
        return Err(out_of_range("target_levels", levels, remedy));
    }
    Ok(())
}

fn check_split(split: &SplitFractions) -> std::result::Result<(), Defect> {
    match split.check() {
        Err(Error::Specification { problem, remedy, .. }) => {
            Err(Defect::new("split", problem, remedy))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
