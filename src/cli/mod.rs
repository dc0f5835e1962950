//! The command line: arguments → specification → call.

mod anchors;
mod arguments;
mod bench;
mod compare;
mod completions;
mod connect;
mod console;
mod doctor;
mod eval;
mod failure;
mod folder;
mod job;
mod landscape;
mod launcher;
mod list;
mod man;
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
mod values;
mod verify;

use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Error, Parser};
use losslab::lab::problems;
use losslab::solver::Method;

use arguments::{Arguments, Command};
use compare::CompareArguments;
use console::Console;
use failure::Failure;
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
    run_command(arguments, job).unwrap_or_else(|failure| failure.report())
}

fn run_command(arguments: Arguments, job: &Job) -> Result<ExitCode, Failure> {
    let console = Console::of(arguments.messages)?;
    let command = arguments.command.unwrap_or(Command::Compare(CompareArguments::default()));
    match command {
        Command::Compare(arguments) => compare::compare(&arguments, job, console),
        Command::Train(arguments) => train::train(&arguments, job, console),
        Command::Tune(arguments) => tune::tune(&arguments, job, console),
        Command::Eval(arguments) => eval::eval(&arguments, job, console),
        Command::Connect(arguments) => connect::connect(&arguments, job, console),
        Command::Landscape(arguments) => landscape::landscape(&arguments, job, console),
        Command::Spectrum(arguments) => spectrum::spectrum(&arguments, job, console),
        Command::Verify(arguments) => verify::verify(&arguments, job, console),
        Command::Report(arguments) => report::report(&arguments),
        Command::Bench(arguments) => bench::bench(&arguments, job, console),
        Command::Anchors(arguments) => anchors::compare_with_published(&arguments, console),
        Command::List(arguments) => list::list(&arguments),
        Command::Doctor(arguments) => doctor::doctor(&arguments, job),
        Command::Completions(arguments) => completions::completions(&arguments),
        Command::Man(arguments) => man::man(&arguments, console),
    }
}

/// Flags of `compare` are often given without it, and names of problems and solvers instead of
/// it.
fn with_tip(mut error: Error) -> Error {
    let flag_first = std::env::args_os().nth(1).is_some_and(|first| is_flag(&first));
    let tip = match (error.kind(), error.get(ContextKind::InvalidSubcommand)) {
        (ErrorKind::UnknownArgument, _) if flag_first => {
            Some("flags such as this follow a command: losslab compare -p digits".to_owned())
        }
        (_, Some(ContextValue::String(name))) if problems::names().contains(name) => {
            Some(format!("this is a problem: losslab compare -p {name}"))
        }
        (_, Some(ContextValue::String(name))) if Method::all().iter().any(|m| m.name() == name) => {
            Some(format!("this is a solver: losslab compare -s {name}"))
        }
        _ => None,
    };
    if let Some(tip) = tip {
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
    }
    error
}

fn is_flag(argument: &std::ffi::OsStr) -> bool {
    argument.as_encoded_bytes().starts_with(b"-")
}
