//! The loss's parameters: read, written, filled in, refused.

use crate::data::{DataSource, Dataset};
use crate::lab::{ExperimentSpec, ProblemSettings, ProblemSpec, problems};
use crate::model::{Criterion, Loss};

fn data(name: &str) -> Dataset {
    DataSource::Embedded { name: name.into() }.load().unwrap()
}

/// A problem on an embedded data set, with these keys.
fn read(name: &str, keys: &str) -> Result<ProblemSpec, String> {
    let text = format!("[[problem]]\nname = \"mine\"\ndata = \"{name}\"\n{keys}\n");
    match ExperimentSpec::from_toml(&text, "spec.toml") {
        Ok(mut spec) => Ok(spec.problems.remove(0)),
        Err(error) => Err(error.to_string()),
    }
}

#[test]
fn parameters_make_the_criterion() {
    let loss = Criterion::from;
    for (name, keys, expected) in [
        ("iris", "", loss(Loss::CrossEntropy)),
        (
            "iris",
            "label_smoothing = 0.1\nclass_weights = [1, 2.5, 0.5]",
            Criterion {
                label_smoothing: 0.1,
                class_weights: Some(vec![1.0, 2.5, 0.5]),
                ..loss(Loss::CrossEntropy)
            },
        ),
        (
            "spam",
            "loss = \"squared-error\"\nclass_weights = [1, 2]",
            Criterion { class_weights: Some(vec![1.0, 2.0]), ..loss(Loss::SquaredError) },
        ),
        (
            "diabetes",
            "loss = \"huber\"\nhuber_delta = 2",
            Criterion { huber_delta: 2.0, ..loss(Loss::Huber) },
        ),
        (
            "diabetes",
            "loss = \"absolute-error\"\nsmoothing = 0.25",
            Criterion { smoothing: 0.25, ..loss(Loss::AbsoluteError) },
        ),
    ] {
        let problem = read(name, keys).unwrap();
        assert_eq!(problem.criterion(&data(name)).unwrap(), expected, "{keys}");
        let mut spec = ExperimentSpec::new("spec", vec![problem], problems::default_solvers());
        for _ in 0..2 {
            let text = spec.to_toml();
            assert_eq!(ExperimentSpec::from_toml(&text, "spec.toml").unwrap(), spec, "{text}");
            spec.resolve().unwrap();
        }
        assert_eq!(spec.problems[0].criterion(&data(name)).unwrap(), expected);
    }
}

#[test]
fn resolving_states_the_defaults_that_belong_to_the_loss() {
    for (name, loss, stated) in [
        ("iris", None, [None, None, Some(0.0)]),
        ("spam", None, [None, None, Some(0.0)]),
        ("diabetes", None, [None, None, None]),
        ("diabetes", Some(Loss::Huber), [Some(1.0), None, None]),
        ("diabetes", Some(Loss::AbsoluteError), [None, Some(0.0), None]),
    ] {
        let mut spec = ExperimentSpec::named("test", &[name], &["gd"]).unwrap();
        let settings = ProblemSettings { data: Some(name.into()), loss, ..Default::default() };
        spec.problems[0] = settings.build(name).unwrap();
        spec.resolve().unwrap();
        let problem = &spec.problems[0];
        let found = [problem.huber_delta, problem.smoothing, problem.label_smoothing];
        assert_eq!(found, stated, "{name} {loss:?}");
        assert_eq!(problem.class_weights, None);
    }
}

#[test]
fn a_wrong_parameter_is_refused_at_its_line() {
    for (keys, line, part) in [
        ("huber_delta = 0", 4, "huber_delta: 0.0 is out of range; give a finite number above 0"),
        ("huber_delta = inf", 4, "huber_delta: inf is out of range"),
        ("smoothing = -0.1", 4, "smoothing: -0.1 is out of range; give a finite number of at"),
        ("smoothing = nan", 4, "smoothing: NaN is out of range"),
        ("label_smoothing = 1", 4, "label_smoothing: 1.0 is out of range; give a number of at"),
        ("label_smoothing = -0.1", 4, "label_smoothing: -0.1 is out of range"),
        ("class_weights = [1, 0]", 4, "class_weights: 0.0 is out of range; give numbers above"),
        ("class_weights = [1, 1e308]", 4, "class_weights: 1e308 is out of range"),
        ("class_weights = 2", 4, "class_weights: 2 is not a list of numbers"),
        (
            "loss = \"huber\"\nlabel_smoothing = 0",
            5,
            "label_smoothing: huber has no such parameter; \
          leave it out; it belongs to the loss cross-entropy and binary-cross-entropy",
        ),
        ("loss = \"huber\"\nclass_weights = [1]", 5, "class_weights: the task is regression"),
        (
            "lable_smoothing = 0.1",
            4,
            "lable_smoothing: there is no such key here; did you mean \
          'label_smoothing'?",
        ),
    ] {
        let message = read("iris", keys).unwrap_err();
        let start = format!("spec.toml, line {line}, problem 'mine', ");
        assert!(message.starts_with(&start), "{keys} gave {message}");
        assert!(message.contains(part), "{keys} gave {message}\nwithout {part}");
    }
}

