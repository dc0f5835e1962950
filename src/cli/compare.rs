//! `losslab compare`.

use std::process::ExitCode;

use losslab::lab::Event;
use losslab::{lab, report};

use super::arguments::CompareArguments;
use super::failure::Failure;
use super::output;
use super::run::{Session, create_folder};
use super::spec_from_arguments::comparison;

/// Runs every solver on every problem with every seed.
pub fn compare(arguments: &CompareArguments) -> Result<ExitCode, Failure> {
    let plan = comparison(arguments).map_err(Failure::input)?;
    let session = Session::new(plan, &arguments.experiment)?;
    let (spec, folder) = (&session.plan.spec, &session.plan.output);
    create_folder(folder)?;
    let comparison = session.observe(|observe| {
        let mut written = Ok(());
        let comparison = lab::compare(spec, &session.interrupt, &mut |event| {
            if let (Ok(()), Event::RunFinished { run, network, theta }) = (&written, &event) {
                written = report::write_weights(folder, run, network, theta);
            }
            observe(event);
        })?;
        written.map(|()| comparison)
    })?;
    let environment = session.environment(&comparison.problems);
    session.print(&report::terminal_table(&comparison, output::width()), &comparison.runs)?;
    let written = report::write_comparison(folder, &comparison, &spec.to_toml(), &environment)?;
    let charts = written.charts.len();
    session.tell(&format!("{charts} charts and the records are in {}", folder.display()));
    Ok(session.exit_code())
}
