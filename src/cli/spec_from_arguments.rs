//! Raw arguments → checked specification.

use std::path::{Path, PathBuf};

use losslab::Error;
use losslab::lab::{ExperimentSpec, ProblemSettings, ProblemSpec, name_of_file, problems};
use losslab::solver::SolverSpec;

use super::arguments::{ExperimentArguments, ProblemArguments};
use super::compare::CompareArguments;
use super::connect::ConnectArguments;
use super::eval::EvalArguments;
use super::landscape::LandscapeArguments;
use super::spectrum::SpectrumArguments;
use super::train::TrainArguments;
use super::tune::TuneArguments;

/// What to run, and where to put the results.
#[derive(Debug, PartialEq)]
pub struct Plan {
    /// The checked specification.
    pub spec: ExperimentSpec,
    /// The folder.
    pub output: PathBuf,
    /// Threads, where they are fixed.
    pub threads: Option<usize>,
}

/// The comparison that the arguments ask for.
pub fn comparison(arguments: &CompareArguments) -> Result<Plan, Error> {
    let experiment = &arguments.experiment;
    let quickstart = problems::quickstart();
    let mut spec = base(experiment.spec.as_deref(), quickstart.clone())?;
    if let Some(seeds) = &arguments.seeds {
        spec.seeds.clone_from(&seeds.0);
    }
    spec.timed &= !arguments.untimed;
    if let Some(levels) = &arguments.target_levels {
        spec.target_levels.clone_from(levels);
    }
    spec.trace_entries = arguments.trace_entries.or(spec.trace_entries);
    apply(experiment, &mut spec)?;
    // Whatever is not the quick start must not take its place.
    if spec.name == quickstart.name && spec != quickstart {
        spec.name = "compare".to_owned();
    }
    plan(experiment, spec)
}

/// The one run that the arguments ask for.
pub fn training(arguments: &TrainArguments) -> Result<Plan, Error> {
    let experiment = &arguments.experiment;
    let problems = vec![problems::find("digits")?];
    let default = ExperimentSpec {
        seeds: vec![0],
        ..ExperimentSpec::new("train", problems, vec![SolverSpec::named("lbfgs")?])
    };
    let mut spec = base(experiment.spec.as_deref(), default)?;
    if let Some(seed) = arguments.seed {
        spec.seeds = vec![seed];
    }
    apply(experiment, &mut spec)?;
    let compare = ", or use losslab compare";
    only("training takes one problem", "-p", spec.problems.len(), compare)?;
    only("training takes one solver", "-s", spec.solvers.len(), compare)?;
    only("training takes one seed", "--seed", spec.seeds.len(), compare)?;
    plan(experiment, spec)
}

/// The problem and the solvers that are to be tuned, and the comparison of what comes out.
pub fn tuning(arguments: &TuneArguments) -> Result<Plan, Error> {
    let experiment = &arguments.experiment;
    let problems = vec![problems::find("digits")?];
    let default = ExperimentSpec::new("tune", problems, vec![SolverSpec::named("gd")?]);
    // Results of a comparison with the same specification stay what they are.
    let name = default.name.clone();
    let mut spec = ExperimentSpec { name, ..base(experiment.spec.as_deref(), default)? };
    if let Some(seeds) = &arguments.seeds {
        spec.seeds.clone_from(&seeds.0);
    }
    spec.timed &= !arguments.untimed;
    apply(experiment, &mut spec)?;
    only("a tuning is on one problem", "-p", spec.problems.len(), "")?;
    plan(experiment, spec)
}

/// The problem whose spectrum the arguments ask for, and the run to it.
pub fn spectrum_plan(arguments: &SpectrumArguments) -> Result<Plan, Error> {
    let problems = vec![problems::find("digits")?];
    let default = ExperimentSpec {
        seeds: vec![0],
        ..ExperimentSpec::new("spectrum", problems, vec![SolverSpec::named("lbfgs")?])
    };
    let plan = measurement(&arguments.experiment, arguments.seed, default)?;
    if arguments.along.is_none() {
        let several = ", or measure along several runs with --along";
        only("one solver trains it", "-s", plan.spec.solvers.len(), several)?;
    }
    Ok(plan)
}

