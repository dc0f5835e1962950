//! `losslab anchors`.

use std::process::ExitCode;

use clap::Args;
use losslab::lab::anchors::anchors;
use losslab::report;

use super::console::Console;
use super::failure::Failure;
use super::output::{print_line, width};
use super::run::environment;

const EXAMPLES: &str = "\
Examples:
  losslab anchors
  losslab anchors --json

Exit code:
  0  done
  2  the arguments cannot be used";

/// Count evaluations on standard problems, beside published counts
///
/// L-BFGS on 18 problems of CUTEst beside Nocedal's Fortran code and LBFGS++,
/// and BFGS, Newton-CG and the trust region on Rosenbrock's function beside
/// SciPy. The counts are the same on every machine; it takes some seconds.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, max_term_width = 80)]
pub struct AnchorsArguments {
    /// Print one line of JSON per problem
    #[arg(long)]
    pub json: bool,
}

/// Runs the comparisons.
pub fn compare_with_published(
    arguments: &AnchorsArguments,
    console: Console,
) -> Result<ExitCode, Failure> {
    console.detail(|| report::environment_text(&environment(1, &[])));
    let anchors = anchors()?;
    let text = match arguments.json {
        true => report::anchors_json(&anchors),
        false => report::anchors_table(&anchors, Some(width())),
    };
    print_line(&text)?;
    Ok(ExitCode::SUCCESS)
}
