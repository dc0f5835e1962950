//! TOML → experiment.

use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::layers::read_layers;
use super::section::{Document, Section, integer, number};
use super::{ExperimentSpec, ProblemSettings, ProblemSpec, name_of_file};
use crate::data::{Part, SplitFractions, Storage, Task};
use crate::error::{Error, Result, excerpt, suggestion};
use crate::lab::{Reference, problems};
use crate::model::{Activation, Initialisation, Loss};
use crate::solver::SolverSpec;
use crate::solver::grid::{Axis, combinations};
use crate::solver::settings::{Defect, check, check_label, default_method};

impl ExperimentSpec {
    /// Reads a specification; `file` is its name in errors, and without its
    /// ending the experiment's name if the text gives none.
    ///
    /// Keys that are left out keep the defaults of [`ExperimentSpec::new`] and
    /// [`ProblemSpec::new`]. A `[[problem]]` without `data` starts from the
    /// built-in problem of its name; with the `data` of that problem too, but then
    /// without its loss, which follows from the task, and without its target loss.
    /// The lists of problems and solvers may be
    /// empty, to be filled before [`ExperimentSpec::validate`].
    ///
    /// # Errors
    /// [`Error::Specification`] with the line for text that is not TOML, unknown
    /// keys, and values that cannot be used.
    pub fn from_toml(text: &str, file: &str) -> Result<Self> {
        Self::from_toml_with_seeds(text, file, &[0, 1, 2])
    }

    /// [`ExperimentSpec::from_toml`], with these seeds where the text gives none.
    ///
    /// # Errors
    /// As there.
    pub fn from_toml_with_seeds(text: &str, file: &str, seeds: &[u64]) -> Result<Self> {
        let document = Document { file, text };
        let table = DeTable::parse(text).map_err(|error| Error::Specification {
            place: document.place(error.span().unwrap_or_default()),
            problem: error.message().replace('\n', ", "),
            remedy: "mend the TOML".to_owned(),
        })?;
        let mut section = Section::new(document, table.get_ref(), 0..0);
        let spec = experiment(&mut section, seeds)?;
        spec.check().map_err(|defect| section.error(defect))?;
        section.finish()?;
        Ok(spec)
    }
}

fn experiment(section: &mut Section<'_>, default_seeds: &[u64]) -> Result<ExperimentSpec> {
    let file = Path::new(section.document.file);
    let name = section.text("name")?.unwrap_or_else(|| name_of_file(file));
    let default = ExperimentSpec::new(&name, Vec::new(), Vec::new());
    Ok(ExperimentSpec {
        seeds: seeds(section)?.unwrap_or_else(|| default_seeds.to_vec()),
        budget: section.number("budget")?.unwrap_or(default.budget),
        iterations: section.count("iterations")?,
        gradient_tolerance: section
            .number("gradient_tolerance")?
            .unwrap_or(default.gradient_tolerance),
        relative_decrease: section.number("relative_decrease")?,
        plateau: section.count("plateau")?,
        seconds: section.number("seconds")?,
        stop_at_target: section.flag("stop_at_target")?.unwrap_or(default.stop_at_target),
        target_levels: section
            .list("target_levels", "a list of numbers", number)?
            .unwrap_or(default.target_levels),
        timed: section.flag("timed")?.unwrap_or(default.timed),
        trace_entries: section.count("trace_entries")?.map(|entries| entries as usize),
        threads: section.count("threads")?.map(|threads| threads as usize),
        split: split(section)?.unwrap_or(default.split),
        problems: read_all(section.tables("problem")?, problem, |spec| &spec.name)?,
        solvers: solvers(section.tables("solver")?)?,
        user_problems: section.texts("user_problems")?.unwrap_or_default(),
        user_solvers: section.texts("user_solvers")?.unwrap_or_default(),
        name: default.name,
    })
}

/// Reads every section, and refuses two with the same name.
fn read_all<'t, T>(
    sections: Vec<Section<'t>>,
    read: impl Fn(&mut Section<'t>) -> Result<T>,
    name: impl Fn(&T) -> &str,
) -> Result<Vec<T>> {
    let mut all: Vec<T> = Vec::with_capacity(sections.len());
    for mut section in sections {
        let one = read(&mut section)?;
        check_is_first(&all, &one, &name, &section)?;
        all.push(one);
    }
    Ok(all)
}

