//! Runs: what commands that train share.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::super::values::{solver_names, whole};
use super::problem::ProblemArguments;

/// What compare and train share.
#[derive(Debug, Default, Args)]
pub struct ExperimentArguments {
    #[command(flatten)]
    pub problem: ProblemArguments,

    /// A method with its settings, such as cg or cg:c2=0.4,label=loose; compare
    /// takes several, by repeating this or with commas between plain names
    #[arg(short, long = "solver", value_name = "NAME[:SETTINGS]", help_heading = "Solvers")]
    #[arg(value_parser = solver_names(), hide_possible_values = true)]
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
    #[arg(value_hint = ValueHint::FilePath)]
    pub spec: Option<PathBuf>,

    /// The folder to write to [default: results/NAME]
    #[arg(short, long, value_name = "DIR", help_heading = "Input and output")]
    #[arg(value_hint = ValueHint::DirPath)]
    pub output: Option<PathBuf>,

    /// Write no report.html, the page to explore in a browser, which takes 5 MB
    #[arg(long, help_heading = "Input and output")]
    pub no_html: bool,

    /// Print JSON, and nothing else, on standard output: a line per run, or one
    /// object of all that was measured
    #[arg(long, help_heading = "Input and output")]
    pub json: bool,
}
