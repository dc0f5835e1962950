//! The target columns of a table: their task, their values, classes or labels.

use super::super::target::{Target, are_too_many, class_task, one_target};
use super::super::{Targets, Task};
use super::categories::Categories;
use super::survey::Survey;
use crate::error::{DataProblem, Error, Result, excerpt};
use crate::numerics::RowMatrix;

impl Target {
    /// Makes targets of the columns that are for it, for `task`, or for the task that their
    /// values suggest: text is classes, a number with just two values is two classes, any
    /// other number and several columns are regression. What the columns kept is taken.
    ///
    /// # Errors
    /// Text among numbers, a number that is not finite, one class or one value, too
    /// many classes, a task that does not fit.
    pub(super) fn of_columns(survey: &mut Survey<'_>, task: Option<Task>) -> Result<Self> {
        let columns = survey.roles.targets.clone();
        match (columns.as_slice(), task) {
            (_, Some(Task::MultiLabel)) => labels(survey, &columns),
            (&[column], _) => one(survey, column, task),
            (_, None | Some(Task::Regression)) => several(survey, &columns),
            (_, Some(task)) => Err(Error::data(
                survey.header.column_place(columns[1]),
                one_target(task, columns.len()),
                "use `--task multi-label` if every one has two values, or name one column with \
                 `--target COLUMN`",
            )),
        }
    }
}

fn one(survey: &mut Survey<'_>, column: usize, task: Option<Task>) -> Result<Target> {
    let own = &survey.columns[column];
    let name = excerpt(&survey.header.names()[column]);
    let remedy = format!("take all values for class labels with `--categorical {name}`");
    if own.is_declared() {
        return classes(survey, column, task);
    }
    if let Some(Task::Binary | Task::MultiClass) = task {
        own.check_finite(&survey.header, column, &remedy)?;
        return classes(survey, column, task);
    }
    if !own.are_numbers(&survey.header, column, &remedy)? {
        return classes(survey, column, task);
    }
    match two_values(&own.values) {
        Some(two) if task.is_none() => Ok(two_classes(&own.values, two)),
        _ => regression(survey, &[column]),
    }
}

/// Columns of numbers that are predicted together.
fn several(survey: &mut Survey<'_>, columns: &[usize]) -> Result<Target> {
    for &column in columns {
        let own = &survey.columns[column];
        let remedy = "leave the column out of `--target`";
        if own.is_declared() || !own.are_numbers(&survey.header, column, remedy)? {
            return Err(Error::data(
                survey.first_cell_place(column),
                DataProblem::WrongTask("regression needs numbers, and these are labels".into()),
                "use `--task multi-label` if every target has two values, or leave the \
                 column out of `--target`",
            ));
        }
    }
    regression(survey, columns)
}

/// Columns of numbers.
fn regression(survey: &mut Survey<'_>, columns: &[usize]) -> Result<Target> {
    if let Some(&column) = columns.iter().find(|&&column| !survey.columns[column].varies()) {
        return Err(nothing_to_learn(survey, column));
    }
    let take = |&column: &usize| std::mem::take(&mut survey.columns[column].values);
    let targets = Targets::Values(matrix(columns.iter().map(take).collect()));
    Ok(Target { task: Task::Regression, targets, class_names: vec![] })
}

fn matrix(mut columns: Vec<Vec<f64>>) -> RowMatrix {
    match columns.as_mut_slice() {
        [only] => RowMatrix::from_rows(only.len(), 1, std::mem::take(only)),
        several => RowMatrix::from_columns(&several.iter().map(Vec::as_slice).collect::<Vec<_>>()),
    }
}

/// Columns with two values each, of which the second in order is 1.
fn labels(survey: &mut Survey<'_>, columns: &[usize]) -> Result<Target> {
    let mut all = Vec::with_capacity(columns.len());
    for &column in columns {
        let own = &survey.columns[column];
        own.check_finite(&survey.header, column, "leave the column out of `--target`")?;
        if let Some((text, line)) = own.texts.third() {
            return Err(third_value(survey, column, text, line));
        }
        let Categories { names, of_code } = own.texts.categories();
        if names.len() < 2 {
            return Err(nothing_to_learn(survey, column));
        }
        let label = |code: u32| f64::from(of_code[code as usize]);
        let codes = std::mem::take(&mut survey.columns[column].codes);
        all.push(codes.into_iter().map(label).collect());
    }
    let name = |&column: &usize| survey.header.names()[column].clone();
    Ok(Target {
        task: Task::MultiLabel,
        targets: Targets::Values(matrix(all)),
        class_names: columns.iter().map(name).collect(),
    })
}

