//! The target column of a table: its task, its values or classes.

use super::columns::{Categories, check_finite, numbers};
use super::table::Table;
use super::{Targets, Task};
use crate::error::{DataProblem, Error, Result, excerpt};
use crate::numerics::RowMatrix;

/// What the target column says.
pub(super) struct Target {
    pub(super) task: Task,
    pub(super) targets: Targets,
    pub(super) class_names: Vec<String>,
}

impl Target {
    /// Reads column `column` for `task`, or for the task its values suggest: text is
    /// classes, a number with just two values is two classes, any other number is
    /// regression. `categorical` says that its values are labels, whatever they are.
    ///
    /// # Errors
    /// Text among numbers, a number that is not finite, one class or one value, too
    /// many classes, a task that does not fit.
    pub(super) fn read(
        table: &Table,
        column: usize,
        task: Option<Task>,
        categorical: bool,
    ) -> Result<Self> {
        let name = excerpt(&table.names()[column]);
        let remedy = format!("take all values for class labels with `--categorical {name}`");
        if !categorical {
            match task {
                Some(Task::Binary | Task::MultiClass) => check_finite(table, column, &remedy)?,
                None | Some(Task::Regression) => {
                    if let Some(values) = numbers(table, column, &remedy)?
                        && (task.is_some() || !has_two_values(&values))
                    {
                        return Self::regression(table, column, values);
                    }
                }
            }
        }
        Self::classes(table, column, task)
    }

    fn regression(table: &Table, column: usize, values: Vec<f64>) -> Result<Self> {
        if values.iter().all(|value| *value == values[0]) {
            return Err(Error::data(
                table.column_place(column),
                DataProblem::ConstantColumn,
                "there is nothing to learn from it: name another target with `--target COLUMN`",
            ));
        }
        let targets = Targets::Values(RowMatrix::from_rows(values.len(), 1, values));
        Ok(Self { task: Task::Regression, targets, class_names: vec![] })
    }

    fn classes(table: &Table, column: usize, task: Option<Task>) -> Result<Self> {
        if task == Some(Task::Regression) {
            return Err(Error::data(
                table.cell_place(0, column),
                DataProblem::WrongTask("regression needs numbers, and these are labels".into()),
                "leave out `--task regression`, or name another column with `--target COLUMN`",
            ));
        }
        let remedy = "group the labels, name another column with `--target COLUMN`, or, if they \
                      are numbers to be predicted, use `--task regression`";
        let Categories { names, codes } = Categories::of(table, column, remedy)
            .map_err(|error| if task == Some(Task::Binary) { not_binary(error) } else { error })?;
        let task = class_task(&names, task).map_err(|(problem, remedy)| {
            Error::data(table.column_place(column), problem, remedy)
        })?;
        Ok(Self { task, targets: Targets::Classes(codes), class_names: names })
    }
}

/// For two classes any larger number of values is too many, and that is the error.
fn not_binary(error: Error) -> Error {
    match error {
        Error::Data(data) => match data.problem {
            DataProblem::TooManyCategories { distinct, .. } => Error::data(
                data.place,
                DataProblem::WrongTask(format!(
                    "binary means two classes, and there are {distinct} distinct values"
                )),
                "use `--task regression` if they are numbers to be predicted, or name another \
                 column with `--target COLUMN`",
            ),
            _ => Error::Data(data),
        },
        error => error,
    }
}

fn has_two_values(values: &[f64]) -> bool {
    let other = values.iter().find(|value| **value != values[0]);
    other.is_some_and(|other| values.iter().all(|value| value == other || *value == values[0]))
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
        Some(_) | None => Ok(task),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(values: &[&str], task: Option<Task>, categorical: bool) -> Result<Target> {
        let text = values.iter().fold("x,y\n".to_string(), |all, value| all + "1," + value + "\n");
        Target::read(&Table::read(text.as_bytes(), "t.csv")?, 1, task, categorical)
    }

    #[test]
    fn the_task_follows_from_the_values() {
        let task = |values: &[&str]| read(values, None, false).unwrap().task;
        assert_eq!(task(&["1", "2.5", "3"]), Task::Regression);
        assert_eq!(task(&["0", "1", "1.0"]), Task::Binary);
        assert_eq!(task(&["no", "yes", "no"]), Task::Binary);
        assert_eq!(task(&["a", "b", "c"]), Task::MultiClass);
    }

    #[test]
    fn the_task_can_be_said() {
        let classes = read(&["10", "9", "11"], Some(Task::MultiClass), false).unwrap();
        assert_eq!(classes.class_names, ["9", "10", "11"]);
        assert_eq!(classes.targets, Targets::Classes(vec![1, 0, 2]));
        let values = read(&["0", "1", "0"], Some(Task::Regression), false).unwrap();
        assert_eq!(values.targets, Targets::Values(RowMatrix::from_rows(3, 1, vec![0., 1., 0.])));
        assert_eq!(read(&["1", "x", "nan"], None, true).unwrap().task, Task::MultiClass);
    }

    #[test]
    fn one_value_is_no_target() {
        assert!(read(&["3", "3.0"], None, false).is_err());
        assert!(read(&["a", "a"], None, false).is_err());
    }
}
