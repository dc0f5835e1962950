//! The command line: arguments → specification → call.

mod arguments;
mod compare;
mod failure;
mod list;
mod output;
mod progress;
mod run;
mod spec_from_arguments;
mod train;

use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Command, CompareArguments};

/// Runs the command that the process was started with.
pub fn run() -> ExitCode {
    let command = Arguments::parse().command;
    let result = match command.unwrap_or(Command::Compare(CompareArguments::default())) {
        Command::Compare(arguments) => compare::compare(&arguments),
        Command::Train(arguments) => train::train(&arguments),
        Command::List(arguments) => list::list(&arguments),
    };
    result.unwrap_or_else(|failure| failure.report())
}
