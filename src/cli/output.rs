//! Standard output, which may be closed at any time.

use std::io::{ErrorKind, Write};

use super::failure::Failure;

/// Writes `text` and a line end to standard output. A reader that has left, such
/// as `head`, is no failure.
pub fn print_line(text: &str) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
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
pub fn width() -> Option<u16> {
    comfy_table::Table::new().width().filter(|columns| *columns > 0)
}
