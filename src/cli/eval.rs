//! `losslab eval`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use losslab::lab::eval::{Quantity, Request, evaluate_on};
use losslab::report;

use super::arguments::ProblemArguments;
use super::console::Console;
use super::failure::Failure;
use super::job::Job;
use super::output::print_line;
use super::run::{name_program, read_and_name_data};
use super::spec_from_arguments::evaluation;
use super::values::{choices, whole};

const EXAMPLES: &str = "\
Examples:
  losslab eval -p digits -o out.safetensors
  losslab eval --spec results/train/spec.toml \\
      --weights results/train/weights.safetensors
  losslab eval --data arrays.npz --hidden 16 \\
      --split all --no-standardise \\
      --what hessian-vector -o out.safetensors

Exit code:
  0  done
  1  a number is not finite (null in the JSON,
     with \"finite\": false), or a file cannot be
     written
  2  arguments, file or data cannot be used";

/// Compute loss and derivatives at one point, for comparison
///
/// Prints one JSON object: the numbers, and what another program has to know to
/// compute them too. With -o, the arrays go into a file: the weights under their
/// own names, the others behind 'gradient.', 'hessian_vector.',
/// 'gauss_newton_vector.' and 'vector.'.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, max_term_width = 80)]
pub struct EvalArguments {
    #[command(flatten)]
    pub problem: ProblemArguments,

    /// The seed of the split, of the vector, and of weights that --weights does not
    /// give [default: the specification's first, or 0]
    #[arg(long, value_name = "N", value_parser = whole::<u64>, help_heading = "Evaluation")]
    #[arg(allow_negative_numbers = true)]
    pub seed: Option<u64>,

    /// The vector v of the products, with the names of weights; without this, a
    /// random one
    #[arg(long, value_name = "FILE.safetensors", help_heading = "Evaluation")]
    pub vector: Option<PathBuf>,

    /// What to compute
    #[arg(long, value_name = "LIST", value_delimiter = ',', help_heading = "Evaluation")]
    #[arg(value_parser = choices(Quantity::ALL.map(|choice| (choice.name(), choice))))]
    #[arg(default_values = ["value", "gradient"])]
    pub what: Vec<Quantity>,

    /// Threads [default: one per core]; no result depends on them
    #[arg(short = 'j', long, value_name = "N", value_parser = whole::<usize>)]
    #[arg(allow_negative_numbers = true, help_heading = "Evaluation")]
    pub threads: Option<usize>,

    /// Read the problem from a file; flags beside it take precedence
    #[arg(long, value_name = "FILE.toml", help_heading = "Input and output")]
    pub spec: Option<PathBuf>,

    /// The file for the arrays [default: none is written]
    #[arg(short, long, value_name = "FILE.safetensors", help_heading = "Input and output")]
    pub output: Option<PathBuf>,

    /// Print JSON, which is what it prints anyway
    #[arg(long, help_heading = "Input and output")]
    pub json: bool,
}

/// Evaluates a problem's loss at one point.
pub fn eval(arguments: &EvalArguments, job: &Job, console: Console) -> Result<ExitCode, Failure> {
    let spec = evaluation(arguments).map_err(Failure::input)?;
    let request = Request { vector: arguments.vector.clone(), what: arguments.what.clone() };
    let threads = job.start_threads(spec.threads)?;
    name_program(console, &threads);
    read_and_name_data(console, &spec)?;
    let answer =
        threads.install(|| evaluate_on(job.ranks(), &spec, &request)).map_err(Failure::input)?;
    if let Some(path) = &arguments.output {
        report::atomic_write(path, &report::eval_arrays(&answer))?;
        console.detail(|| format!("wrote {}", path.display()));
    }
    print_line(&report::eval_json(&answer))?;
    match answer.is_finite() {
        true => Ok(ExitCode::SUCCESS),
        false => Err(Failure::run("a number is not finite, and null in the output")),
    }
}
