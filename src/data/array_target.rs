//! The target array of a file of arrays: its task, its values, classes or labels.

use super::npy::Array;
use super::target::{Target, are_too_many, class_task, never_repeat, one_target};
use super::{Targets, Task};
use crate::error::{DataProblem, Error, Result};
use crate::numerics::RowMatrix;

impl Target {
    /// Reads `array` for `task`, or for the task that its type suggests: integers and
    /// truth values are classes; a matrix of them that holds 0 and 1 alone is labels;
    /// anything else is regression.
    ///
    /// # Errors
    /// Neither one nor two dimensions, a column with one value, one class, too many
    /// classes, a task that does not fit.
    pub(super) fn of_array(array: &Array, file: &str, task: Option<Task>) -> Result<Self> {
        if !matches!(array.shape.len(), 1 | 2) || array.columns() == 0 {
            let problem = DataProblem::ArrayShape(format!("it is {:?}", array.shape));
            let remedy = "give it one target per row, (rows,), or several, (rows, targets)";
            return Err(Error::data(array.place(file), problem, remedy));
        }
        let single = array.columns() == 1;
        let labels = || array.values.iter().all(|value| is_label(*value));
        match task {
            Some(Task::Regression) => regression(array, file),
            Some(Task::MultiLabel) => multi_label(array, file),
            Some(Task::Binary | Task::MultiClass) => classes(array, file, task),
            None if array.whole && single => classes(array, file, None),
            None if array.whole && labels() => multi_label(array, file),
            None => regression(array, file),
        }
    }
}

fn is_label(value: f64) -> bool {
    value == 0.0 || value == 1.0
}

fn matrix(array: &Array) -> Targets {
    Targets::Values(RowMatrix::from_rows(array.rows(), array.columns(), array.values.clone()))
}

fn regression(array: &Array, file: &str) -> Result<Target> {
    check_varies(array, file)?;
    Ok(Target { task: Task::Regression, targets: matrix(array), class_names: vec![] })
}

fn multi_label(array: &Array, file: &str) -> Result<Target> {
    if let Some(position) = array.values.iter().position(|value| !is_label(*value)) {
        return Err(Error::data(
            array.element_place(file, position),
            DataProblem::WrongTask(format!(
                "labels are 0 or 1, and this is {}",
                array.values[position]
            )),
            "write 0 or 1 everywhere, or use `--task regression`",
        ));
    }
    check_varies(array, file)?;
    let name = |column: usize| format!("{}{column}", array.name);
    let class_names = (0..array.columns()).map(name).collect();
    Ok(Target { task: Task::MultiLabel, targets: matrix(array), class_names })
}

/// Refuses columns with one value in every row.
fn check_varies(array: &Array, file: &str) -> Result<()> {
    let columns = array.columns();
    let (first, rest) = array.values.split_at(columns);
    let mut varies = vec![false; columns];
    for row in rest.chunks_exact(columns) {
        for ((varies, value), first) in varies.iter_mut().zip(row).zip(first) {
            *varies |= value != first;
        }
    }
    match varies.iter().position(|varies| !varies) {
        None => Ok(()),
        Some(column) => Err(Error::data(
            array.place(file).in_column(column.to_string()),
            DataProblem::ConstantColumn,
            "there is nothing to learn from it: save the array without it, or name another \
             array with `--target ARRAY`",
        )),
    }
}

fn classes(array: &Array, file: &str, task: Option<Task>) -> Result<Target> {
    let fail = |problem, remedy: &str| Err(Error::data(array.place(file), problem, remedy));
    if let Some(task) = task.filter(|_| array.columns() > 1) {
        let remedy = "save one class number per row (`y.argmax(axis=1)` if they are indicators), \
                      or use `--task multi-label`";
        return fail(one_target(task, array.columns()), remedy);
    }
    if let Some(position) = array.values.iter().position(|value| value.fract() != 0.0) {
        return Err(Error::data(
            array.element_place(file, position),
            DataProblem::WrongTask(format!(
                "classes are whole numbers, and this is {}",
                array.values[position]
            )),
            "use `--task regression` if they are numbers to be predicted",
        ));
    }
    // Zero has one sign.
    let value = |value: &f64| value + 0.0;
    let mut distinct: Vec<f64> = array.values.iter().map(value).collect();
    distinct.sort_by(f64::total_cmp);
    distinct.dedup();
    let (count, rows) = (distinct.len(), array.rows());
    let problem = DataProblem::TooManyCategories { distinct: count, rows };
    if task.is_none() && are_too_many(count, rows) {
        let remedy = "use `--task regression` if they are numbers to be predicted, and `--task \
                      multi-class` if they are classes";
        return fail(problem, remedy);
    }
    if task == Some(Task::MultiClass) && never_repeat(count, rows) {
        return fail(problem, "use `--task regression` if they are numbers to be predicted");
    }
    let names: Vec<String> = distinct.iter().map(f64::to_string).collect();
    let task = class_task(&names, task)
        .map_err(|(problem, remedy)| Error::data(array.place(file), problem, remedy))?;
    let code = |own: &f64| distinct.partition_point(|other| *other < value(own)) as u32;
    let codes = array.values.iter().map(code).collect();
    Ok(Target { task, targets: Targets::Classes(codes), class_names: names })
}
