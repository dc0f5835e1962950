//! What the targets of a table or an array say: their task, their values, classes or labels.

use super::{Targets, Task};
use crate::error::{DataProblem, Error, Place, Result};
use crate::numerics::RowMatrix;

/// More distinct texts than this are taken for free text, not for categories.
pub(super) const MOST_CATEGORIES: usize = 100;
/// In a table with more rows than this, texts that never repeat are identifiers.
const FEW_ROWS: usize = 20;

/// Whether so many distinct values in so many rows are no categories.
pub(super) fn are_too_many(distinct: usize, rows: usize) -> bool {
    distinct > MOST_CATEGORIES || never_repeat(distinct, rows)
}

/// Whether the values of a column look like identifiers.
pub(super) fn never_repeat(distinct: usize, rows: usize) -> bool {
    rows > FEW_ROWS && distinct == rows
}

/// What the targets say.
pub(super) struct Target {
    pub(super) task: Task,
    pub(super) targets: Targets,
    pub(super) class_names: Vec<String>,
}

impl Target {
    /// The features themselves.
    ///
    /// # Errors
    /// Any task but regression.
    pub(super) fn features(features: &RowMatrix, task: Option<Task>, place: Place) -> Result<Self> {
        if let Some(task) = task.filter(|task| *task != Task::Regression) {
            return Err(Error::data(
                place,
                DataProblem::WrongTask("a network reproduces its input by regression".into()),
                format!("leave out `--task {}`", task.name()),
            ));
        }
        let targets = Targets::Values(features.clone());
        Ok(Self { task: Task::Regression, targets, class_names: vec![] })
    }
}

/// What is wrong with `count` target columns for a task that has one.
pub(super) fn one_target(task: Task, count: usize) -> DataProblem {
    DataProblem::WrongTask(format!("{} has one target column, and there are {count}", task.name()))
}

/// The task for these classes, which must be the one asked for.
pub(super) fn class_task(
    names: &[String],
    asked: Option<Task>,
) -> std::result::Result<Task, (DataProblem, &'static str)> {
    let count = names.len();
    if count < 2 {
        let only = names.first().cloned().unwrap_or_default();
        let remedy = "add rows of another class, or name another target with `--target`";
        return Err((DataProblem::OneClass(only), remedy));
    }
    let task = if count == 2 { Task::Binary } else { Task::MultiClass };
    match asked {
        Some(Task::Regression) => Err((
            DataProblem::WrongTask("regression needs numbers, and these are labels".into()),
            "leave out `--task regression`",
        )),
        Some(Task::Binary) if task != Task::Binary => Err((
            DataProblem::WrongTask(format!("binary means two classes, and there are {count}")),
            "use `--task multi-class`",
        )),
        Some(Task::MultiClass) if task != Task::MultiClass => Err((
            DataProblem::WrongTask(
                "multi-class means three or more classes, and there are 2".into(),
            ),
            "use `--task binary`",
        )),
        Some(Task::MultiLabel) => Err((
            DataProblem::WrongTask(
                "multi-label means columns of 0 and 1, and these are classes".into(),
            ),
            "leave out `--task multi-label`",
        )),
        Some(_) | None => Ok(task),
    }
}
