//! `losslab completions`.

use std::process::ExitCode;

use clap::{Args, CommandFactory};
use clap_complete::{Shell, generate};

use super::arguments::Arguments;
use super::failure::Failure;
use super::output::print_line;

const EXAMPLES: &str = "\
Examples:
  source <(losslab completions bash)
  losslab completions zsh > ~/.zfunc/_losslab
  losslab completions fish | source
  losslab completions powershell >> $PROFILE

The first and third hold for this shell; for every one, put the line into ~/.bashrc or ~/.config/fish/config.fish. They complete commands, flags, choices, built-in problems and solvers.

Exit code:
  0  done
  2  the shell is none of these";

/// Print a script by which a shell completes commands, flags and names
///
/// For bash, zsh, fish, PowerShell or Elvish, on standard output.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, max_term_width = 80)]
pub struct CompletionsArguments {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub shell: Shell,
}

/// Prints the script.
pub fn completions(arguments: &CompletionsArguments) -> Result<ExitCode, Failure> {
    let mut script = Vec::new();
    generate(arguments.shell, &mut Arguments::command(), "losslab", &mut script);
    print_line(&String::from_utf8_lossy(&script))?;
    Ok(ExitCode::SUCCESS)
}