fn check_is_first<T>(
    all: &[T],
    one: &T,
    name: impl Fn(&T) -> &str,
    section: &Section<'_>,
) -> Result<()> {
    if all.iter().all(|other| name(other) != name(one)) {
        return Ok(());
    }
    Err(section.error(Defect::new(
        "name",
        format!("there are two named '{}'", name(one)),
        "give each a name or, to a solver, a label of its own",
    )))
}

fn seeds(section: &mut Section<'_>) -> Result<Option<Vec<u64>>> {
    match section.value("seeds").map(Spanned::get_ref).and_then(integer) {
        Some(count) if count <= 10_000 => Ok(Some((0..count).collect())),
        Some(count) => Err(section.error(Defect::new(
            "seeds",
            format!("{count} seeds are too many"),
            "give at most 10000, or a list such as [0, 4, 7]",
        ))),
        None => section.list("seeds", "a count, or a list of whole numbers of at least 0", integer),
    }
}

fn split(section: &mut Section<'_>) -> Result<Option<SplitFractions>> {
    let Some(mut table) = section.table("split")? else { return Ok(None) };
    table.subject = "split".to_owned();
    let mut share = |key| {
        let remedy = "give train, validation and test";
        table.number(key)?.ok_or_else(|| table.missing(key, "the share is missing", remedy))
    };
    let fractions = SplitFractions {
        train: share("train")?,
        validation: share("validation")?,
        test: share("test")?,
    };
    table.finish()?;
    Ok(Some(fractions))
}

/// The `name` of a `[[kind]]` table, which names it in errors from here on.
fn name(section: &mut Section<'_>, kind: &str) -> Result<String> {
    section.subject = kind.to_owned();
    let name = section.text("name")?;
    let name = name.ok_or_else(|| section.missing("name", "it is missing", "add name = \"…\""))?;
    section.subject = format!("{kind} '{}'", excerpt(&name));
    Ok(name)
}

fn problem(section: &mut Section<'_>) -> Result<ProblemSpec> {
    let name = name(section, "problem")?;
    let settings = ProblemSettings {
        title: section.text("title")?,
        data: section.text("data")?,
        target: section.text("target")?,
        task: section.choice("task", &Task::ALL.map(|task| (task.name(), task)))?,
        drop: section.texts("drop")?,
        categorical: section.texts("categorical")?,
        keep_constant: section.flag("keep_constant")?,
        sample_weights: section.text("sample_weights")?,
        hidden: section
            .counts("hidden")?
            .map(|widths| widths.iter().map(|&w| w as usize).collect()),
        input: section.counts("input")?.map(|shape| shape.iter().map(|&s| s as usize).collect()),
        layers: read_layers(section)?,
        activation: section
            .choice("activation", &Activation::ALL.map(|choice| (choice.name(), choice)))?,
        loss: section.choice("loss", &Loss::ALL.map(|choice| (choice.name(), choice)))?,
        huber_delta: section.number("huber_delta")?,
        smoothing: section.number("smoothing")?,
        label_smoothing: section.number("label_smoothing")?,
        class_weights: section.list("class_weights", "a list of numbers", number)?,
        initialisation: section
            .choice("initialisation", &Initialisation::ALL.map(|choice| (choice.name(), choice)))?,
        weights: section.text("weights")?.map(PathBuf::from),
        l2: section.number("l2")?,
        target_loss: section.number("target_loss")?,
        reference: reference(section)?,
        standardise: section.flag("standardise")?,
        storage: section
            .choice("storage", &Storage::ALL.map(|storage| (storage.name(), storage)))?,
        rows: section.choice("rows", &Part::ALL.map(|part| (part.name(), part)))?,
    };
    section.finish()?;
    if settings.data.is_none() && problems::find(&name).is_err() {
        let known = problems::names();
        return Err(section.error(Defect::new(
            "name",
            "it is no built-in problem and has no data".to_owned(),
            format!("add data = \"…\"; {}", suggestion(&name, &known)),
        )));
    }
    settings.build_or_defect(&name).map_err(|defect| section.error(defect))
}

