//! Standard output, which may be closed at any time, and how wide it is.

use std::io::{ErrorKind, Write};

use super::failure::Failure;

/// The width of what goes into a file or to another program.
const WIDTH: u16 = 80;

/// Writes `text` and a line end to standard output. A reader that has left, such
/// as `head`, is no failure.
pub fn print_line(text: &str) -> Result<(), Failure> {
    print_to(std::io::stdout().lock(), text)
}

/// [`print_line`] of text with colours, which are left out where nobody sees them.
pub fn print_styled(text: &str) -> Result<(), Failure> {
    print_to(anstream::stdout().lock(), text)
}

fn print_to(mut stdout: impl Write, text: &str) -> Result<(), Failure> {
    let written = writeln!(stdout, "{}", text.trim_end_matches('\n')).and_then(|()| stdout.flush());
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::run(format!("standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// The terminal's width, if standard error is a terminal.
pub fn error_width() -> Option<u16> {
    let mut table = comfy_table::Table::new();
    table.use_stderr().width().filter(|columns| *columns > 0)
}

/// The terminal's width, if standard output is a terminal that has one: mpirun's has not.
pub fn terminal_width() -> Option<u16> {
    comfy_table::Table::new().width().filter(|columns| *columns > 0)
}

/// The columns that a table may take: the terminal's, else those that the variable `COLUMNS`
/// says, else 80.
pub fn width() -> u16 {
    let said = || std::env::var("COLUMNS").ok()?.parse().ok();
    terminal_width().or_else(said).filter(|columns| *columns > 0).unwrap_or(WIDTH)
}
