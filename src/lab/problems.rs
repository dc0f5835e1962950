//! The problems that need no data of the user's own.

use super::{ExperimentSpec, ProblemSpec};
use crate::data::DataSource;
use crate::error::{Error, Result};
use crate::model::Loss;
use crate::solver::{Method, SolverSpec};

use Loss::{BinaryCrossEntropy, CrossEntropy, SquaredError};

/// Training loss that every quick-start solver is measured against, on
/// california.
const CALIFORNIA_TARGET: f64 = 0.15;
/// The same on spam.
const SPAM_TARGET: f64 = 0.12;
/// The same on digits.
const DIGITS_TARGET: f64 = 0.05;

/// Every built-in problem; the quick start's three come first. All have tanh
/// layers, an L2 penalty of 1e-4 and the data set of the same name.
pub fn all() -> Vec<ProblemSpec> {
    vec![
        problem("california", &[32, 16], SquaredError, Some(CALIFORNIA_TARGET)),
        problem("spam", &[32], BinaryCrossEntropy, Some(SPAM_TARGET)),
        problem("digits", &[32, 16], CrossEntropy, Some(DIGITS_TARGET)),
        problem("concrete", &[16, 8], SquaredError, None),
        problem("diabetes", &[8], SquaredError, None),
        problem("wine", &[16, 8], SquaredError, None),
        problem("breast-cancer", &[16], BinaryCrossEntropy, None),
        problem("iris", &[4], CrossEntropy, None),
        problem("mnist5k", &[64], CrossEntropy, None),
    ]
}

/// The built-in problem with this name.
///
/// # Errors
/// [`Error::UnknownName`] if there is none.
pub fn find(name: &str) -> Result<ProblemSpec> {
    let all = all();
    let known = all.iter().map(|problem| problem.name.clone()).collect();
    all.into_iter().find(|problem| problem.name == name).ok_or_else(|| Error::UnknownName {
        kind: "problem",
        name: name.to_owned(),
        known,
    })
}

/// The experiment that losslab runs when it is asked for nothing else:
/// house prices, spam and digits with every method.
pub fn quickstart() -> ExperimentSpec {
    let problems = all().into_iter().take(3).collect();
    ExperimentSpec::new("quickstart", problems, default_solvers())
}

/// Every method with its defaults, labelled with its name.
pub fn default_solvers() -> Vec<SolverSpec> {
    Method::all().into_iter().map(SolverSpec::new).collect()
}

fn problem(name: &str, hidden: &[usize], loss: Loss, target_loss: Option<f64>) -> ProblemSpec {
    let data = DataSource::Embedded { name: name.to_owned() };
    let hidden = hidden.to_vec();
    ProblemSpec { hidden, loss: Some(loss), target_loss, ..ProblemSpec::new(name, data) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_problems_are_valid_and_fit_their_data() {
        let mut spec = ExperimentSpec::new("all", all(), default_solvers());
        spec.validate().unwrap();
        for (problem, widths) in [
            ("california", vec![8, 32, 16, 1]),
            ("spam", vec![57, 32, 1]),
            ("digits", vec![64, 32, 16, 10]),
            ("concrete", vec![8, 16, 8, 1]),
            ("diabetes", vec![10, 8, 1]),
            ("wine", vec![11, 16, 8, 1]),
            ("breast-cancer", vec![30, 16, 1]),
            ("iris", vec![4, 4, 3]),
            ("mnist5k", vec![784, 64, 10]),
        ] {
            let problem = find(problem).unwrap();
            let data = problem.data.load().unwrap();
            assert_eq!(problem.widths(data.features.columns(), data.outputs()), widths);
        }
        assert_eq!(spec.resolve().unwrap().len(), 9);
        assert_eq!(spec.problems, all());
    }
}
