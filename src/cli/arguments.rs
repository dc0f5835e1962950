//! The raw arguments, as they are written.

use std::path::PathBuf;
use std::str::FromStr;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use losslab::data::{Part, Storage, Task};
use losslab::model::{Activation, Initialisation, Loss};

use super::anchors::AnchorsArguments;
use super::bench::BenchArguments;
use super::connect::ConnectArguments;
use super::eval::EvalArguments;
use super::landscape::LandscapeArguments;
use super::report::ReportArguments;
use super::spectrum::SpectrumArguments;
use super::tune::TuneArguments;
use super::verify::VerifyArguments;

const EXAMPLES: &str = "\
Examples:
  losslab                                 the quick start
  losslab compare -p digits -s lbfgs,cg   two methods on one problem
  losslab compare -s lbfgs -s gd:learning_rate=0.5,schedule=cosine,horizon=150
  losslab compare --data houses.csv --target price --hidden 32,16
  losslab train -p digits --budget 300    one run, and its weights
  losslab tune -s gd -s adam              settings by a search, and its cost
  losslab eval -p digits -o out.safetensors    one evaluation, to compare
  losslab landscape                       where solvers walk, on one plane
  losslab connect                         what lies between two solutions
  losslab verify results/quickstart       the same bytes again?
  losslab list solvers                    what there is to choose from";

/// Which optimiser should train this network on this data?
///
/// losslab trains the same networks from the same starts with gradient descent,
/// conjugate gradient and L-BFGS, charges every pass to the method that asked
/// for it, and draws what happened. Without a command it runs the quick start:
/// house prices, spam and handwritten digits.
#[derive(Debug, Parser)]
#[command(name = "losslab", version, after_help = EXAMPLES, max_term_width = 80)]
#[command(disable_help_subcommand = true)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run every solver on every problem with every seed
    Compare(CompareArguments),
    /// Train one network, and keep its weights
    Train(TrainArguments),
    /// Choose a solver's settings by a search, and say what that cost
    Tune(TuneArguments),
    /// Compute loss and derivatives at one point, for comparison
    Eval(EvalArguments),
    /// Draw the loss surface, and the paths of solvers on it
    Landscape(LandscapeArguments),
    /// Measure the line, the matched line and a curve between two solutions
    Connect(ConnectArguments),
    /// Measure how the loss curves: eigenvalues, trace, spectral density
    Spectrum(SpectrumArguments),
    /// Run stored results again, and say what differs
    Verify(VerifyArguments),
    /// Draw figures and summary again, from stored records alone
    Report(ReportArguments),
    /// Measure how fast this machine evaluates
    Bench(BenchArguments),
    /// Count evaluations on standard problems, beside published counts
    Anchors(AnchorsArguments),
    /// Show what there is to choose from
    List(ListArguments),
}

const COMPARE_EXAMPLES: &str = "\
Examples:
  losslab compare -p california,digits --seeds 5 --budget 300
  losslab compare -p digits -s cg -s cg:beta=fletcher-reeves,label=FR
  losslab compare --data houses.csv.gz --target price --drop id
  losslab compare --spec results/compare/spec.toml --l2 1e-3 -o results/l2";

/// Run every solver on every problem with every seed
///
/// Writes the specification, the record of every run, a summary and charts, and
/// prints a table. Given nothing, it runs the quick start.
#[derive(Debug, Default, Args)]
#[command(after_help = COMPARE_EXAMPLES, max_term_width = 80)]
pub struct CompareArguments {
    #[command(flatten)]
    pub experiment: ExperimentArguments,

    /// A number n for seeds 0 to n − 1, or a list; '7,' is the one seed 7
    #[arg(long, value_name = "N|LIST", allow_negative_numbers = true, help_heading = "Runs")]
    pub seeds: Option<Seeds>,

    /// Let runs stand side by side, each on one thread: faster, and the same
    /// results, but seconds that cannot be compared
    #[arg(long, help_heading = "Runs")]
    pub untimed: bool,

    /// The targets that statistics count, as shares of the decrease from the start to
    /// a reference that are left undone [default: 0.1,0.03,0.01,0.003,0.001]
    #[arg(long, value_name = "SHARES", value_delimiter = ',', help_heading = "Runs")]
    pub target_levels: Option<Vec<f64>>,

    /// Entries that each run's trace keeps at most, evenly chosen [default: all]
    #[arg(long, value_name = "N", value_parser = whole::<usize>, help_heading = "Runs")]
    pub trace_entries: Option<usize>,