/// The specification whose one problem and first seed are to be evaluated.
pub fn evaluation(arguments: &EvalArguments) -> Result<ExperimentSpec, Error> {
    let problem = vec![problems::find("digits")?];
    let default =
        ExperimentSpec { seeds: vec![0], ..ExperimentSpec::new("eval", problem, Vec::new()) };
    let mut spec = base(arguments.spec.as_deref(), default)?;
    if let Some(seed) = arguments.seed {
        spec.seeds = vec![seed];
    }
    spec.problems = problems(&arguments.problem, None, std::mem::take(&mut spec.problems))?;
    only("an evaluation is of one problem", "-p", spec.problems.len(), "")?;
    spec.threads = arguments.threads.or(spec.threads);
    // Nothing is run: a specification need not have solvers, nor a target to stop at.
    spec.solvers = problems::default_solvers();
    spec.stop_at_target = false;
    spec.validate()?;
    Ok(spec)
}

/// The problem that is to be solved twice.
pub fn connection(arguments: &ConnectArguments) -> Result<Plan, Error> {
    let default = ExperimentSpec {
        seeds: vec![0],
        budget: 300.0,
        ..ExperimentSpec::new(
            "connect",
            vec![problems::find("digits")?],
            vec![SolverSpec::named("lbfgs")?],
        )
    };
    let plan = measurement(&arguments.experiment, arguments.seed, default)?;
    only("a connection takes one solver", "-s", plan.spec.solvers.len(), "")?;
    Ok(plan)
}

/// One problem at one seed, which is to be measured.
fn measurement(
    arguments: &ExperimentArguments,
    seed: Option<u64>,
    default: ExperimentSpec,
) -> Result<Plan, Error> {
    // Results of a comparison with the same specification stay what they are.
    let name = default.name.clone();
    let mut spec = ExperimentSpec { name, ..base(arguments.spec.as_deref(), default)? };
    match seed {
        Some(seed) => spec.seeds = vec![seed],
        None => spec.seeds.truncate(1),
    }
    apply(arguments, &mut spec)?;
    only("a measurement is of one problem", "-p", spec.problems.len(), "")?;
    plan(arguments, spec)
}

/// The runs whose landscape is drawn: four solvers if their paths are the axes, else one.
pub fn landscape(arguments: &LandscapeArguments) -> Result<Plan, Error> {
    let names: &[&str] = match arguments.axes() {
        "paths" => &["gd", "cg", "lbfgs", "adam:label=adam,learning_rate=0.01"],
        _ => &["lbfgs"],
    };
    let solvers = names.iter().map(|text| SolverSpec::parse(text)).collect::<Result<_, _>>()?;
    let default = ExperimentSpec {
        seeds: vec![0],
        ..ExperimentSpec::new("landscape", vec![problems::find("digits")?], solvers)
    };
    measurement(&arguments.experiment, arguments.seed, default)
}

/// That there is not more than one.
fn only(rule: &str, flag: &str, count: usize, alternative: &str) -> Result<(), Error> {
    if count <= 1 {
        return Ok(());
    }
    Err(Error::Specification {
        place: flag.to_owned(),
        problem: format!("{rule}, and {count} are given"),
        remedy: format!("choose one with {flag}{alternative}"),
    })
}

fn plan(arguments: &ExperimentArguments, spec: ExperimentSpec) -> Result<Plan, Error> {
    let threads = arguments.threads.or(spec.threads);
    let checked = ExperimentSpec { threads, ..spec.clone() }.validate();
    checked.map_err(|error| within(error, arguments.spec.as_deref()))?;
    let default = || Path::new("results").join(&spec.name);
    Ok(Plan { output: arguments.output.clone().unwrap_or_else(default), spec, threads })
}

/// The error with the file that the specification is from, where it names a problem or solver
/// of it. Whatever else is wrong in a file was found when it was read.
pub fn within(error: Error, file: Option<&Path>) -> Error {
    match (error, file) {
        (Error::Specification { place, problem, remedy }, Some(file))
            if place.starts_with("problem") || place.starts_with("solver") =>
        {
            Error::Specification { place: format!("{}, {place}", file.display()), problem, remedy }
        }
        (error, _) => error,
    }
}

/// The specification that the flags change: the file's, or `default`.
fn base(path: Option<&Path>, default: ExperimentSpec) -> Result<ExperimentSpec, Error> {
    match path {
        None => Ok(default),
        Some(path) => {
            let text = std::fs::read_to_string(path).map_err(|error| Error::file(path, error))?;
            ExperimentSpec::from_toml_with_seeds(&text, &path.to_string_lossy(), &default.seeds)
        }
    }
}

