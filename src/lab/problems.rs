//! The problems that need no data of the user's own.

use super::{ExperimentSpec, ProblemSpec, references};
use crate::data::DataSource;
use crate::error::{Error, Result};
use crate::model::{Activation, LayerKind, LayerSpec, Loss, Window};
use crate::solver::{Method, SolverSpec};

use Loss::{BinaryCrossEntropy, CrossEntropy, SquaredError};

/// Training loss that every quick-start solver is measured against, on
/// california.
const CALIFORNIA_TARGET: f64 = 0.15;
/// The same on spam.
const SPAM_TARGET: f64 = 0.12;
/// The same on digits.
const DIGITS_TARGET: f64 = 0.05;

const FASHION_MNIST: &str = "fashion-mnist";

/// Every built-in problem whose data come with the program; the quick start's three come first. All have an L2 penalty
/// of 1e-4. Fully connected ones have tanh layers and the data set of the same name;
/// those with a list of layers come last, and say in their names what is in it.
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
        layered("digits-conv", "digits", Activation::Relu, digits_conv()),
        layered("digits-recurrent", "digits", Activation::Tanh, digits_recurrent()),
        layered("mnist5k-conv", "mnist5k", Activation::Relu, mnist5k_conv()),
    ]
}

/// The problems whose data set a package of the operating system brings, installed or not.
pub fn of_packages() -> Vec<ProblemSpec> {
    let data = DataSource::Installed { name: FASHION_MNIST.to_owned() };
    let mut fashion_mnist =
        ProblemSpec { hidden: vec![256, 128], ..ProblemSpec::new(FASHION_MNIST, data) };
    fashion_mnist.state_loss(CrossEntropy);
    vec![fashion_mnist]
}

/// The names of all built-in problems.
pub fn names() -> Vec<String> {
    all().into_iter().chain(of_packages()).map(|problem| problem.name).collect()
}

/// The built-in problem with this name, one of [`all`] or [`of_packages`].
///
/// # Errors
/// [`Error::UnknownName`] if there is none.
pub fn find(name: &str) -> Result<ProblemSpec> {
    let mut every = all().into_iter().chain(of_packages());
    every.find(|problem| problem.name == name).ok_or_else(|| Error::UnknownName {
        kind: "problem",
        name: name.to_owned(),
        known: names(),
    })
}

/// The experiment that losslab runs when it is asked for nothing else:
/// house prices, spam and digits with methods of every kind.
pub fn quickstart() -> ExperimentSpec {
    let problems = all().into_iter().take(3).collect();
    ExperimentSpec::new("quickstart", problems, default_solvers())
}

/// The methods that are compared when none are named: of this crate's own one of each kind,
/// and two of argmin's, all with their defaults.
pub fn default_solvers() -> Vec<SolverSpec> {
    let names = ["gd", "cg", "lbfgs", "trust-region", "adam", "argmin-cg", "argmin-lbfgs"];
    let is_default = |method: &Method| names.contains(&method.name());
    Method::all().into_iter().filter(is_default).map(SolverSpec::new).collect()
}

fn problem(name: &str, hidden: &[usize], loss: Loss, target_loss: Option<f64>) -> ProblemSpec {
    let data = DataSource::Embedded { name: name.to_owned() };
    let hidden = hidden.to_vec();
    let reference = references::find(name);
    let mut problem =
        ProblemSpec { hidden, target_loss, reference, ..ProblemSpec::new(name, data) };
    problem.state_loss(loss);
    problem
}

/// Images of digits under cross-entropy, with a network of these layers.
fn layered(name: &str, data: &str, activation: Activation, layers: Vec<LayerSpec>) -> ProblemSpec {
    let data = DataSource::Embedded { name: data.to_owned() };
    let mut problem = ProblemSpec {
        hidden: Vec::new(),
        layers: Some(layers),
        activation,
        initialisation: activation.initialisation(),
        reference: references::find(name),
        ..ProblemSpec::new(name, data)
    };
    problem.state_loss(CrossEntropy);
    problem
}