    /// Take over the finished runs in the folder instead of doing them again, where
    /// nothing that they depend on has changed
    #[arg(long, help_heading = "Runs")]
    pub resume: bool,
}

const TRAIN_EXAMPLES: &str = "\
Examples:
  losslab train
  losslab train -p spam -s cg --split all --budget 500 -o results/spam
  losslab train -p digits --weights results/train/weights.safetensors";

/// Train one network, and keep its weights
///
/// One run: one problem (digits if none is given), one solver (lbfgs), one seed.
/// Writes its record, its specification and the weights at the lowest training
/// loss.
#[derive(Debug, Default, Args)]
#[command(after_help = TRAIN_EXAMPLES, max_term_width = 80)]
pub struct TrainArguments {
    #[command(flatten)]
    pub experiment: ExperimentArguments,

    /// The seed of start and split [default: 0]
    #[arg(long, value_name = "N", value_parser = whole::<u64>, help_heading = "Runs")]
    #[arg(allow_negative_numbers = true)]
    pub seed: Option<u64>,

    /// Write a checkpoint after every so many iterations, to the folder's
    /// checkpoint.losslab, and at the end of the iteration that Ctrl-C falls in
    #[arg(long, value_name = "N", value_parser = whole::<u64>, help_heading = "Runs")]
    #[arg(allow_negative_numbers = true)]
    pub checkpoint_every: Option<u64>,

    /// Go on from the folder's checkpoint.losslab, with the same bits as if there
    /// had been no break; budget and stopping rules may be others
    #[arg(long, help_heading = "Runs")]
    pub resume: bool,
}

/// Data and network: what all commands that compute share.
#[derive(Debug, Default, Args)]
pub struct ProblemArguments {
    /// A built-in problem, or one of the specification; compare takes several,
    /// with commas between them or by repeating this
    #[arg(short, long = "problem", value_name = "NAME", value_delimiter = ',')]
    #[arg(help_heading = "Problems and data")]
    pub problems: Vec<String>,

    /// A data file of your own: a CSV table, NPZ arrays x and y, or IDX images,
    /// plain or .gz
    #[arg(long, value_name = "FILE", help_heading = "Problems and data")]
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
    pub weights: Option<PathBuf>,

    /// The penalty on weights, λ in ½ λ ‖w‖² [default: 1e-4]
    #[arg(long, value_name = "LAMBDA", allow_negative_numbers = true)]
    #[arg(help_heading = "Network")]
    pub l2: Option<f64>,
}

/// What compare and train share.
#[derive(Debug, Default, Args)]
pub struct ExperimentArguments {
    #[command(flatten)]
    pub problem: ProblemArguments,

    /// A method with its settings, such as cg or cg:c2=0.4,label=loose; compare
    /// takes several, by repeating this or with commas between plain names
    #[arg(short, long = "solver", value_name = "NAME[:SETTINGS]", help_heading = "Solvers")]
    pub solvers: Vec<String>,

    /// What each run may spend: one pass is one loss with gradient over all rows
    /// [default: 150]
    #[arg(long, value_name = "PASSES", allow_negative_numbers = true, help_heading = "Runs")]
    pub budget: Option<f64>,

    /// Iterations that each run may do [default: no limit]
    #[arg(long, value_name = "N", value_parser = whole::<u64>, help_heading = "Runs")]
    #[arg(allow_negative_numbers = true)]
    pub iterations: Option<u64>,

    /// Converged when no entry of the gradient is larger [default: 1e-8]
    #[arg(long, value_name = "VALUE", allow_negative_numbers = true, help_heading = "Runs")]
    pub gradient_tolerance: Option<f64>,

    /// End a run once an iteration lowers the loss by at most this share of it, or
    /// of 1 for smaller losses [default: never]
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true, help_heading = "Runs")]
    pub relative_decrease: Option<f64>,

    /// End a run after so many iterations without a new lowest loss [default:
    /// never]
    #[arg(long, value_name = "N", value_parser = whole::<u64>, help_heading = "Runs")]
    #[arg(allow_negative_numbers = true)]
    pub plateau: Option<u64>,

    /// Seconds that each run may take [default: no limit]; where they end a run,
    /// its result cannot be reproduced
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true, help_heading = "Runs")]
    pub seconds: Option<f64>,

    /// The training loss that solvers are measured against
    #[arg(long, value_name = "VALUE", allow_negative_numbers = true, help_heading = "Runs")]
    pub target_loss: Option<f64>,

    /// End a run where it reaches the target loss
    #[arg(long, help_heading = "Runs")]
    pub stop_at_target: bool,

    /// Threads [default: one per core]; no result depends on them
    #[arg(short = 'j', long, value_name = "N", value_parser = whole::<usize>)]
    #[arg(allow_negative_numbers = true, help_heading = "Runs")]
    pub threads: Option<usize>,

    /// Read all this from a file; flags beside it take precedence
    #[arg(long, value_name = "FILE.toml", help_heading = "Input and output")]
    pub spec: Option<PathBuf>,

    /// The folder to write to [default: results/NAME]
    #[arg(short, long, value_name = "DIR", help_heading = "Input and output")]
    pub output: Option<PathBuf>,

    /// Print JSON, and nothing else, on standard output: a line per run, or one
    /// object of all that was measured
    #[arg(long, help_heading = "Input and output")]
    pub json: bool,

    /// Print no progress and no messages
    #[arg(short, long, help_heading = "Input and output")]
    pub quiet: bool,
}