/// The reference solution, whose two keys belong together.
fn reference(section: &mut Section<'_>) -> Result<Option<Reference>> {
    let (start, loss) = (section.number("reference_start")?, section.number("reference_loss")?);
    let (given, missing) = match (start, loss) {
        (Some(start), Some(loss)) => return Ok(Some(Reference { start, loss })),
        (None, None) => return Ok(None),
        (None, Some(_)) => ("reference_loss", "reference_start"),
        (Some(_), None) => ("reference_start", "reference_loss"),
    };
    let problem = format!("{missing} is missing");
    Err(section.error(Defect::new(given, problem, "give both, or neither")))
}

/// The solvers of every `[[solver]]` table, in order.
fn solvers(sections: Vec<Section<'_>>) -> Result<Vec<SolverSpec>> {
    let mut all: Vec<SolverSpec> = Vec::with_capacity(sections.len());
    for mut section in sections {
        for one in grid(&mut section)? {
            check_is_first(&all, &one, |spec| &spec.label, &section)?;
            all.push(one);
        }
    }
    Ok(all)
}

/// The solvers of a table: one for every combination of the values that it lists.
fn grid(section: &mut Section<'_>) -> Result<Vec<SolverSpec>> {
    let name = name(section, "solver")?;
    let default = default_method(&name).map_err(|error| {
        section.error(Defect::new("name", error.to_string(), "losslab list solvers explains them"))
    })?;
    let label = section.text("label")?;
    let settings = solver_settings(section)?;
    let axes: Vec<Axis> = settings.iter().map(|setting| setting.axis.clone()).collect();
    let solvers = combinations(&default, label.as_deref(), &axes).and_then(|solvers| {
        for solver in &solvers {
            check(&solver.method)?;
            check_label(&solver.label)?;
        }
        Ok(solvers)
    });
    solvers.map_err(|defect| match settings.iter().find(|setting| setting.axis.key == defect.key) {
        Some(setting) => section.error_at(setting.span.clone(), defect),
        None => section.error(defect),
    })
}

/// A hyper-parameter as it is written.
struct Written {
    axis: Axis,
    span: Range<usize>,
}

/// Every hyper-parameter. `schedule = { kind = "step", every = 9 }` means the
/// same as `schedule = "step"` and `every = 9`; so does it for the line search.
fn solver_settings(section: &Section<'_>) -> Result<Vec<Written>> {
    let mut settings = Vec::new();
    for (key, value) in section.others() {
        match value.get_ref() {
            DeValue::Table(table) if matches!(key, "line_search" | "schedule") => {
                for (inner, value) in table {
                    let inner = if inner.get_ref() == "kind" { key } else { inner.get_ref() };
                    settings.push(written(section, inner, value)?);
                }
            }
            _ => settings.push(written(section, key, value)?),
        }
    }
    Ok(settings)
}

/// A hyper-parameter with one value, a list of values, or
/// `{ from = …, to = …, points = … }` for values evenly spaced by logarithm.
fn written(section: &Section<'_>, key: &str, value: &Spanned<DeValue<'_>>) -> Result<Written> {
    let span = value.span();
    let axis = match value.get_ref() {
        DeValue::Table(table) => {
            let mut range = Section::new(section.document, table, span.clone());
            range.subject = format!("{}, {key}", section.subject);
            let mut number = |name| range.number(name);
            let (from, to) = (number("from")?, number("to")?);
            let points = range.count("points")?;
            range.finish()?;
            let axis = from.zip(to).zip(points).map(|((from, to), points)| {
                Axis::logarithmic(key, from, to, points)
                    .map_err(|defect| section.error_at(span.clone(), defect))
            });
            axis.transpose()?
        }
        DeValue::Array(values) if !values.is_empty() => {
            let values = values.iter().map(|value| setting_text(value.get_ref()));
            let values: Option<Vec<String>> = values.collect();
            values.map(|values| Axis::list(key, values))
        }
        one => setting_text(one).map(|text| Axis::list(key, vec![text])),
    };
    let expected = "a number, a text in quotes, true or false; a list of these, or \
                    { from, to, points }";
    let axis = axis.ok_or_else(|| section.wrong_type(key, value, expected))?;
    Ok(Written { axis, span })
}

fn setting_text(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(integer) => Some(integer.to_string()),
        DeValue::Float(float) => Some(float.to_string()),
        DeValue::Boolean(true) => Some("yes".to_owned()),
        DeValue::Boolean(false) => Some("no".to_owned()),
        _ => None,
    }
}
