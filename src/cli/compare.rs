//! `losslab compare`.

use std::process::ExitCode;

use clap::Args;
use losslab::lab::{Event, Lineup, Running};
use losslab::report;

use super::arguments::ExperimentArguments;
use super::console::Console;
use super::failure::Failure;
use super::folder::Folder;
use super::job::Job;
use super::output;
use super::run::Session;
use super::spec_from_arguments::comparison;
use super::values::{Seeds, whole};

const EXAMPLES: &str = "\
Examples:
  losslab compare
  losslab compare -p california,digits --seeds 5
  losslab compare -p digits -s cg \\
      -s cg:beta=fletcher-reeves,label=FR
  losslab compare --data houses.csv.gz \\
      --target price --drop id
  losslab compare -p digits --untimed \\
      -s gd:learning_rate=0.01..10/7 -o results/d
  losslab compare --spec results/d/spec.toml \\
      --l2 1e-3 -o results/l2

Exit code:
  0    done; a run that diverged says so
  1    a file cannot be written
  2    arguments, file or data cannot be used
  130  ended by Ctrl-C; then --resume goes on";

/// Run every solver on every problem with every seed
///
/// Writes the specification, the record of every run, a summary and charts, and
/// prints a table. Given nothing, it runs the quick start.
#[derive(Debug, Default, Args)]
#[command(after_help = EXAMPLES, max_term_width = 80)]
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

/// Runs every solver on every problem with every seed.
pub fn compare(
    arguments: &CompareArguments,
    job: &Job,
    console: Console,
) -> Result<ExitCode, Failure> {
    let plan = comparison(arguments).map_err(Failure::input)?;
    let session = Session::new(plan, &arguments.experiment, job, console)?;
    let (spec, folder) = (&session.plan.spec, &session.plan.output);
    let claimed = Folder::claim(folder, console)?;
    claimed.refuse_other("training.json", "a training run")?;
    let mut journal = session.open_journal(arguments.resume, "comparison")?.with_weights();
    let lineup = Lineup::new(spec.clone()).on(job.ranks());
    let comparison = session.observe(|observe| {
        let mut written = Ok(());
        let mut observe = |event: Event<'_>| {
            if let (Ok(()), Event::RunFinished { run, network: Some(network), theta, .. }) =
                (&written, &event)
            {
                written = report::write_weights(folder, run, network, theta);
            }
            observe(event);
        };
        let interrupt = &session.interrupt;
        let running = Running { interrupt, observe: &mut observe, keep: &mut journal };
        let comparison = lineup.compare_with(running)?;
        written.map(|()| comparison)
    })?;
    let environment = session.environment(&comparison.problems);
    let table = report::styled_terminal_table(&comparison, Some(output::width()));
    session.print(&table, &comparison.runs)?;
    let written = report::write_comparison(folder, &comparison, &spec.to_toml(), &environment)?;
    if comparison.runs.len() == spec.runs() && !session.is_interrupted() {
        journal.complete()?;
    }
    let charts = written.charts.len();
    session.tell(&format!("{charts} charts and the records are in {}", folder.display()));
    claimed.write_page(arguments.experiment.no_html || comparison.runs.is_empty(), console)?;
    claimed.name_written(console);
    Ok(session.exit_code())
}
