//! What a table's columns hold, and which of them there is room for.

use crate::lab::{Comparison, Metric, ProblemSummary};
use crate::report::aggregate::{Row, ToTarget, short_statuses, statuses};
use crate::report::best::Best;
use crate::report::duration::duration_text;
use crate::report::format::{metric_name, metric_value, one_line, significant, wrapped};
use crate::report::spread::{band_name, band_text};

/// The longest of the plain solvers' names.
const ROOMY_LABEL: usize = 14;
pub(super) const LEAST_LABEL: usize = 8;
/// Labels such as `cg beta=polak-ribiere` break after these.
const LABEL_BREAKS: &[char] = &[' ', '=', '-', '_'];

/// How much a table tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Detail {
    seconds: bool,
    band: bool,
    seconds_to_target: bool,
    status: StatusDetail,
}

/// How much it tells of statuses, most first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum StatusDetail {
    Full,
    Short,
    Absent,
}

impl Detail {
    /// What is always told.
    pub(super) const LEAST: Self = Self {
        seconds: false,
        band: false,
        seconds_to_target: false,
        status: StatusDetail::Absent,
    };

    /// The most that there is to tell: no seconds of runs that stood side by side, no band of
    /// seeds that do not differ.
    pub(super) fn most(comparison: &Comparison, rows: &[Row<'_>]) -> Self {
        Self {
            seconds: comparison.timed,
            band: rows.iter().any(|row| passes_band(row).is_some()),
            seconds_to_target: comparison.timed,
            status: StatusDetail::Full,
        }
    }

    /// This, then less and less: rather the band than the time in all, and rather that than
    /// neither.
    pub(super) fn and_less(self) -> impl Iterator<Item = Self> {
        let neither = Self { seconds: false, band: false, ..self };
        let untimed = Self { seconds_to_target: false, ..neither };
        let less = [
            self,
            Self { seconds: false, ..self },
            Self { band: false, ..self },
            neither,
            untimed,
            Self { status: StatusDetail::Short, ..untimed },
            Self::LEAST,
        ];
        less.into_iter()
    }

    pub(super) fn shows(self, column: Column) -> bool {
        match column {
            Column::Seconds => self.seconds,
            Column::Band => self.band,
            Column::SecondsToTarget => self.seconds_to_target,
            Column::Status => self.status != StatusDetail::Absent,
            Column::Solver | Column::Loss | Column::Metric | Column::Passes => true,
        }
    }

    /// The least room for labels that this much detail is worth.
    pub(super) fn least_label(self) -> usize {
        if self.status == StatusDetail::Full { ROOMY_LABEL } else { LEAST_LABEL }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Solver,
    Status,
    Loss,
    Metric,
    Passes,
    Band,
    SecondsToTarget,
    Seconds,
}

impl Column {
    pub(super) const ALL: [Self; 8] = [
        Self::Solver,
        Self::Status,
        Self::Loss,
        Self::Metric,
        Self::Passes,
        Self::Band,
        Self::SecondsToTarget,
        Self::Seconds,
    ];

    pub(super) fn head(self, problem: &ProblemSummary, rows: &[Row<'_>]) -> String {
        match self {
            Self::Solver => "solver".into(),
            Self::Status => "status".into(),
            Self::Loss => "training\nloss".into(),
            Self::Metric => metric_head(problem),
            Self::Passes => "passes\nto target".into(),
            Self::Band => {
                let seeds = rows.iter().map(|row| row.runs.len()).max().unwrap_or(0);
                format!("({})", band_name(seeds))
            }
            Self::SecondsToTarget => "time\nto target".into(),
            Self::Seconds => "time\nin all".into(),
        }
    }

    pub(super) fn cell(
        self,
        row: &Row<'_>,
        best: &Best,
        metric: Metric,
        detail: Detail,
        label_width: usize,
    ) -> String {
        let is_short = detail.status != StatusDetail::Full;
        match self {
            Self::Solver => wrapped(&one_line(row.solver), label_width, LABEL_BREAKS).join("\n"),
            Self::Status if is_short => short_statuses(&row.runs).join("\n"),
            Self::Status => statuses(&row.runs).join("\n"),
            Self::Loss => starred(row.loss, best.loss, |value| significant(value, 4)),
            Self::Metric => starred(row.metric, best.metric, |value| metric_value(metric, value)),
            Self::Passes => {
                let cell = to_target(&row.passes, best.passes, Share::Shown);
                if is_short { broken(&cell) } else { cell }
            }
            Self::Band => passes_band(row).map_or(String::new(), |band| format!("({band})")),
            Self::SecondsToTarget => {
                to_target(&row.seconds_to_target, best.seconds_to_target, Share::Left)
            }
            Self::Seconds => row.seconds.map_or("–".into(), duration_text),
        }
    }
}

/// The ends between which passes to the target lie over seeds, where they differ and the
/// median is one of those that reached it.
fn passes_band(row: &Row<'_>) -> Option<String> {
    row.passes.median.filter(|median| median.is_finite())?;
    band_text(row.passes.band, |passes| significant(passes, 3))
}

fn metric_head(problem: &ProblemSummary) -> String {
    let name = metric_name(problem.metric, "");
    match problem.metric {
        Metric::Rmse if !problem.metric_unit.is_empty() => {
            format!("{name}\n({})", one_line(&problem.metric_unit))
        }
        _ => name.replacen(' ', "\n", 1),
    }
}

/// A cell with a line for every word, the space after its last number kept.
fn broken(cell: &str) -> String {
    let body = cell.trim_end();
    body.replace(' ', "\n") + &cell[body.len()..]
}

/// The value with a `*` when it is the best, or a space to keep digits in line.
pub(super) fn starred(
    value: Option<f64>,
    best: Option<f64>,
    text: impl Fn(f64) -> String,
) -> String {
    match value {
        // What reads the same as the best is as good.
        Some(value) if best.is_some_and(|best| text(best) == text(value)) => text(value) + "*",
        Some(value) => text(value) + " ",
        None => "– ".into(),
    }
}

/// Whether a cell says how many runs reached the target, or leaves that to the cell of the
/// passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Share {
    Shown,
    Left,
}

/// The median, passes with the share of runs that reached the target where it is not
/// all or none of them, or else a time.
pub(super) fn to_target(cost: &ToTarget, best: Option<f64>, share: Share) -> String {
    let mixed = share == Share::Shown && cost.reached > 0 && cost.reached < cost.runs;
    let count = format!("({}/{})", cost.reached, cost.runs);
    match (cost.median, share) {
        (Some(median), Share::Shown) if median.is_finite() => {
            let text = starred(Some(median), best, |value| significant(value, 3));
            if mixed { format!("{count} {text}") } else { text }
        }
        (Some(median), Share::Left) if median.is_finite() => {
            starred(Some(median), best, duration_text)
        }
        (Some(_), Share::Shown) if mixed => format!("not reached\n{count} "),
        (Some(_), Share::Shown) => "not reached".into(),
        _ => "– ".into(),
    }
}
