//! `losslab report`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use losslab::report::redraw_comparison;

use super::failure::Failure;
use super::output::print_line;

/// Draw every figure and the summary again, from the records alone
///
/// Reads comparison.json, runs.jsonl and timing.jsonl in the folder of a comparison, and
/// writes summary.md and the charts. Nothing is run.
#[derive(Debug, Args)]
#[command(max_term_width = 80)]
pub struct ReportArguments {
    /// The folder of a comparison
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
}

/// Redraws a comparison.
pub fn report(arguments: &ReportArguments) -> Result<ExitCode, Failure> {
    let charts = redraw_comparison(&arguments.folder)?;
    let folder = arguments.folder.display();
    print_line(&format!("summary.md and {} charts are in {folder}", charts.len()))?;
    Ok(ExitCode::SUCCESS)
}