/// Each of 8 channels keeps the largest of 2 × 2 numbers: 8 × 4 × 4 go into the last
/// layer.
fn digits_conv() -> Vec<LayerSpec> {
    let pool = LayerKind::MaxPool2d(Window { kernel: [2, 2], stride: [2, 2] });
    vec![conv2d(8, 3, 1, 1), layer(pool), layer(LayerKind::Flatten), last()]
}

/// The state of 32 numbers goes through one layer three times.
fn digits_recurrent() -> Vec<LayerSpec> {
    let again = || layer(LayerKind::Shared { layer: 1, transpose: false });
    vec![LayerSpec::dense(32), LayerSpec::dense(32), again(), again(), last()]
}

/// From 28 rows and columns the stride leaves 12, and the pool 6.
fn mnist5k_conv() -> Vec<LayerSpec> {
    let pool = LayerKind::AvgPool2d(Window { kernel: [2, 2], stride: [2, 2] });
    vec![conv2d(8, 5, 2, 0), layer(pool), layer(LayerKind::Flatten), last()]
}

fn conv2d(channels: usize, kernel: usize, stride: usize, padding: usize) -> LayerSpec {
    let window = Window { kernel: [kernel; 2], stride: [stride; 2] };
    layer(LayerKind::Conv2d { channels, window, padding: [padding; 2], bias: true })
}

/// As many outputs as there are classes.
fn last() -> LayerSpec {
    layer(LayerKind::Dense { units: None, bias: true })
}

fn layer(kind: LayerKind) -> LayerSpec {
    LayerSpec { kind, activation: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::installed;

    #[test]
    fn problems_of_packages_fit_the_outlines_of_their_data() {
        let problem = find("fashion-mnist").unwrap();
        let set = installed::find("fashion-mnist").unwrap();
        let network = problem.network(&set.outline()).unwrap();
        assert_eq!(network.describe(), "784-256-128-10 tanh");
        assert_eq!(of_packages().len(), installed::names().len());
        let mut spec = ExperimentSpec::new("packages", of_packages(), default_solvers());
        assert_eq!(ExperimentSpec::from_toml(&spec.to_toml(), "packages.toml").unwrap(), spec);
        match spec.resolve() {
            Ok(data) => assert_eq!(data[0].rows(), 60_000),
            Err(error) => {
                assert!(error.to_string().contains("apt install dataset-fashion-mnist"), "{error}");
                eprintln!("left out: {} is not installed", set.package);
            }
        }
    }

    #[test]
    fn built_in_problems_are_valid_and_fit_their_data() {
        let mut spec = ExperimentSpec::new("all", all(), default_solvers());
        spec.validate().unwrap();
        for (problem, network) in [
            ("california", "8-32-16-1 tanh"),
            ("spam", "57-32-1 tanh"),
            ("digits", "64-32-16-10 tanh"),
            ("concrete", "8-16-8-1 tanh"),
            ("diabetes", "10-8-1 tanh"),
            ("wine", "11-16-8-1 tanh"),
            ("breast-cancer", "30-16-1 tanh"),
            ("iris", "4-4-3 tanh"),
            ("mnist5k", "784-64-10 tanh"),
            ("digits-conv", "1×8×8, conv2d 8 (3×3, padding 1), max_pool2d (2×2), 10; relu"),
            ("digits-recurrent", "64, 32, 32, 32 shared, 32 shared, 10; tanh"),
            ("mnist5k-conv", "1×28×28, conv2d 8 (5×5, stride 2), avg_pool2d (2×2), 10; relu"),
        ] {
            let problem = find(problem).unwrap();
            let data = problem.data.load().unwrap();
            assert_eq!(problem.network(&data).unwrap().describe(), network);
        }
        for problem in all() {
            let reference = problem.reference.unwrap();
            assert!(reference.loss < reference.start, "{}", problem.name);
            assert!(problem.target_loss.is_none_or(|target| reference.loss < target));
        }
        assert_eq!(spec.resolve().unwrap().len(), 12);
        assert_eq!(spec.problems, all());
    }
}
