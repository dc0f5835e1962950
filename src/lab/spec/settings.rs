//! What a user may say of a problem; what is left out keeps its default.

use std::path::PathBuf;

use super::ProblemSpec;
use super::network::hidden_and_layers;
use crate::data::{DataSource, Part, Storage, Task, embedded, installed};
use crate::error::{Error, Result, excerpt, suggestion};
use crate::lab::{Reference, problems};
use crate::model::{Activation, Criterion, Initialisation, LayerSpec, Loss};
use crate::solver::settings::Defect;

/// The keys of a `[[problem]]` table, and the flags of the same meaning.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProblemSettings {
    /// The title in charts.
    pub title: Option<String>,
    /// A named data set, embedded or installed, or a file's path from the working directory;
    /// without a target, a path has a '.' or a '/' in it.
    pub data: Option<String>,
    /// For a file: the target's column or columns, the target's array, the file with
    /// the labels, or `@features`.
    pub target: Option<String>,
    /// For a file: the task; by default it follows from the target.
    pub task: Option<Task>,
    /// For a file: columns to leave out.
    pub drop: Option<Vec<String>>,
    /// For a file: columns of numbers that stand for categories.
    pub categorical: Option<Vec<String>>,
    /// For a file: whether columns with one value are kept rather than refused.
    pub keep_constant: Option<bool>,
    /// For a file: the column or array of sample weights.
    pub sample_weights: Option<String>,
    /// Widths of the hidden layers, instead of a list of layers.
    pub hidden: Option<Vec<usize>>,
    /// The shape that the first layer sees.
    pub input: Option<Vec<usize>>,
    /// The layers, instead of `hidden`.
    pub layers: Option<Vec<LayerSpec>>,
    /// The activation.
    pub activation: Option<Activation>,
    /// The loss.
    pub loss: Option<Loss>,
    /// δ of the Huber loss.
    pub huber_delta: Option<f64>,
    /// ε of the absolute error.
    pub smoothing: Option<f64>,
    /// ε of the (binary) cross-entropy.
    pub label_smoothing: Option<f64>,
    /// A factor of the loss per class, or per label.
    pub class_weights: Option<Vec<f64>>,
    /// The initialisation.
    pub initialisation: Option<Initialisation>,
    /// A file with the weights to start from.
    pub weights: Option<PathBuf>,
    /// The penalty.
    pub l2: Option<f64>,
    /// The target loss.
    pub target_loss: Option<f64>,
    /// The reference that target levels are measured from.
    pub reference: Option<Reference>,
    /// Whether to standardise.
    pub standardise: Option<bool>,
    /// How features lie in memory.
    pub storage: Option<Storage>,
    /// The rows that the loss is over.
    pub rows: Option<Part>,
}

impl ProblemSettings {
    /// The problem named `name`. If no data is given, `name` is that of a
    /// built-in problem, which is changed by what is given. Where the
    /// data given is that problem's own, its network is kept, but not its loss and
    /// target loss, so that a written problem is read back as it was.
    ///
    /// # Errors
    /// [`Error::UnknownName`] without data and without such a problem;
    /// [`Error::Specification`] for values that cannot be used.
    pub fn build(self, name: &str) -> Result<ProblemSpec> {
        match self.data {
            None => self.apply_to(problems::find(name)?),
            Some(_) => self.build_or_defect(name).map_err(at(name)),
        }
    }

    /// [`ProblemSettings::build`], with the key of what is wrong.
    pub(super) fn build_or_defect(self, name: &str) -> std::result::Result<ProblemSpec, Defect> {
        let base = match (&self.data, problems::find(name)) {
            (None, Ok(problem)) => problem,
            (_, built_in) => {
                let source = self.source()?;
                let own = built_in.ok().filter(|problem| problem.data == source);
                own.unwrap_or_else(|| ProblemSpec::new(name, source))
            }
        };
        self.apply_or_defect(base)
    }

    /// `base`, changed by what is given.
    ///
    /// # Errors
    /// [`Error::Specification`] for values that cannot be used.
    pub fn apply_to(self, base: ProblemSpec) -> Result<ProblemSpec> {
        let at = at(&base.name);
        self.apply_or_defect(base).map_err(at)
    }

    fn apply_or_defect(
        mut self,
        mut base: ProblemSpec,
    ) -> std::result::Result<ProblemSpec, Defect> {
        let before = base.clone();
        if self.data.is_some() {
            base = ProblemSpec {
                loss: None,
                huber_delta: None,
                smoothing: None,
                label_smoothing: None,
                class_weights: None,
                target_loss: None,
                data: self.source()?,
                ..base
            };
        } else {
            self.change_source(&mut base.data)?;
        }
        if let Some(title) = self.title.take() {
            base.title = Some(title);
        }
        match (self.hidden.take(), self.layers.take()) {
            (None, None) => {}
            (Some(_), Some(_)) => return Err(hidden_and_layers()),
            (Some(hidden), None) => {
                base = ProblemSpec { hidden, input: None, layers: None, ..base };
            }
            (None, layers) => {
                base = ProblemSpec { hidden: Vec::new(), input: None, layers, ..base };
            }
        }
        base.input = self.input.take().or(base.input);
        if let Some(activation) = self.activation {
            base.activation = activation;
            base.initialisation = activation.initialisation();
        }
        // A target is a value of one loss with its penalty, in one unit, on some rows.
        if self.changes_loss(&base)
            || self.standardise.is_some_and(|standardise| base.standardise != standardise)
            || self.l2.is_some_and(|l2| base.l2 != l2)
            || self.rows.is_some_and(|rows| base.rows != rows)
        {
            base.target_loss = None;
        }
        if let Some(loss) = self.loss {
            base.change_loss(loss);
        }
        base.huber_delta = self.huber_delta.or(base.huber_delta);
        base.smoothing = self.smoothing.or(base.smoothing);
        base.label_smoothing = self.label_smoothing.or(base.label_smoothing);
        base.class_weights = self.class_weights.or(base.class_weights);
        base.initialisation = self.initialisation.unwrap_or(base.initialisation);
        base.weights = self.weights.or(base.weights);
        base.l2 = self.l2.unwrap_or(base.l2);
        base.target_loss = self.target_loss.or(base.target_loss);
        base.standardise = self.standardise.unwrap_or(base.standardise);
        base.storage = self.storage.unwrap_or(base.storage);
        base.rows = self.rows.unwrap_or(base.rows);
        if self.reference.is_some() || !has_surface_of(&base, &before) {
            base.reference = self.reference;
        }
        base.check()?;
        Ok(base)
    }

