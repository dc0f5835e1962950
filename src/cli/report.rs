//! `losslab report`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use losslab::report::{redraw_comparison, write_page};

use super::console::Console;
use super::failure::Failure;
use super::folder::Folder;
use super::output::print_line;

/// Draw figures and summary again, from stored records alone, or make a page of them
///
/// Reads what a command or an experiment wrote in the folder. Nothing is run. Without --html it
/// is for the folder of a comparison: summary.md, summary.csv and the charts are written again.
/// With --html it is for any result: report.html is written, one file to explore in a browser,
/// of everything in the folder and in those below it; a comparison is drawn again too.
#[derive(Debug, Args)]
#[command(max_term_width = 80, after_help = EXAMPLES)]
pub struct ReportArguments {
    /// The folder of results
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,

    /// Write report.html, for comparisons, landscapes, spectra and all other results
    #[arg(long)]
    pub html: bool,
}

const EXAMPLES: &str = "\
Examples:
  losslab report results/quickstart
  losslab report results/quickstart --html
  losslab report results/landscape_paths --html

Exit code:
  0  done
  1  a file cannot be written
  2  the folder holds no such results";

/// Redraws a comparison, writes a page.
pub fn report(arguments: &ReportArguments) -> Result<ExitCode, Failure> {
    let folder = &arguments.folder;
    // Not claimed where it is not there: that is told better below.
    let _claimed = folder.is_dir().then(|| Folder::claim(folder, Console::Quiet)).transpose()?;
    let is_comparison = folder.join("comparison.json").exists();
    if is_comparison || !arguments.html {
        let charts = redraw_comparison(folder)?;
        print_line(&format!("summary.md and {} charts are in {}", charts.len(), folder.display()))?;
    }
    if arguments.html {
        let page = write_page(folder)?;
        print_line(&format!("open {} in a browser", page.display()))?;
    }
    Ok(ExitCode::SUCCESS)
}
