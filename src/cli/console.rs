//! What is said on standard error, and how much of it.

use std::io::Write;

use anstyle::{AnsiColor, Style};

use super::arguments::MessageArguments;
use super::failure::Failure;

/// Of the word before an error.
const ERROR: Style = AnsiColor::Red.on_default().bold();
/// Of what a misspelt name may have meant.
const SUGGESTION: Style = AnsiColor::Green.on_default();
/// Of what went otherwise than asked for.
const WARNING: Style = AnsiColor::Yellow.on_default().bold();

/// How much is said beside results and errors, which nothing silences.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Console {
    /// Neither progress nor messages.
    Quiet,
    /// Progress, and a line at the end.
    #[default]
    Normal,
    /// Also where the program runs, what it reads, how each run ends, what it writes.
    Verbose,
}

impl Console {
    /// As the flags ask for.
    pub fn of(arguments: MessageArguments) -> Result<Self, Failure> {
        match (arguments.quiet, arguments.verbose) {
            (true, true) => {
                Err(Failure::input("--quiet and --verbose contradict each other; leave one out"))
            }
            (true, false) => Ok(Self::Quiet),
            (false, true) => Ok(Self::Verbose),
            (false, false) => Ok(Self::Normal),
        }
    }

    /// Whether nothing is said.
    pub fn is_quiet(self) -> bool {
        self == Self::Quiet
    }

    /// Whether more is said.
    pub fn is_verbose(self) -> bool {
        self == Self::Verbose
    }

    /// A message.
    pub fn tell(self, message: &str) {
        if !self.is_quiet() {
            say(message);
        }
    }

    /// A message of which `word`, at its beginning, stands out.
    pub fn warn(self, word: &str, message: &str) {
        if !self.is_quiet() {
            say(&format!("{WARNING}{word}{WARNING:#}{message}"));
        }
    }

    /// What only those want to know who ask for more.
    pub fn detail(self, message: impl FnOnce() -> String) {
        if self.is_verbose() {
            say(&message());
        }
    }
}

/// Says what ended the program.
pub fn say_error(message: &str) {
    say(&format!("{ERROR}error:{ERROR:#} {}", with_suggestion(message)));
}

/// Writes a line to standard error, with colours where it shows them and the environment does
/// not forbid it. Where nobody listens any more there is nobody to tell.
fn say(line: &str) {
    let _ = writeln!(anstream::stderr(), "{line}");
}

/// The message with the suggested name in colour.
fn with_suggestion(message: &str) -> String {
    const BEFORE: &str = "did you mean '";
    let parts = message.split_once(BEFORE).and_then(|(start, rest)| {
        let (name, end) = rest.split_once("'?")?;
        Some(format!("{start}{BEFORE}{SUGGESTION}{name}{SUGGESTION:#}'?{end}"))
    });
    parts.unwrap_or_else(|| message.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contradicting_flags_are_refused() {
        let of = |quiet, verbose| Console::of(MessageArguments { quiet, verbose });
        assert!(of(true, true).is_err());
        assert_eq!(of(true, false).unwrap(), Console::Quiet);
        assert_eq!(of(false, true).unwrap(), Console::Verbose);
        assert_eq!(of(false, false).unwrap(), Console::default());
    }

    #[test]
    fn suggestions_stand_out() {
        let message = "no 'lbgfs'; did you mean 'lbfgs'? The names are …";
        let expected = "no 'lbgfs'; did you mean '\u{1b}[32mlbfgs\u{1b}[0m'? The names are …";
        assert_eq!(with_suggestion(message), expected);
        assert_eq!(with_suggestion("did you mean 'x"), "did you mean 'x");
    }
}
