//! `losslab compare`.

use std::process::ExitCode;

use losslab::lab::{Event, Lineup, Running};
use losslab::report;

use super::arguments::CompareArguments;
use super::failure::Failure;
use super::job::Job;
use super::output;
use super::run::{Session, create_folder};
use super::spec_from_arguments::comparison;

/// Runs every solver on every problem with every seed.
pub fn compare(arguments: &CompareArguments, job: &Job) -> Result<ExitCode, Failure> {
    let plan = comparison(arguments).map_err(Failure::input)?;
    let session = Session::new(plan, &arguments.experiment, job)?;
    let (spec, folder) = (&session.plan.spec, &session.plan.output);
    create_folder(folder)?;
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
    session.print(&report::terminal_table(&comparison, output::width()), &comparison.runs)?;
    let written = report::write_comparison(folder, &comparison, &spec.to_toml(), &environment)?;
    if comparison.runs.len() == spec.runs() && !session.is_interrupted() {
        journal.complete()?;
    }
    let charts = written.charts.len();
    session.tell(&format!("{charts} charts and the records are in {}", folder.display()));
    Ok(session.exit_code())
}