fn classes(survey: &mut Survey<'_>, column: usize, task: Option<Task>) -> Result<Target> {
    if task == Some(Task::Regression) {
        return Err(Error::data(
            survey.first_cell_place(column),
            DataProblem::WrongTask("regression needs numbers, and these are labels".into()),
            "leave out `--task regression`, or name another column with `--target COLUMN`",
        ));
    }
    let (distinct, rows) = (survey.count_categories(column)?, survey.rows);
    let place = survey.header.column_place(column);
    if are_too_many(distinct, rows) {
        return Err(match task {
            Some(Task::Binary) => Error::data(place, not_binary(distinct), NOT_BINARY),
            _ => Error::data(
                place,
                DataProblem::TooManyCategories { distinct, rows },
                "group the labels, name another column with `--target COLUMN`, or, if they are \
                 numbers to be predicted, use `--task regression`",
            ),
        });
    }
    let Categories { names, of_code } = survey.columns[column].texts.categories();
    let task = class_task(&names, task)
        .map_err(|(problem, remedy)| Error::data(place, problem, remedy))?;
    let mut codes = std::mem::take(&mut survey.columns[column].codes);
    codes.iter_mut().for_each(|code| *code = of_code[*code as usize]);
    Ok(Target { task, targets: Targets::Classes(codes), class_names: names })
}

/// For two classes any larger number of values is too many, and that is the error.
fn not_binary(distinct: usize) -> DataProblem {
    DataProblem::WrongTask(format!(
        "binary means two classes, and there are {distinct} distinct values"
    ))
}

const NOT_BINARY: &str = "use `--task regression` if they are numbers to be predicted, or name \
                          another column with `--target COLUMN`";

fn nothing_to_learn(survey: &Survey<'_>, column: usize) -> Error {
    Error::data(
        survey.header.column_place(column),
        DataProblem::ConstantColumn,
        "there is nothing to learn from it: name another target with `--target COLUMN`",
    )
}

/// The error at the first row whose value is neither of the two before it.
fn third_value(survey: &Survey<'_>, column: usize, text: &str, line: u64) -> Error {
    let text = excerpt(text);
    Error::data(
        survey.header.cell_place(line, column),
        DataProblem::WrongTask(format!("a label has two values, and '{text}' is a third one")),
        "write 0 or 1 in every row, or leave the column out of `--target`",
    )
}

/// The two values that there are, in order, if there are just two.
fn two_values(values: &[f64]) -> Option<[f64; 2]> {
    let first = *values.first()?;
    let other = *values.iter().find(|value| **value != first)?;
    let is_known = |value: &f64| *value == first || *value == other;
    values.iter().all(is_known).then_some([first.min(other), first.max(other)])
}

fn two_classes(values: &[f64], two: [f64; 2]) -> Target {
    Target {
        task: Task::Binary,
        targets: Targets::Classes(values.iter().map(|v| u32::from(*v == two[1])).collect()),
        // Zero has one sign.
        class_names: two.iter().map(|value| (value + 0.0).to_string()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::origin::Origin;
    use super::super::CsvOptions;
    use super::*;

    fn read(values: &[&str], task: Option<Task>, categorical: bool) -> Result<Target> {
        let text = values.iter().fold("x,y\n".to_string(), |all, value| all + "1," + value + "\n");
        let origin = Origin::of_bytes(text.as_bytes(), "t.csv");
        let categorical = if categorical { vec!["y".into()] } else { vec![] };
        let options = CsvOptions { target: "y".into(), task, categorical, ..Default::default() };
        Target::of_columns(&mut Survey::read(&origin, &options)?, task)
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