#[test]
fn parameters_must_fit_the_data() {
    for (name, keys, part) in [
        (
            "iris",
            "class_weights = [1, 2]",
            "class_weights: 2 of them for 3 classes; give one each \
          for setosa, versicolor, virginica, in this order",
        ),
        ("spam", "class_weights = [1]", "1 of them for 2 classes; give one each for nonspam, spam"),
        ("wine", "class_weights = [1]", "class_weights: the task is regression"),
        ("wine", "label_smoothing = 0.1", "label_smoothing: squared-error has no such parameter"),
        ("iris", "huber_delta = 1", "huber_delta: cross-entropy has no such parameter"),
        ("iris", "smoothing = 1", "smoothing: cross-entropy has no such parameter"),
    ] {
        let message = read(name, keys).unwrap().criterion(&data(name)).unwrap_err().to_string();
        assert!(message.starts_with("problem 'mine', "), "{message}");
        assert!(message.contains(part), "{keys} gave {message}\nwithout {part}");
    }
    let weighted = ProblemSpec {
        class_weights: Some(vec![1.0; 3]),
        loss: Some(Loss::SquaredError),
        ..problems::find("iris").unwrap()
    };
    let labels = Dataset { task: crate::data::Task::MultiLabel, ..data("iris") };
    let weighted = ProblemSpec { label_smoothing: None, ..weighted };
    let message = weighted.criterion(&labels).unwrap_err().to_string();
    assert!(message.contains("squared-error does not weigh labels"), "{message}");
}

#[test]
fn a_target_loss_is_not_kept_for_other_parameters() {
    let digits = problems::find("digits").unwrap();
    let apply =
        |settings: ProblemSettings, to: &ProblemSpec| settings.apply_to(to.clone()).unwrap();
    let same = ProblemSettings { label_smoothing: Some(0.0), ..Default::default() };
    assert_eq!(apply(same.clone(), &digits), digits);
    let unstated = ProblemSpec { label_smoothing: None, ..digits.clone() };
    assert_eq!(apply(same, &unstated).target_loss, digits.target_loss);
    let smoothed = ProblemSettings { label_smoothing: Some(0.1), ..Default::default() };
    assert_eq!(apply(smoothed, &digits).target_loss, None);
    let weights = ProblemSettings { class_weights: Some(vec![1.0; 10]), ..Default::default() };
    assert_eq!(apply(weights, &digits).target_loss, None);
    let hidden = ProblemSettings { hidden: Some(vec![3]), ..Default::default() };
    assert_eq!(apply(hidden, &digits).target_loss, digits.target_loss);
    // Of a loss that follows from the task nothing is known yet.
    let open = ProblemSpec { loss: None, label_smoothing: None, ..digits.clone() };
    assert_eq!(apply(ProblemSettings::default(), &open).target_loss, digits.target_loss);
}

#[test]
fn another_loss_forgets_the_parameters_of_the_one_before() {
    let change = |loss| ProblemSettings { loss: Some(loss), ..Default::default() };
    let spam = problems::find("spam").unwrap();
    let spam = ProblemSpec { class_weights: Some(vec![1.0, 2.0]), ..spam };
    let squared = change(Loss::SquaredError).apply_to(spam.clone()).unwrap();
    assert_eq!((squared.label_smoothing, &squared.class_weights), (None, &spam.class_weights));
    // The loss that was meant all along keeps them.
    let open = ProblemSpec { loss: None, label_smoothing: Some(0.2), ..spam };
    let stated = change(Loss::BinaryCrossEntropy).apply_to(open).unwrap();
    assert_eq!(stated.label_smoothing, Some(0.2));
}
