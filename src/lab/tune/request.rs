//! What is asked of a tuning.

use std::collections::BTreeSet;

use super::{Dimension, Rung, Search};
use crate::error::{Error, Result, suggestion};
use crate::lab::ExperimentSpec;
use crate::numerics::Seed;
use crate::solver::SolverSpec;

/// The largest seed of an experiment.
const SEED_MAX: u64 = 1 << 53;

/// How the solvers of an experiment are tuned.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// How settings are chosen. Default: a grid of 9 points.
    pub search: Search,
    /// The hyper-parameters to search, each in every solver that has it; where there are none,
    /// [`Dimension::default_of`] each method.
    pub dimensions: Vec<Dimension>,
    /// Passes that each run of a trial may spend; with successive halving, in the last rung.
    /// Default: the experiment's budget.
    pub trial_budget: f64,
    /// Passes that the trials of each solver may spend together. Default: what they can spend
    /// at most.
    pub budget: Option<f64>,
    /// The seeds of every trial; none of the experiment's own. Default: the two that follow
    /// these.
    pub seeds: Vec<u64>,
}

impl Request {
    /// The default request for this experiment.
    ///
    /// # Errors
    /// [`Error::Specification`] when no seed follows those of the experiment.
    pub fn new(spec: &ExperimentSpec) -> Result<Self> {
        Ok(Self {
            search: Search::Grid { points: 9 },
            dimensions: Vec::new(),
            trial_budget: spec.budget,
            budget: None,
            seeds: Self::seeds_after(&spec.seeds, 2)?,
        })
    }

    /// So many seeds, the first of which follows the largest of `seeds`.
    ///
    /// # Errors
    /// [`Error::Specification`] when there are none or not so many left.
    pub fn seeds_after(seeds: &[u64], count: usize) -> Result<Vec<u64>> {
        let first = seeds.iter().max().map_or(0, |largest| largest.saturating_add(1));
        let room = SEED_MAX.saturating_add(1).saturating_sub(first);
        if count == 0 || count > 10_000 || count as u64 > room {
            return Err(refused(
                "seeds",
                format!("{count} cannot follow those of the experiment"),
                "give 1 to 10000, or a list of other seeds up to 2^53",
            ));
        }
        Ok((first..first + count as u64).collect())
    }

    /// Runs that it takes at most, those of the evaluation included.
    ///
    /// # Errors
    /// As [`tune`](super::tune).
    pub fn runs(&self, spec: &ExperimentSpec) -> Result<usize> {
        let plans = self.plans(spec)?;
        let trials: usize = plans.iter().flat_map(|p| &p.rungs).map(|rung| rung.trials).sum();
        let tuned = plans.iter().filter(|plan| !plan.candidates.is_empty()).count();
        Ok(trials * self.seeds.len() + (plans.len() + tuned) * spec.seeds.len())
    }

    /// What is to be done for each solver of `spec`.
    pub(super) fn plans(&self, spec: &ExperimentSpec) -> Result<Vec<Plan>> {
        self.search.check()?;
        self.dimensions.iter().try_for_each(Dimension::check)?;
        self.check_seeds(spec)?;
        self.check_keys(spec)?;
        if self.budget.is_some_and(|budget| !(budget.is_finite() && budget > 0.0)) {
            let problem = format!("{:?} is out of range", self.budget.unwrap_or_default());
            return Err(refused("budget", problem, "give a number of passes above 0"));
        }
        let plans = spec.solvers.iter().map(|solver| self.plan(solver));
        let plans = plans.collect::<Result<Vec<_>>>()?;
        if plans.iter().all(|plan| plan.candidates.is_empty()) {
            return Err(refused(
                "solvers",
                "none of them has a learning rate, which is what is tuned by default".to_owned(),
                "name a setting and its values, such as --tune memory=3..30",
            ));
        }
        Ok(plans)
    }

