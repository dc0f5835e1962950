//! A problem: data, network, loss and penalty.

use std::path::PathBuf;

use super::{check_name, out_of_range};
use crate::data::{DataSource, Part, Storage};
use crate::error::{Error, Result};
use crate::lab::{Reference, TARGET_TAU};
use crate::model::{Activation, Initialisation, LayerSpec, Loss};
use crate::solver::settings::Defect;

/// A network to train on data.
#[derive(Clone, Debug, PartialEq)]
pub struct ProblemSpec {
    /// The name in records and file names.
    pub name: String,
    /// The title in charts; by default the data set's.
    pub title: Option<String>,
    /// The data.
    pub data: DataSource,
    /// Widths of the hidden layers; none for a linear model, and none where there are
    /// `layers`. Default 32, 16.
    pub hidden: Vec<usize>,
    /// The shape that the first of `layers` sees: `[features]`, or `[channels, height,
    /// width]`. By default the data's own, as one row if the first layer is dense.
    pub input: Option<Vec<usize>>,
    /// All layers, first to last, instead of `hidden`.
    pub layers: Option<Vec<LayerSpec>>,
    /// The non-linearity after each hidden layer that has none of its own. Default
    /// tanh.
    pub activation: Activation,
    /// The loss; by default the one that follows from the task.
    pub loss: Option<Loss>,
    /// δ of the Huber loss; see [`Criterion`](crate::model::Criterion) for this and
    /// the next three, their ranges and defaults.
    pub huber_delta: Option<f64>,
    /// ε of the absolute error.
    pub smoothing: Option<f64>,
    /// ε of the (binary) cross-entropy.
    pub label_smoothing: Option<f64>,
    /// A factor of the loss per class, or per label.
    pub class_weights: Option<Vec<f64>>,
    /// The distribution of the start. Default that of the activation,
    /// [`Activation::initialisation`].
    pub initialisation: Initialisation,
    /// A file with the weights that every run starts from, instead of random ones.
    pub weights: Option<PathBuf>,
    /// λ of the penalty ½ λ ‖w‖² on weights, not biases. Default 1e-4.
    pub l2: f64,
    /// The training loss that solvers are measured against; by default [`Reference::target`]
    /// with [`TARGET_TAU`].
    pub target_loss: Option<f64>,
    /// The solution that target levels are measured from. That of a built-in problem stands
    /// for it alone: not with another network, loss or penalty, or other rows.
    pub reference: Option<Reference>,
    /// Whether features, and targets of a regression, are standardised with the
    /// training rows' statistics. Default yes.
    pub standardise: bool,
    /// How features lie in memory. Default as `f64`.
    pub storage: Storage,
    /// The rows that the loss is a mean over. Default the training rows.
    pub rows: Part,
}

impl ProblemSpec {
    /// The problem with everything else at its default.
    pub fn new(name: &str, data: DataSource) -> Self {
        Self {
            name: name.to_owned(),
            title: None,
            data,
            hidden: vec![32, 16],
            input: None,
            layers: None,
            activation: Activation::Tanh,
            loss: None,
            huber_delta: None,
            smoothing: None,
            label_smoothing: None,
            class_weights: None,
            initialisation: Activation::Tanh.initialisation(),
            weights: None,
            l2: 1e-4,
            target_loss: None,
            reference: None,
            standardise: true,
            storage: Storage::Doubles,
            rows: Part::Train,
        }
    }

    /// Checks everything that can be checked without the data.
    ///
    /// # Errors
    /// [`Error::Specification`] for the first value that cannot be used.
    pub fn validate(&self) -> Result<()> {
        self.check().map_err(|defect| self.error(defect))
    }

    pub(super) fn check(&self) -> std::result::Result<(), Defect> {
        check_name(&self.name, "name")?;
        self.check_network()?;
        self.check_loss()?;
        if !(self.l2.is_finite() && self.l2 >= 0.0) {
            return Err(out_of_range("l2", self.l2, "give a finite number of at least 0"));
        }
        if let Some(target) = self.target_loss.filter(|target| !target.is_finite()) {
            return Err(out_of_range("target_loss", target, "give a finite number"));
        }
        self.check_reference()?;
        Ok(())
    }

    fn check_reference(&self) -> std::result::Result<(), Defect> {
        let Some(Reference { start, loss }) = self.reference else { return Ok(()) };
        for (key, value) in [("reference_start", start), ("reference_loss", loss)] {
            if !value.is_finite() {
                return Err(out_of_range(key, value, "give a finite number"));
            }
        }
        if loss >= start {
            let remedy = "give the loss at the start and the lowest loss known, which is below it";
            return Err(out_of_range("reference_loss", loss, remedy));
        }
        Ok(())
    }

    /// The training loss to reach: the one stated, or else the reference's.
    pub fn target(&self) -> Option<f64> {
        self.target_loss.or(self.reference.map(|reference| reference.target(TARGET_TAU)))
    }

    pub(super) fn error(&self, defect: Defect) -> Error {
        defect.at(&format!("problem '{}'", self.name))
    }
}
