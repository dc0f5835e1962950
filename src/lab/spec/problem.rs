//! A problem: data, network, loss and penalty.

use super::{check_name, out_of_range};
use crate::data::{DataSource, Dataset, Part, Task};
use crate::error::{Error, Result};
use crate::model::{Activation, Criterion, Initialisation, LayerSpec, Loss, Network};
use crate::solver::settings::Defect;

/// Parameters beyond which a specification is refused: a run of L-BFGS holds
/// about [`VECTORS`] vectors of that length, which are then 2.4 GB.
const PARAMETERS_MAX: u128 = 10_000_000;
/// Twenty of them are the pairs that L-BFGS keeps by default.
const VECTORS: u128 = 30;

/// A network to train on data.
#[derive(Clone, Debug, PartialEq)]
pub struct ProblemSpec {
    /// The name in records and file names.
    pub name: String,
    /// The title in charts; by default the data set's.
    pub title: Option<String>,
    /// The data.
    pub data: DataSource,
    /// Widths of the hidden layers; none for a linear model. Default 32, 16.
    pub hidden: Vec<usize>,
    /// The non-linearity after each hidden layer. Default tanh.
    pub activation: Activation,
    /// The loss; by default the one that follows from the task.
    pub loss: Option<Loss>,
    /// The distribution of the start. Default He for ReLU, else Glorot.
    pub initialisation: Initialisation,
    /// λ of the penalty ½ λ ‖w‖² on weights, not biases. Default 1e-4.
    pub l2: f64,
    /// The training loss that solvers are measured against.
    pub target_loss: Option<f64>,
    /// Whether features, and targets of a regression, are standardised with the
    /// training rows' statistics. Default yes.
    pub standardise: bool,
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
            activation: Activation::Tanh,
            loss: None,
            initialisation: Initialisation::Glorot,
            l2: 1e-4,
            target_loss: None,
            standardise: true,
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

    /// The loss for data of this task.
    ///
    /// # Errors
    /// [`Error::Specification`] if the loss asked for does not fit: a regression
    /// has the squared error, the Huber loss or the absolute error; two classes and
    /// labels have the binary cross-entropy, more classes the cross-entropy, and all
    /// of these also the squared error.
    pub fn loss_for(&self, task: Task) -> Result<Loss> {
        let natural = match task {
            Task::Regression => Loss::SquaredError,
            Task::Binary | Task::MultiLabel => Loss::BinaryCrossEntropy,
            Task::MultiClass => Loss::CrossEntropy,
        };
        match self.loss {
            None => Ok(natural),
            Some(loss) if loss == natural || loss == Loss::SquaredError => Ok(loss),
            Some(loss) if task == Task::Regression && loss.measures_distance() => Ok(loss),
            Some(loss) => Err(self.error(Defect::new(
                "loss",
                format!("{} does not fit the task {}", loss.name(), task.name()),
                format!("take {}, or leave the loss out", natural.name()),
            ))),
        }
    }

    /// The network for these data.
    ///
    /// # Errors
    /// [`Error::Specification`] that names the layer whose shape does not fit.
    pub fn network(&self, dataset: &Dataset) -> Result<Network> {
        let layers = LayerSpec::fully_connected(&self.hidden);
        let inputs = [dataset.features.columns()];
        Network::new(&inputs, &layers, self.activation, dataset.outputs())
    }

    /// The loss for these data, with its parameters.
    ///
    /// # Errors
    /// As [`ProblemSpec::loss_for`].
    pub fn criterion(&self, dataset: &Dataset) -> Result<Criterion> {
        Ok(self.loss_for(dataset.task)?.into())
    }

    /// Widths of all layers for data with so many features and outputs.
    pub fn widths(&self, features: usize, outputs: usize) -> Vec<usize> {
        [&[features], self.hidden.as_slice(), &[outputs]].concat()
    }

    /// Checks the number of parameters for data with so many features and
    /// outputs.
    ///
    /// # Errors
    /// [`Error::Specification`] if they are too many.
    pub fn check_size(&self, features: usize, outputs: usize) -> Result<()> {
        check_parameters(&self.widths(features, outputs)).map_err(|defect| self.error(defect))
    }

    pub(super) fn check(&self) -> std::result::Result<(), Defect> {
        check_name(&self.name, "name")?;
        if self.hidden.contains(&0) {
            let remedy = "give widths of at least 1, or none at all for a linear model";
            return Err(out_of_range("hidden", &self.hidden, remedy));
        }
        check_parameters(&self.widths(1, 1))?;
        if !(self.l2.is_finite() && self.l2 >= 0.0) {
            return Err(out_of_range("l2", self.l2, "give a finite number of at least 0"));
        }
        if let Some(target) = self.target_loss.filter(|target| !target.is_finite()) {
            return Err(out_of_range("target_loss", target, "give a finite number"));
        }
        Ok(())
    }

    fn error(&self, defect: Defect) -> Error {
        defect.at(&format!("problem '{}'", self.name))
    }
}

fn check_parameters(widths: &[usize]) -> std::result::Result<(), Defect> {
    let parameters = widths
        .windows(2)
        .map(|pair| (pair[0] as u128 + 1).saturating_mul(pair[1] as u128))
        .fold(0_u128, u128::saturating_add);
    if parameters > PARAMETERS_MAX {
        return Err(Defect::new(
            "hidden",
            format!("the network would have {parameters} parameters or more"),
            format!(
                "make its layers smaller: at most {PARAMETERS_MAX} are allowed, because a method \
                 keeps some {VECTORS} vectors of that length in memory"
            ),
        ));
    }
    Ok(())
}