    fn plan(&self, solver: &SolverSpec) -> Result<Plan> {
        let method = &solver.method;
        let default = || Dimension::default_of(method).into_iter().collect();
        let has = |key: &str| method.settings().iter().any(|(known, _)| *known == key);
        let dimensions: Vec<Dimension> = match self.dimensions.is_empty() {
            true => default(),
            false => self.dimensions.iter().filter(|d| has(&d.key)).cloned().collect(),
        };
        let mut plan = Plan {
            solver: solver.clone(),
            candidates: Vec::new(),
            rungs: Vec::new(),
            budget: 0.0,
            dimensions,
        };
        if plan.dimensions.is_empty() {
            return Ok(plan);
        }
        let seed = Seed::new(self.seeds[0]);
        let settings = self.search.settings(&plan.dimensions, method, seed)?;
        let keys = || plan.dimensions.iter().map(|dimension| dimension.key.clone());
        let candidates = settings
            .into_iter()
            .enumerate()
            .map(|(number, values)| Candidate::new(solver, number, keys().zip(values).collect()));
        plan.candidates = candidates.collect::<Result<_>>()?;
        // 1 and 1.0 are one value.
        let mut seen = BTreeSet::new();
        let values = |candidate: &Candidate| format!("{:?}", candidate.solver.method.settings());
        plan.candidates.retain(|candidate| seen.insert(values(candidate)));
        plan.rungs = self.search.rungs(plan.candidates.len(), self.trial_budget)?;
        let seeds = self.seeds.len() as f64;
        let cost = |rung: &Rung| rung.trials as f64 * seeds * rung.budget;
        plan.budget = self.budget.unwrap_or_else(|| plan.rungs.iter().map(cost).sum());
        match plan.rungs.first() {
            Some(first) if seeds * first.budget > plan.budget => Err(refused(
                "budget",
                format!(
                    "{:?} passes are fewer than one trial may spend: {} runs of {:.3}",
                    plan.budget,
                    self.seeds.len(),
                    first.budget
                ),
                "give more, or let trials spend less",
            )),
            _ => Ok(plan),
        }
    }

    /// That what was learnt from these seeds is not measured on them.
    fn check_seeds(&self, spec: &ExperimentSpec) -> Result<()> {
        if self.seeds.is_empty() {
            return Err(refused("seeds", "there is none".to_owned(), "give at least one"));
        }
        match self.seeds.iter().find(|seed| spec.seeds.contains(seed)) {
            None => Ok(()),
            Some(seed) => Err(refused(
                "seeds",
                format!("{seed} is also a seed of the evaluation, which must not have been seen"),
                "give others, or only their number",
            )),
        }
    }

    /// That every hyper-parameter belongs to a solver, and none is there twice.
    fn check_keys(&self, spec: &ExperimentSpec) -> Result<()> {
        let settings = spec.solvers.iter().flat_map(|solver| solver.method.settings());
        let known: Vec<&str> = settings.map(|(key, _)| key).collect();
        for (i, Dimension { key, .. }) in self.dimensions.iter().enumerate() {
            if !known.contains(&key.as_str()) {
                let problem = format!("no solver here has the setting '{}'", key.escape_debug());
                let mut names: Vec<&str> = known.clone();
                names.sort_unstable();
                names.dedup();
                return Err(refused(key, problem, suggestion(key, &names)));
            }
            if self.dimensions[..i].iter().any(|other| other.key == *key) {
                return Err(refused(key, "it is there twice".to_owned(), "give it once"));
            }
        }
        Ok(())
    }
}

/// What is to be done for a solver: nothing where it has no candidates.
pub(super) struct Plan {
    pub(super) solver: SolverSpec,
    pub(super) dimensions: Vec<Dimension>,
    pub(super) candidates: Vec<Candidate>,
    pub(super) rungs: Vec<Rung>,
    /// Passes that all trials may spend together.
    pub(super) budget: f64,
}

/// The solver with other settings.
pub(super) struct Candidate {
    /// Keys and values.
    pub(super) settings: Vec<(String, String)>,
    pub(super) solver: SolverSpec,
}

impl Candidate {
    /// Labelled as the solver with its settings, or else by its number.
    fn new(base: &SolverSpec, number: usize, settings: Vec<(String, String)>) -> Result<Self> {
        /// Automatic labels beyond 120 are cut.
        const LONGEST: usize = 100;
        let pairs: Vec<(&str, &str)> =
            settings.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        let solver = base.with_settings(&pairs, &base.label)?;
        let is_automatic = base.label == SolverSpec::new(base.method.clone()).label;
        let automatic = Some(SolverSpec::new(solver.method.clone()).label);
        let words = pairs.iter().map(|(key, value)| format!(" {key}={value}"));
        let label = automatic.filter(|_| is_automatic);
        let label = label.unwrap_or_else(|| base.label.clone() + &words.collect::<String>());
        let kept: String = base.label.chars().take(LONGEST - 20).collect();
        let label = match label.chars().count() > LONGEST {
            true => format!("{kept} trial {number}"),
            false => label,
        };
        Ok(Self { settings, solver: SolverSpec { label, ..solver } })
    }

    /// The solver under the label that it has in the evaluation.
    pub(super) fn tuned(&self, base: &SolverSpec) -> SolverSpec {
        SolverSpec { label: tuned_label(base), method: self.solver.method.clone() }
    }
}

pub(super) fn tuned_label(base: &SolverSpec) -> String {
    format!("{} tuned", base.label)
}

pub(super) fn refused(place: &str, problem: String, remedy: impl Into<String>) -> Error {
    Error::Specification { place: format!("tuning, {place}"), problem, remedy: remedy.into() }
}
