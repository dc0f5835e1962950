//! The ranges of labels and hyper-parameters.

use std::fmt;

use super::super::spec::{LineSearchSpec, Method, Schedule};
use super::Defect;

/// The longest label that is printed; every automatic one is shorter.
const LABEL_MAX: usize = 120;

/// Labels stand in legends and tables.
pub(crate) fn check_label(label: &str) -> std::result::Result<(), Defect> {
    let length = label.chars().count();
    let problem = if length == 0 {
        "it is empty".to_owned()
    } else if length > LABEL_MAX {
        format!("it has {length} characters")
    } else if label.chars().any(char::is_control) {
        format!("'{}' holds control characters", label.escape_debug())
    } else {
        return Ok(());
    };
    let remedy = format!("give 1 to {LABEL_MAX} printable characters, or leave it out");
    Err(Defect::new("label", problem, remedy))
}

/// Checks the range of every hyper-parameter.
pub(crate) fn check(method: &Method) -> std::result::Result<(), Defect> {
    match method {
        Method::Gd { learning_rate, schedule } => {
            require(
                learning_rate.is_finite() && *learning_rate > 0.0,
                ("learning_rate", learning_rate),
                "give a finite number above 0",
            )?;
            check_schedule(schedule)
        }
        Method::GdLineSearch { line_search } | Method::Cg { line_search, .. } => {
            check_line_search(line_search)
        }
        Method::Lbfgs { memory, line_search } => {
            require((1..=1000).contains(memory), ("memory", memory), "give 1 to 1000 pairs")?;
            check_line_search(line_search)
        }
    }
}

fn check_schedule(schedule: &Schedule) -> std::result::Result<(), Defect> {
    let rate_remedy = "give a finite number of at least 0";
    match schedule {
        Schedule::Constant => Ok(()),
        Schedule::Step { every, factor } => {
            require(*every >= 1, ("every", every), "give at least 1 iteration")?;
            let inside = *factor > 0.0 && *factor <= 1.0;
            require(inside, ("factor", factor), "give a number above 0 and at most 1")
        }
        Schedule::Exponential { rate } | Schedule::Inverse { rate } => {
            require(rate.is_finite() && *rate >= 0.0, ("rate", rate), rate_remedy)
        }
        Schedule::Cosine { horizon } => {
            require(*horizon >= 1, ("horizon", horizon), "give at least 1 iteration")
        }
    }
}

fn check_line_search(spec: &LineSearchSpec) -> std::result::Result<(), Defect> {
    let remedy = "the line search needs 0 < c1 < c2 < 1";
    require(spec.c1 > 0.0 && spec.c1 < 1.0, ("c1", &spec.c1), remedy)?;
    require(spec.c2 > 0.0 && spec.c2 < 1.0, ("c2", &spec.c2), remedy)?;
    if spec.c1 < spec.c2 {
        return Ok(());
    }
    let problem = format!("{:?} is not below c2, {:?}", spec.c1, spec.c2);
    Err(Defect::new("c1", problem, remedy))
}

fn require<T: fmt::Debug>(
    holds: bool,
    (key, value): (&str, &T),
    remedy: &str,
) -> std::result::Result<(), Defect> {
    if holds {
        return Ok(());
    }
    Err(Defect::new(key, format!("{value:?} is out of range"), remedy))
}
