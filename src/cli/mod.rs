//! The command line: arguments → specification → call.

mod anchors;
mod arguments;
mod bench;
mod compare;
mod connect;
mod eval;
mod failure;
mod job;
mod landscape;
mod launcher;
mod list;
mod output;
mod progress;
#[cfg(feature = "mpi")]
mod ranks;
mod report;
mod run;
mod signals;
mod spec_from_arguments;
mod spectrum;
mod train;
mod tune;
mod verify;

use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Error, Parser};

use arguments::{Arguments, Command, CompareArguments};
use job::Job;

/// Runs the command that the process was started with, or what the rank that runs it asks for.
pub fn run() -> ExitCode {
    match Job::start() {
        Ok(job) if job.ranks().is_leader() => {
            let code = lead(&job);
            job.end();
            code
        }
        Ok(job) => job.follow(),
        Err(refusal) => refusal.report(),
    }
}

/// Runs the command.
fn lead(job: &Job) -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let error = with_tip(error);
            // As clap does it, but for the end of the process.
            let _ = error.print();
            return u8::try_from(error.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from);
        }
    };
    let command = arguments.command.unwrap_or(Command::Compare(CompareArguments::default()));
    let result = match command {
        Command::Compare(arguments) => compare::compare(&arguments, job),
        Command::Train(arguments) => train::train(&arguments, job),
        Command::Tune(arguments) => tune::tune(&arguments, job),
        Command::Eval(arguments) => eval::eval(&arguments, job),
        Command::Connect(arguments) => connect::connect(&arguments, job),
        Command::Landscape(arguments) => landscape::landscape(&arguments, job),
        Command::Spectrum(arguments) => spectrum::spectrum(&arguments, job),
        Command::Verify(arguments) => verify::verify(&arguments, job),
        Command::Report(arguments) => report::report(&arguments),
        Command::Bench(arguments) => bench::bench(&arguments, job),
        Command::Anchors(arguments) => anchors::compare_with_published(&arguments),
        Command::List(arguments) => list::list(&arguments),
    };
    result.unwrap_or_else(|failure| failure.report())
}

/// Flags of `compare` are often given without it.
fn with_tip(mut error: Error) -> Error {
    let first = std::env::args_os().nth(1);
    let flag_first = first.is_some_and(|first| first.as_encoded_bytes().starts_with(b"-"));
    if error.kind() == ErrorKind::UnknownArgument && flag_first {
        let tip = "flags such as this follow a command: losslab compare -p digits".to_owned();
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
    }
    error
}