fn apply(arguments: &ExperimentArguments, spec: &mut ExperimentSpec) -> Result<(), Error> {
    let given = std::mem::take(&mut spec.problems);
    spec.problems = problems(&arguments.problem, arguments.target_loss, given)?;
    spec.solvers = solvers(arguments, std::mem::take(&mut spec.solvers))?;
    spec.budget = arguments.budget.unwrap_or(spec.budget);
    spec.iterations = arguments.iterations.or(spec.iterations);
    spec.gradient_tolerance = arguments.gradient_tolerance.unwrap_or(spec.gradient_tolerance);
    spec.relative_decrease = arguments.relative_decrease.or(spec.relative_decrease);
    spec.plateau = arguments.plateau.or(spec.plateau);
    spec.seconds = arguments.seconds.or(spec.seconds);
    spec.stop_at_target |= arguments.stop_at_target;
    Ok(())
}

/// The problems asked for, or those of the specification, as the flags change
/// them.
fn problems(
    arguments: &ProblemArguments,
    target_loss: Option<f64>,
    given: Vec<ProblemSpec>,
) -> Result<Vec<ProblemSpec>, Error> {
    let settings = ProblemSettings { target_loss, ..settings(arguments) };
    if let Some(data) = &arguments.data {
        let name = match arguments.problems.as_slice() {
            [] => name_of_file(Path::new(data)),
            [name] => name.clone(),
            _ => {
                return Err(Error::Specification {
                    place: "--data".to_owned(),
                    problem: "one data file makes one problem, and -p names more".to_owned(),
                    remedy: "name it with one -p, or leave -p out".to_owned(),
                });
            }
        };
        return Ok(vec![settings.build(&name)?]);
    }
    let chosen = if arguments.problems.is_empty() {
        given
    } else {
        arguments.problems.iter().map(|name| find(name, &given)).collect::<Result<_, _>>()?
    };
    chosen.into_iter().map(|problem| settings.clone().apply_to(problem)).collect()
}

/// The problem of this name in the specification, or else the built-in one.
fn find(name: &str, given: &[ProblemSpec]) -> Result<ProblemSpec, Error> {
    if let Some(problem) = given.iter().find(|problem| problem.name == name) {
        return Ok(problem.clone());
    }
    if name.contains(['/', '\\', '.']) {
        return Err(Error::Specification {
            place: "-p".to_owned(),
            problem: format!("there is no problem named '{name}'"),
            remedy: "for a file of your own give --data FILE --target COLUMN".to_owned(),
        });
    }
    problems::find(name)
}

fn settings(arguments: &ProblemArguments) -> ProblemSettings {
    ProblemSettings {
        title: None,
        data: arguments.data.clone(),
        target: arguments.target.clone(),
        task: arguments.task,
        drop: arguments.drop.clone(),
        categorical: arguments.categorical.clone(),
        keep_constant: arguments.keep_constant.then_some(true),
        sample_weights: arguments.sample_weights.clone(),
        hidden: arguments.hidden.as_ref().map(|hidden| hidden.0.clone()),
        input: None,
        layers: None,
        activation: arguments.activation,
        loss: arguments.loss,
        huber_delta: arguments.huber_delta,
        smoothing: arguments.smoothing,
        label_smoothing: arguments.label_smoothing,
        class_weights: arguments.class_weights.clone(),
        initialisation: arguments.initialisation,
        weights: arguments.weights.clone(),
        l2: arguments.l2,
        target_loss: None,
        reference: None,
        standardise: arguments.no_standardise.then_some(false),
        storage: arguments.storage,
        rows: arguments.split,
    }
}

/// The solvers asked for, or those of the specification. A label of the
/// specification stands for its solver.
fn solvers(
    arguments: &ExperimentArguments,
    given: Vec<SolverSpec>,
) -> Result<Vec<SolverSpec>, Error> {
    if arguments.solvers.is_empty() {
        return Ok(given);
    }
    let texts = arguments.solvers.iter().flat_map(|text| match text.contains(':') {
        true => vec![text.as_str()],
        false => text.split(',').map(str::trim).collect(),
    });
    let from_file = arguments.spec.is_some();
    texts
        .map(|text| match given.iter().find(|solver| from_file && solver.label == text) {
            Some(solver) => Ok(vec![solver.clone()]),
            None => parse_solvers(text),
        })
        .collect::<Result<Vec<_>, _>>()
        .map(|solvers| solvers.concat())
}

fn parse_solvers(text: &str) -> Result<Vec<SolverSpec>, Error> {
    match text.split_once(':') {
        Some((names, _)) if names.contains(',') => Err(Error::Specification {
            place: "-s".to_owned(),
            problem: format!("'{text}' mixes a list of solvers with settings"),
            remedy: "repeat -s for each solver that has settings".to_owned(),
        }),
        _ => SolverSpec::parse_grid(text),
    }
}

#[cfg(test)]
mod tests;
