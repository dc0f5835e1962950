//! The target columns of a table: their task, their values, classes or labels.

use super::columns::{Categories, check_finite, numbers};
use super::table::Table;
use super::{Targets, Task};
use crate::error::{DataProblem, Error, Place, Result, excerpt};
use crate::numerics::RowMatrix;

/// What the target columns say.
pub(super) struct Target {
    pub(super) task: Task,
    pub(super) targets: Targets,
    pub(super) class_names: Vec<String>,
}

impl Target {
    /// Reads `columns` for `task`, or for the task that their values suggest: text is
    /// classes, a number with just two values is two classes, any other number and
    /// several columns are regression. `categorical` says of a column that its values
    /// are labels, whatever they are.
    ///
    /// # Errors
    /// Text among numbers, a number that is not finite, one class or one value, too
    /// many classes, a task that does not fit.
    pub(super) fn read(
        table: &Table,
        columns: &[usize],
        task: Option<Task>,
        categorical: impl Fn(usize) -> bool,
    ) -> Result<Self> {
        match (columns, task) {
            (_, Some(Task::MultiLabel)) => Self::labels(table, columns, categorical),
            (&[column], _) => Self::one(table, column, task, categorical(column)),
            (_, None | Some(Task::Regression)) => Self::several(table, columns, categorical),
            (_, Some(task)) => Err(Error::data(
                table.column_place(columns[1]),
                one_target(task, columns.len()),
                "use `--task multi-label` if every one has two values, or name one column with \
                 `--target COLUMN`",
            )),
        }
    }

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

    fn one(table: &Table, column: usize, task: Option<Task>, categorical: bool) -> Result<Self> {
        let name = excerpt(&table.names()[column]);
        let remedy = format!("take all values for class labels with `--categorical {name}`");
        if !categorical {
            match task {
                Some(Task::Binary | Task::MultiClass) => check_finite(table, column, &remedy)?,
                None | Some(Task::Regression | Task::MultiLabel) => {
                    if let Some(values) = numbers(table, column, &remedy)?
                        && (task.is_some() || !has_two_values(&values))
                    {
                        return Self::regression(table, &[(column, values)]);
                    }
                }
            }
        }
        Self::classes(table, column, task)
    }

    /// Columns of numbers that are predicted together.
    fn several(
        table: &Table,
        columns: &[usize],
        categorical: impl Fn(usize) -> bool,
    ) -> Result<Self> {
        let mut all = Vec::with_capacity(columns.len());
        for &column in columns {
            let values = match categorical(column) {
                true => None,
                false => numbers(table, column, "leave the column out of `--target`")?,
            };
            let Some(values) = values else {
                return Err(Error::data(
                    table.cell_place(0, column),
                    DataProblem::WrongTask("regression needs numbers, and these are labels".into()),
                    "use `--task multi-label` if every target has two values, or leave the \
                     column out of `--target`",
                ));
            };
            all.push((column, values));
        }
        Self::regression(table, &all)
    }

    /// Columns with their numbers.
    fn regression(table: &Table, columns: &[(usize, Vec<f64>)]) -> Result<Self> {
        let constant = |values: &[f64]| values.iter().all(|value| *value == values[0]);
        if let Some((column, _)) = columns.iter().find(|(_, values)| constant(values)) {
            return Err(nothing_to_learn(table, *column));
        }
        let values: Vec<&[f64]> = columns.iter().map(|(_, values)| values.as_slice()).collect();
        let targets = Targets::Values(RowMatrix::from_columns(&values));
        Ok(Self { task: Task::Regression, targets, class_names: vec![] })
    }

    /// Columns with two values each, of which the second in order is 1.
    fn labels(
        table: &Table,
        columns: &[usize],
        categorical: impl Fn(usize) -> bool,
    ) -> Result<Self> {
        let mut all = Vec::with_capacity(columns.len());
        for &column in columns {
            if !categorical(column) {
                check_finite(table, column, "leave the column out of `--target`")?;
            }
            let Categories { names, codes } = Categories::distinct(table, column);
            if names.len() < 2 {
                return Err(nothing_to_learn(table, column));
            }
            if names.len() > 2 {
                return Err(third_value(table, column, &codes));
            }
            all.push(codes.into_iter().map(f64::from).collect::<Vec<f64>>());
        }
        let values: Vec<&[f64]> = all.iter().map(Vec::as_slice).collect();
        let name = |&column: &usize| table.names()[column].clone();
        Ok(Self {
            task: Task::MultiLabel,
            targets: Targets::Values(RowMatrix::from_columns(&values)),
            class_names: columns.iter().map(name).collect(),
        })
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

fn nothing_to_learn(table: &Table, column: usize) -> Error {
    Error::data(
        table.column_place(column),
        DataProblem::ConstantColumn,
        "there is nothing to learn from it: name another target with `--target COLUMN`",
    )
}

/// The error at the first row whose value is neither of the two before it.
fn third_value(table: &Table, column: usize, codes: &[u32]) -> Error {
    let other = codes.iter().find(|code| **code != codes[0]);
    let is_third = |code: &u32| *code != codes[0] && Some(code) != other;
    let row = codes.iter().position(is_third).unwrap_or_default();
    let text = table.column(column).nth(row).unwrap_or_default();
    Error::data(
        table.cell_place(row, column),
        DataProblem::WrongTask(format!(
            "a label has two values, and '{}' is a third one",
            excerpt(text)
        )),
        "write 0 or 1 in every row, or leave the column out of `--target`",
    )
}

/// What is wrong with `count` target columns for a task that has one.
pub(super) fn one_target(task: Task, count: usize) -> DataProblem {
    DataProblem::WrongTask(format!("{} has one target column, and there are {count}", task.name()))
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
        Some(Task::MultiLabel) => Err((
            DataProblem::WrongTask(
                "multi-label means columns of 0 and 1, and these are classes".into(),
            ),
            "leave out `--task multi-label`",
        )),
        Some(_) | None => Ok(task),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(values: &[&str], task: Option<Task>, categorical: bool) -> Result<Target> {
        let text = values.iter().fold("x,y\n".to_string(), |all, value| all + "1," + value + "\n");
        Target::read(&Table::read(text.as_bytes(), "t.csv")?, &[1], task, |_| categorical)
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
    fn the_second_of_two_values_is_the_label() {
        for (values, expected) in [
            (["0", "1", "0.0"], [0., 1., 0.]),
            (["yes", "no", "yes"], [1., 0., 1.]),
            (["-1", "-1", "1"], [0., 0., 1.]),
        ] {
            let labels = read(&values, Some(Task::MultiLabel), false).unwrap();
            let expected = RowMatrix::from_rows(3, 1, expected.to_vec());
            assert_eq!(labels.targets, Targets::Values(expected));
            assert_eq!((labels.task, labels.class_names), (Task::MultiLabel, vec!["y".into()]));
        }
    }

    #[test]
    fn one_value_is_no_target() {
        assert!(read(&["3", "3.0"], None, false).is_err());
        assert!(read(&["a", "a"], None, false).is_err());
    }
}
