//! What a command ends with when it cannot do what it was asked.

use std::process::ExitCode;

use losslab::Error;

use super::console::say_error;

/// The exit code after Ctrl-C, as shells have it.
pub const INTERRUPTED: u8 = 130;

/// A message and an exit code.
#[derive(Debug)]
pub struct Failure {
    code: u8,
    message: String,
}

impl Failure {
    /// Arguments, specifications or data that cannot be used: exit code 2.
    pub fn input(message: impl ToString) -> Self {
        Self { code: 2, message: message.to_string() }
    }

    /// Anything that went wrong later: exit code 1.
    pub fn run(message: impl ToString) -> Self {
        Self { code: 1, message: message.to_string() }
    }

    /// Prints the message and gives the exit code.
    pub fn report(&self) -> ExitCode {
        say_error(&self.message);
        self.exit_code()
    }

    /// The exit code alone.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.code)
    }
}

impl From<Error> for Failure {
    /// A file that could not be written, or a chart that could not be drawn, is
    /// no fault of the input.
    fn from(error: Error) -> Self {
        match error {
            Error::File { .. } | Error::Chart { .. } => Self::run(error),
            _ => Self::input(error),
        }
    }
}
