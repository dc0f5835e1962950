//! Data and network.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use losslab::data::{Part, Storage, Task};
use losslab::model::{Activation, Initialisation, Loss};

use super::super::values::{Hidden, choices, problem_names};

/// Data and network: what all commands that compute share.
#[derive(Debug, Default, Args)]
pub struct ProblemArguments {
    /// A built-in problem, or one of the specification; compare takes several,
    /// with commas between them or by repeating this
    #[arg(short, long = "problem", value_name = "NAME", value_delimiter = ',')]
    #[arg(value_parser = problem_names(), hide_possible_values = true)]
    #[arg(help_heading = "Problems and data")]
    pub problems: Vec<String>,

    /// A data file of your own: a CSV table, NPZ arrays x and y, or IDX images,
    /// plain or .gz
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    #[arg(help_heading = "Problems and data")]
    pub data: Option<String>,

    /// The column to predict, or several: a,b,c; for NPZ the array (y), for IDX
    /// the file with the labels; '@features' for the features themselves
    #[arg(long, value_name = "COLUMNS", help_heading = "Problems and data")]
    pub target: Option<String>,

    /// What the target is; without this its values decide. Of several targets,
    /// multi-label says that each is a yes or no
    #[arg(long, value_name = "TASK", value_parser = choices(Task::ALL.map(|task| (task.name(), task))))]
    #[arg(help_heading = "Problems and data")]
    pub task: Option<Task>,

    /// Columns to leave out
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    #[arg(help_heading = "Problems and data")]
    pub drop: Option<Vec<String>>,

    /// Columns of numbers that stand for categories
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    #[arg(help_heading = "Problems and data")]
    pub categorical: Option<Vec<String>>,

    /// Keep columns that have the same value in every row
    #[arg(long, help_heading = "Problems and data")]
    pub keep_constant: bool,

    /// The column, or for NPZ the array, of what each row counts for in the loss
    #[arg(long, value_name = "COLUMN", help_heading = "Problems and data")]
    pub sample_weights: Option<String>,

    /// The rows that the loss is a mean over [default: train]
    #[arg(long, value_name = "ROWS", value_parser = choices(Part::ALL.map(|part| (part.name(), part))))]
    #[arg(help_heading = "Problems and data")]
    pub split: Option<Part>,

    /// Leave features and targets in their own units
    #[arg(long, help_heading = "Problems and data")]
    pub no_standardise: bool,

    /// How features lie in memory: ready to be used, or in the type of the file,
    /// which takes an eighth for images, and the same results [default: doubles]
    #[arg(long, value_name = "STORAGE", help_heading = "Problems and data")]
    #[arg(value_parser = choices(Storage::ALL.map(|storage| (storage.name(), storage))))]
    pub storage: Option<Storage>,

    /// Widths of the hidden layers, such as 32,16; 'none' for a linear model. Other
    /// networks are lists of layers in a specification (see README.md)
    #[arg(long, value_name = "WIDTHS", allow_negative_numbers = true, help_heading = "Network")]
    pub hidden: Option<Hidden>,

    /// The non-linearity after each hidden layer
    #[arg(long, value_name = "NAME", help_heading = "Network")]
    #[arg(value_parser = choices(Activation::ALL.map(|choice| (choice.name(), choice))))]
    pub activation: Option<Activation>,

    /// The loss; without this it follows from the task
    #[arg(long, value_name = "NAME", help_heading = "Network")]
    #[arg(value_parser = choices(Loss::ALL.map(|choice| (choice.name(), choice))))]
    pub loss: Option<Loss>,

    /// For the Huber loss: the residual beyond which it is linear [default: 1]
    #[arg(long, value_name = "DELTA", allow_negative_numbers = true, help_heading = "Network")]
    pub huber_delta: Option<f64>,

    /// For the absolute error: ε in √(r² + ε²) − ε [default: 0, which is |r|]
    #[arg(long, value_name = "EPSILON", allow_negative_numbers = true)]
    #[arg(help_heading = "Network")]
    pub smoothing: Option<f64>,

    /// For cross-entropies: the share of each target spread over all classes
    /// [default: 0]
    #[arg(long, value_name = "EPSILON", allow_negative_numbers = true)]
    #[arg(help_heading = "Network")]
    pub label_smoothing: Option<f64>,

    /// For classes and labels: what each counts for in the loss, such as 1,2,0.5
    #[arg(long, value_name = "WEIGHTS", value_delimiter = ',', allow_negative_numbers = true)]
    #[arg(help_heading = "Network")]
    pub class_weights: Option<Vec<f64>>,

    /// The distribution of the first weights; without this it follows from the
    /// activation
    #[arg(long, value_name = "NAME", help_heading = "Network")]
    #[arg(value_parser = choices(Initialisation::ALL.map(|choice| (choice.name(), choice))))]
    pub initialisation: Option<Initialisation>,

    /// The weights in this file instead of random ones, to start from or to
    /// evaluate at
    #[arg(long, value_name = "FILE.safetensors", help_heading = "Network")]
    #[arg(value_hint = ValueHint::FilePath)]
    pub weights: Option<PathBuf>,

    /// The penalty on weights, λ in ½ λ ‖w‖² [default: 1e-4]
    #[arg(long, value_name = "LAMBDA", allow_negative_numbers = true)]
    #[arg(help_heading = "Network")]
    pub l2: Option<f64>,
}