    /// Whether the loss or one of its parameters is another than that of `base`.
    fn changes_loss(&self, base: &ProblemSpec) -> bool {
        let default = self.loss.or(base.loss).map(Criterion::from);
        let default = |of: fn(&Criterion) -> f64| default.as_ref().map(of);
        let differs = |given: Option<f64>, before: Option<f64>, default: Option<f64>| {
            given.is_some() && given != before.or(default)
        };
        self.loss.is_some() && self.loss != base.loss
            || differs(self.huber_delta, base.huber_delta, default(|c| c.huber_delta))
            || differs(self.smoothing, base.smoothing, default(|c| c.smoothing))
            || differs(self.label_smoothing, base.label_smoothing, default(|c| c.label_smoothing))
            || self.class_weights.is_some() && self.class_weights != base.class_weights
    }

    /// The source that `data` and the keys that belong to it describe.
    fn source(&self) -> std::result::Result<DataSource, Defect> {
        let data = self.data.as_deref().unwrap_or_default();
        if data.is_empty() {
            let remedy = "name a file, or one of the embedded data sets (losslab list data)";
            return Err(Defect::new("data", "it is empty".to_owned(), remedy));
        }
        let names = [embedded::names(), installed::names()].concat();
        if self.target.is_none() && !data.contains(['.', '/', '\\']) {
            if !names.contains(&data) {
                return Err(Defect::new(
                    "data",
                    format!("there is no embedded data set named '{}'", excerpt(data)),
                    format!(
                        "for a file write './{}'; otherwise {}",
                        excerpt(data),
                        suggestion(data, &names)
                    ),
                ));
            }
            let name = data.to_owned();
            let mut source = match installed::names().contains(&data) {
                true => DataSource::Installed { name },
                false => DataSource::Embedded { name },
            };
            self.change_source(&mut source)?;
            return Ok(source);
        }
        Ok(DataSource::File {
            path: PathBuf::from(data),
            target: self.target.clone(),
            task: self.task,
            drop: self.drop.clone().unwrap_or_default(),
            categorical: self.categorical.clone().unwrap_or_default(),
            keep_constant: self.keep_constant.unwrap_or(false),
            sample_weights: self.sample_weights.clone(),
        })
    }

    /// Changes how a file is read; a named data set is read in one way.
    fn change_source(&self, source: &mut DataSource) -> std::result::Result<(), Defect> {
        let kind = match source {
            DataSource::Installed { .. } => "installed",
            _ => "embedded",
        };
        match source {
            DataSource::File {
                target,
                task,
                drop,
                categorical,
                keep_constant,
                sample_weights,
                ..
            } => {
                *target = self.target.clone().or(target.take());
                *task = self.task.or(*task);
                replace(drop, &self.drop);
                replace(categorical, &self.categorical);
                replace(keep_constant, &self.keep_constant);
                *sample_weights = self.sample_weights.clone().or(sample_weights.take());
                Ok(())
            }
            DataSource::Embedded { name } | DataSource::Installed { name } => {
                let given = [
                    ("target", self.target.is_some()),
                    ("task", self.task.is_some()),
                    ("drop", self.drop.is_some()),
                    ("categorical", self.categorical.is_some()),
                    ("keep_constant", self.keep_constant.is_some()),
                    ("sample_weights", self.sample_weights.is_some()),
                ];
                match given.iter().find(|(_, given)| *given) {
                    None => Ok(()),
                    Some((key, _)) => Err(Defect::new(
                        key,
                        format!("the {kind} data set '{name}' is read in one way"),
                        "give a file as data, or leave this out",
                    )),
                }
            }
        }
    }
}

/// Whether two problems minimise the same function over the same rows, from whatever start.
fn has_surface_of(problem: &ProblemSpec, other: &ProblemSpec) -> bool {
    let same = ProblemSpec {
        name: other.name.clone(),
        title: other.title.clone(),
        weights: other.weights.clone(),
        initialisation: other.initialisation,
        target_loss: other.target_loss,
        storage: other.storage,
        ..problem.clone()
    };
    same == *other
}

fn replace<T: Clone>(value: &mut T, given: &Option<T>) {
    if let Some(given) = given {
        value.clone_from(given);
    }
}

fn at(name: &str) -> impl Fn(Defect) -> Error + use<> {
    let place = format!("problem '{name}'");
    move |defect| defect.at(&place)
}
