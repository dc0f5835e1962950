//! Reading, checking and writing specifications.

use super::*;
use crate::data::{DataSource, Part, Storage, Task};
use crate::lab::{Reference, problems};
use crate::model::{Activation, Initialisation, Loss};
use crate::solver::line_search::Wolfe;
use crate::solver::{GdSettings, LbfgsSettings, LearningRate, LineSearch, Method, Schedule};

fn read(text: &str) -> ExperimentSpec {
    ExperimentSpec::from_toml(text, "spec.toml").unwrap()
}

fn message(text: &str) -> String {
    match ExperimentSpec::from_toml(text, "spec.toml") {
        Ok(spec) => panic!("{text:?} was read as {spec:?}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_full_specification_is_read() {
    let spec = read(
        r#"
name = "mine"
seeds = [4, 2]
budget = 20
iterations = 9
gradient_tolerance = 1e-5
stop_at_target = true
threads = 2
split = { train = 0.5, validation = 0, test = 0.5 }

[[problem]]
name = "houses"
title = "Houses"
data = "houses.csv"
target = "price"
task = "regression"
drop = ["id"]
categorical = ["zone"]
keep_constant = true
sample_weights = "count"
hidden = []
activation = "softplus"
loss = "huber"
huber_delta = 0.5
initialisation = "lecun"
weights = "start.safetensors"
l2 = 0
target_loss = 0.25
reference_start = 3
reference_loss = 0.125
standardise = false
storage = "as-read"
rows = "all"

[[solver]]
name = "gd"
label = "fast"
learning_rate = 1
schedule = { kind = "step", every = 10, factor = 0.5 }

[[solver]]
name = "lbfgs"
line_search = { kind = "hager-zhang", c1 = 0.1 }
memory = 5
"#,
    );
    assert_eq!(spec.name, "mine");
    assert_eq!(spec.seeds, [4, 2]);
    assert_eq!((spec.budget, spec.iterations, spec.threads), (20.0, Some(9), Some(2)));
    assert_eq!((spec.gradient_tolerance, spec.stop_at_target), (1e-5, true));
    assert_eq!(spec.split, SplitFractions { train: 0.5, validation: 0.0, test: 0.5 });
    let expected = ProblemSpec {
        name: "houses".into(),
        title: Some("Houses".into()),
        data: DataSource::File {
            path: "houses.csv".into(),
            target: Some("price".into()),
            task: Some(Task::Regression),
            drop: vec!["id".into()],
            categorical: vec!["zone".into()],
            keep_constant: true,
            sample_weights: Some("count".into()),
        },
        hidden: Vec::new(),
        input: None,
        layers: None,
        activation: Activation::Softplus,
        loss: Some(Loss::Huber),
        huber_delta: Some(0.5),
        smoothing: None,
        label_smoothing: None,
        class_weights: None,
        initialisation: Initialisation::LeCun,
        weights: Some("start.safetensors".into()),
        l2: 0.0,
        target_loss: Some(0.25),
        reference: Some(Reference { start: 3.0, loss: 0.125 }),
        standardise: false,
        storage: Storage::AsRead,
        rows: Part::All,
    };
    assert_eq!(spec.problems, [expected]);
    let schedule = Schedule::Step { every: 10, factor: 0.5 };
    let learning_rate = LearningRate { schedule, ..LearningRate::constant(1.0) };
    assert_eq!(spec.solvers[0].method, Method::Gd(GdSettings { learning_rate }));
    assert_eq!(spec.solvers[0].label, "fast");
    let line_search = LineSearch::HagerZhang(Wolfe { c1: 0.1, c2: 0.9, trials: 20 });
    let expected = LbfgsSettings { memory: 5, damping: false, line_search };
    assert_eq!(spec.solvers[1].method, Method::Lbfgs(expected));
    assert_eq!(read(&spec.to_toml()), spec);
}

#[test]
fn what_is_written_is_read_back() {
    let mut spec = problems::quickstart();
    spec.name = "ünï-1".into();
    spec.budget = 0.1 + 0.2;
    spec.problems[0].title = Some("a \"quoted\" \\ title\n".into());
    spec.problems[1].l2 = 5e-324;
    spec.problems[2].name = "quattro".into();
    spec.problems[2].data = DataSource::File {
        path: "data/set, \"2\".csv".into(),
        target: Some("y z".into()),
        task: None,
        drop: vec!["a,b".into()],
        categorical: Vec::new(),
        keep_constant: false,
        sample_weights: None,
    };
    spec.problems[2].loss = None;
    for text in ["gd:schedule=inverse,rate=1e-300", "cg:beta=fletcher-reeves,label=FR"] {
        spec.solvers.push(SolverSpec::parse(text).unwrap());
    }
    spec.solvers[4].label = "GD 1/t".into();
    spec.validate().unwrap();
    assert_eq!(read(&spec.to_toml()), spec);
}

#[test]
fn a_built_in_problem_is_changed_by_what_is_given() {
    let spec = read("[[problem]]\nname = \"digits\"\nhidden = [7]\nactivation = \"relu\"\n");
    let expected = ProblemSpec {
        hidden: vec![7],
        activation: Activation::Relu,
        initialisation: Initialisation::He,
        reference: None,
        ..problems::find("digits").unwrap()
    };
    assert_eq!(spec.problems, [expected]);
    assert_eq!(spec.seeds, [0, 1, 2]);
    assert_eq!(spec.name, "spec");
    assert_eq!(ExperimentSpec::from_toml("", "a/my spec.toml").unwrap().name, "my-spec");
}

#[test]
fn a_built_in_problem_keeps_its_network_where_its_own_data_is_named() {
    let own = read("[[problem]]\nname = \"digits\"\ndata = \"digits\"\nl2 = 0.5\n");
    let digits = problems::find("digits").unwrap();
    let expected = ProblemSpec {
        l2: 0.5,
        loss: None,
        label_smoothing: None,
        target_loss: None,
        reference: None,
        ..digits
    };
    assert_eq!(own.problems, [expected]);
    assert_eq!(read(&own.to_toml()), own);
    let iris = read("[[problem]]\nname = \"iris\"\ndata = \"iris\"\n");
    assert_eq!(iris.problems[0].hidden, [4]);
    let other = read("[[problem]]\nname = \"iris\"\ndata = \"wine\"\n");
    assert_eq!(other.problems[0].hidden, [32, 16]);
}

#[test]
fn a_target_loss_is_not_kept_for_another_loss() {
    let digits = problems::find("digits").unwrap();
    let settings = ProblemSettings { loss: Some(Loss::SquaredError), ..Default::default() };
    assert_eq!(settings.apply_to(digits.clone()).unwrap().target_loss, None);
    let settings = ProblemSettings { loss: digits.loss, ..Default::default() };
    assert_eq!(settings.apply_to(digits.clone()).unwrap(), digits);
}

#[test]
fn a_reference_stands_for_one_function_alone() {
    let reference = Some(Reference { start: 2.0, loss: 0.5 });
    let digits = ProblemSpec { reference, ..problems::find("digits").unwrap() };
    let applied = |settings: ProblemSettings| settings.apply_to(digits.clone()).unwrap().reference;
    let start = Some(Initialisation::LeCun);
    assert_eq!(applied(ProblemSettings { initialisation: start, ..Default::default() }), reference);
    for other in [
        ProblemSettings { hidden: Some(vec![5]), ..Default::default() },
        ProblemSettings { activation: Some(Activation::Relu), ..Default::default() },
        ProblemSettings { l2: Some(0.0), ..Default::default() },
        ProblemSettings { rows: Some(Part::All), ..Default::default() },
        ProblemSettings { standardise: Some(false), ..Default::default() },
        ProblemSettings { data: Some("digits".into()), ..Default::default() },
    ] {
        assert_eq!(applied(other), None);
    }
    let written = Some(Reference { start: 3.0, loss: 1.0 });
    let settings = ProblemSettings { l2: Some(0.0), reference: written, ..Default::default() };
    assert_eq!(applied(settings), written);
}

#[test]
fn values_that_are_listed_make_a_solver_each() {
    let spec = read(
        "[[solver]]\nname = \"momentum\"\nlearning_rate = { from = 0.01, to = 1, points = 3 }\n\
         momentum = [0.5, 0.9]\n\n[[solver]]\nname = \"lbfgs\"\nlabel = \"mine\"\nmemory = [5, 20]\n",
    );
    let labels: Vec<&str> = spec.solvers.iter().map(|solver| solver.label.as_str()).collect();
    let expected = [
        "momentum learning_rate=0.01 momentum=0.5",
        "momentum learning_rate=0.01",
        "momentum momentum=0.5",
        "momentum",
        "momentum learning_rate=1.0 momentum=0.5",
        "momentum learning_rate=1.0",
        "mine memory=5",
        "mine memory=20",
    ];
    assert_eq!(labels, expected);
    let mut written = ExperimentSpec::new("spec", vec![], spec.solvers.clone());
    written.name = spec.name.clone();
    assert_eq!(ExperimentSpec::from_toml(&written.to_toml(), "spec.toml").unwrap(), written);
    for (grid, parts) in [
        ("learning_rate = []", &["line 3", "[] is not a number", "a list of these"][..]),
        ("learning_rate = [0.1, [2]]", &["line 3", "is not a number"]),
        ("learning_rate = { from = 1, to = 2 }", &["line 3", "is not a number"]),
        ("learning_rate = { form = 1 }", &["line 3, solver 'gd', learning_rate, form", "'from'"]),
        ("learning_rate = { from = 2, to = 1, points = 2 }", &["line 3", "0 < from < to"]),
        ("learning_rate = [0.1, -1]", &["line 3", "learning_rate", "out of range"]),
        ("learning_rate = [0.1, 0.1]", &["two named 'gd learning_rate=0.1'"]),
    ] {
        let text = format!("[[solver]]\nname = \"gd\"\n{grid}\n");
        let message = message(&text);
        assert!(parts.iter().all(|part| message.contains(part)), "{message} lacks {parts:?}");
    }
}

#[test]
fn seeds_are_a_count_or_a_list() {
    assert_eq!(read("seeds = 4").seeds, [0, 1, 2, 3]);
    assert_eq!(read("seeds = [7]").seeds, [7]);
}

#[test]
fn errors_name_file_line_key_and_the_way_out() {
    assert_eq!(
        message("budget = 3\n\n[[problem]]\nname = \"digits\"\nhiden = [3]\n"),
        "spec.toml, line 5, problem 'digits', hiden: there is no such key here; \
         did you mean 'hidden'? The names are name, title, data, target, task, drop, \
         categorical, keep_constant, sample_weights, hidden, input, layer, activation, loss, \
         huber_delta, smoothing, label_smoothing, class_weights, initialisation, weights, l2, target_loss, reference_start, reference_loss, standardise, storage, rows"
    );
    for (text, parts) in [
        ("bugdet = 3", &["line 1, bugdet", "did you mean 'budget'?"][..]),
        ("\nbudget = -3", &["line 2, budget: -3.0 is out of range", "above 0"]),
        ("budget = nan", &["NaN is out of range"]),
        ("budget = \"big\"", &["\"big\" is not a number"]),
        ("budget = 1 2", &["line 1"]),
        ("seeds = 0", &["line 1, seeds: there is none"]),
        ("seeds = []", &["there is none"]),
        ("seeds = [1, 1]", &["1 is there twice"]),
        ("seeds = -1", &["-1 is not a count, or a list"]),
        ("seeds = '3'", &["'3' is not a count, or a list"]),
        ("sedes = 3", &["did you mean 'seeds'? The names are name, seeds, budget, iter"]),
        ("seeds = 100000", &["too many"]),
        ("seeds = [18446744073709551615]", &["2^53"]),
        ("iterations = 0", &["iterations: 0 is out of range"]),
        ("gradient_tolerance = -1", &["gradient_tolerance"]),
        ("threads = 0", &["threads"]),
        ("name = \"../up\"", &["name: '../up' is not usable"]),
        ("split = 0.5", &["split: 0.5 is not a table"]),
        ("[split]\ntrain = 0.5", &["split, validation: the share is missing"]),
        ("[split]\ntrain = 0.5\nvalidation = 0.1\ntest = 0.1", &["line 1, split", "add up to 1"]),
        ("[[problem]]\nhidden = [3]", &["line 1, problem, name: it is missing"]),
        ("\n[[problem]]\nname = \"digit\"", &["line 3, problem 'digit'", "did you mean 'digits'?"]),
        ("problem = 3", &["problem: 3 is not one or more tables"]),
    ] {
        let message = message(text);
        for part in parts {
            assert!(message.contains(part), "{text:?} gave {message:?} without {part:?}");
        }
    }
}

#[test]
fn errors_in_problems_and_solvers_name_their_line() {
    for (key, part) in [
        ("hidden = [0]", "hidden: [0] is out of range"),
        ("hidden = 3", "hidden: 3 is not a list"),
        ("hidden = [1000000, 1000000]", "1000004000001 parameters"),
        ("hidden = [3161, 3161]", "at most 10000000 are allowed, because a method keeps some 30"),
        ("data = \"\"", "data: it is empty"),
        ("l2 = -1", "l2: -1.0 is out of range"),
        ("reference_loss = 1", "reference_loss: reference_start is missing; give both"),
        ("reference_loss = 1\nreference_start = 1", "reference_loss: 1.0 is out of range"),
        ("target_loss = inf", "target_loss: inf is out of range"),
        ("activation = \"tan\"", "activation: there is no 'tan'; did you mean 'tanh'?"),
        ("rows = \"half\"", "rows: there is no 'half'"),
        ("storage = \"half\"", "storage: there is no 'half'"),
        ("standardise = 1", "standardise: 1 is not true or false"),
        ("task = \"binary\"", "task: the embedded data set 'digits' is read in one way"),
        ("data = \"iri\"", "data: there is no embedded data set named 'iri'"),
    ] {
        let message = message(&format!("[[problem]]\nname = \"digits\"\n{key}\n"));
        assert!(message.starts_with("spec.toml, line 3, problem 'digits', "), "{message}");
        assert!(message.contains(part), "{key} gave {message:?}");
    }
    for (key, part) in [
        ("c2 = 0.00001", "line 1, solver 'cg', c1: 0.0001 is not below c2, 1e-5"),
        ("c2 = 1.5", "line 3, solver 'cg', c2: 1.5 is out of range"),
        ("bta = 1", "line 3, solver 'cg', bta: cg has no setting 'bta'; did you mean 'beta'?"),
        ("line_search = { kind = \"armijo\" }", "line 3, solver 'cg', line_search: there is no"),
        ("line_search = [[1]]", "line_search: [[1]] is not a number, a text"),
    ] {
        let message = message(&format!("[[solver]]\nname = \"cg\"\n{key}\n"));
        assert!(message.contains(part), "{key} gave {message:?}");
    }
    let twice = message("[[solver]]\nname = \"cg\"\n[[solver]]\nname = \"cg\"\n");
    assert!(twice.starts_with("spec.toml, line 4, solver 'cg', name: there are two"), "{twice}");
    let other = read("[[solver]]\nname = \"cg\"\nc2 = 0.5\n[[solver]]\nname = \"cg\"\n");
    let labels: Vec<&str> = other.solvers.iter().map(|solver| solver.label.as_str()).collect();
    assert_eq!(labels, ["cg c2=0.5", "cg"]);
}

#[test]
fn specifications_made_in_code_are_checked_too() {
    let good = problems::quickstart();
    good.validate().unwrap();
    let mut specs = vec![good.clone(); 7];
    specs[0].problems.clear();
    specs[1].solvers.clear();
    specs[2].problems[1].name = "digits".into();
    specs[3].solvers[1].label = "gd".into();
    specs[4].problems[0].l2 = f64::NAN;
    specs[5].budget = f64::INFINITY;
    specs[6].stop_at_target = true;
    specs[6].validate().unwrap();
    // The reference gives a target too.
    specs[6].problems[1].target_loss = None;
    specs[6].validate().unwrap();
    specs[6].problems[1].reference = None;
    let message = specs[6].validate().unwrap_err().to_string();
    assert!(message.starts_with("problem 'spam', target_loss: "), "{message}");
    assert!(message.contains("--target-loss"), "{message}");
    for mut spec in specs {
        spec.validate().unwrap_err();
        spec.resolve().unwrap_err();
    }
}

#[test]
fn a_loss_must_fit_the_task() {
    let mut problem = problems::find("digits").unwrap();
    assert_eq!(problem.loss_for(Task::MultiClass).unwrap(), Loss::CrossEntropy);
    let error = problem.loss_for(Task::Binary).unwrap_err().to_string();
    assert!(error.contains("take binary-cross-entropy"), "{error}");
    problem.loss = None;
    assert_eq!(problem.loss_for(Task::Binary).unwrap(), Loss::BinaryCrossEntropy);
    assert_eq!(problem.loss_for(Task::MultiLabel).unwrap(), Loss::BinaryCrossEntropy);
    assert_eq!(problem.loss_for(Task::Regression).unwrap(), Loss::SquaredError);
}
