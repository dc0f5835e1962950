//! The command line: arguments → specification → call.

mod anchors;
mod arguments;
mod bench;
mod compare;
mod connect;
mod eval;
mod failure;
mod landscape;
mod list;
mod output;
mod progress;
mod report;
mod run;
mod spec_from_arguments;
mod spectrum;
mod train;
mod tune;
mod verify;

use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Error, Parser};

use arguments::{Arguments, Command, CompareArguments};

/// Runs the command that the process was started with.
pub fn run() -> ExitCode {
    let arguments = Arguments::try_parse().unwrap_or_else(|error| with_tip(error).exit());
    let command = arguments.command.unwrap_or(Command::Compare(CompareArguments::default()));
    let result = match command {
        Command::Compare(arguments) => compare::compare(&arguments),
        Command::Train(arguments) => train::train(&arguments),
        Command::Tune(arguments) => tune::tune(&arguments),
        Command::Eval(arguments) => eval::eval(&arguments),
        Command::Connect(arguments) => connect::connect(&arguments),
        Command::Landscape(arguments) => landscape::landscape(&arguments),
        Command::Spectrum(arguments) => spectrum::spectrum(&arguments),
        Command::Verify(arguments) => verify::verify(&arguments),
        Command::Report(arguments) => report::report(&arguments),
        Command::Bench(arguments) => bench::bench(&arguments),
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