#[derive(Debug, Args)]
#[command(max_term_width = 80)]
pub struct ListArguments {
    /// What to show
    #[arg(value_name = "WHAT")]
    pub kind: ListKind,

    /// Print one line of JSON per entry
    #[arg(long)]
    pub json: bool,
}

/// What can be listed.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum ListKind {
    /// Built-in problems: network, loss and data
    Problems,
    /// Methods with their settings and defaults
    Solvers,
    /// Embedded data sets
    Data,
}

/// A parser for one of a closed set of names.
pub fn choices<T, const N: usize>(
    choices: [(&'static str, T); N],
) -> impl TypedValueParser<Value = T> + use<T, N>
where
    T: Copy + Send + Sync + 'static,
{
    PossibleValuesParser::new(choices.map(|(name, _)| name)).try_map(move |text| {
        let choice = choices.iter().find(|(name, _)| *name == text);
        choice.map(|(_, choice)| *choice).ok_or("not one of the possible values")
    })
}

/// `--hidden`: widths, or none.
#[derive(Clone, Debug, PartialEq)]
pub struct Hidden(pub Vec<usize>);

impl FromStr for Hidden {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "none" {
            return Ok(Self(Vec::new()));
        }
        numbers(text)
            .map(Self)
            .ok_or_else(|| "give widths such as 32,16, or 'none' for a linear model".to_owned())
    }
}

/// `--seeds`: a count, or a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Seeds(pub Vec<u64>);

impl FromStr for Seeds {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.parse::<u64>() {
            Ok(0) => Err("give at least one seed".to_owned()),
            Ok(count) if count <= 10_000 => Ok(Self((0..count).collect())),
            Ok(_) => Err("give at most 10000 seeds, or a list such as 0,4,7".to_owned()),
            Err(_) => numbers(text.strip_suffix(',').unwrap_or(text))
                .map(Self)
                .ok_or_else(|| "give a count such as 3, or a list such as 0,4,7".to_owned()),
        }
    }
}

/// A whole number of at least 0.
pub fn whole<T: FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| "give a whole number of at least 0".to_owned())
}

fn numbers<T: FromStr>(text: &str) -> Option<Vec<T>> {
    text.split(',').map(|number| number.trim().parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn help_fits_80_columns() {
        let mut command = Arguments::command();
        command.build();
        for sub in [
            &["compare"][..],
            &["train"],
            &["tune"],
            &["eval"],
            &["landscape"],
            &["spectrum"],
            &["connect"],
            &["bench"],
            &["list"],
            &[],
        ] {
            let mut command = command.clone();
            for name in sub {
                command = command.find_subcommand(name).expect("it exists").clone();
            }
            for long in [true, false] {
                let help = if long { command.render_long_help() } else { command.render_help() };
                for line in help.to_string().lines() {
                    assert!(line.chars().count() <= 80, "{sub:?}: {line}");
                }
            }
        }
    }

    #[test]
    fn seeds_are_a_count_or_a_list() {
        assert_eq!("3".parse(), Ok(Seeds(vec![0, 1, 2])));
        assert_eq!("7,".parse(), Ok(Seeds(vec![7])));
        assert_eq!("0,4,7".parse(), Ok(Seeds(vec![0, 4, 7])));
        for wrong in ["0", "", ",", "1,,2", "-1", "1.5", "99999999"] {
            assert!(wrong.parse::<Seeds>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn hidden_is_a_list_or_none() {
        assert_eq!("32,16".parse(), Ok(Hidden(vec![32, 16])));
        assert_eq!("none".parse(), Ok(Hidden(Vec::new())));
        for wrong in ["", "32,", "-3", "3x2"] {
            assert!(wrong.parse::<Hidden>().is_err(), "{wrong}");
        }
    }
}
