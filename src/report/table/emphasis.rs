//! What stands out in a table on a terminal.

use comfy_table::{Attribute, Cell, Color};

use crate::report::aggregate::Row;
use crate::solver::Status;

use super::columns::Column;

/// Why a cell is not like the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Emphasis {
    /// It is.
    Plain,
    /// It heads a column.
    Head,
    /// The best of its column.
    Best,
    /// A target that was missed.
    Missed,
    /// A status of a run that diverged or failed.
    Failed,
}

impl Emphasis {
    /// Of the cell with this text.
    pub(super) fn of(column: Column, row: &Row<'_>, text: &str) -> Self {
        match column {
            Column::Solver => Self::Plain,
            Column::Status if row.runs.iter().any(|run| is_failure(run.record.status)) => {
                Self::Failed
            }
            Column::Status => Self::Plain,
            _ if text.ends_with('*') => Self::Best,
            // Numbers of runs that reached it stand below.
            Column::Passes if text.starts_with("not") => Self::Missed,
            _ => Self::Plain,
        }
    }

    /// The cell as it then looks.
    pub(super) fn on(self, cell: Cell) -> Cell {
        match self {
            Self::Plain => cell,
            Self::Head | Self::Best => cell.add_attribute(Attribute::Bold),
            Self::Missed => cell.add_attribute(Attribute::Dim),
            Self::Failed => cell.fg(Color::Red),
        }
    }
}

fn is_failure(status: Status) -> bool {
    match status {
        Status::NonFinite | Status::LineSearchFailed | Status::Unbounded => true,
        Status::TargetReached
        | Status::Converged
        | Status::BudgetSpent
        | Status::Plateau
        | Status::Stalled
        | Status::Unsupported
        | Status::Interrupted => false,
    }
}
