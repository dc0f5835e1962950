//! What flags make of a specification.

use clap::Parser;
use losslab::data::{DataSource, Part, Storage};

use super::super::arguments::{Arguments, Command};
use super::*;

fn plan(line: &str) -> Result<Plan, Error> {
    match Arguments::parse_from(line.split_whitespace()).command.unwrap() {
        Command::Compare(arguments) => comparison(&arguments),
        Command::Train(arguments) => training(&arguments),
        other => panic!("{line} plans nothing: {other:?}"),
    }
}

fn labels(plan: &Plan) -> Vec<&str> {
    plan.spec.solvers.iter().map(|solver| solver.label.as_str()).collect()
}

#[test]
fn only_the_quick_start_itself_goes_where_the_quick_start_goes() {
    let quickstart = comparison(&CompareArguments::default()).unwrap();
    assert_eq!(quickstart.spec, problems::quickstart());
    assert_eq!(quickstart.output, Path::new("results/quickstart"));
    assert_eq!(plan("losslab compare --seeds 3 -j 1 --quiet").unwrap().spec, quickstart.spec);
    for changed in ["--seeds 2", "-p digits", "-s gd", "--l2 0", "--hidden none"] {
        let plan = plan(&format!("losslab compare {changed}")).unwrap();
        assert_eq!(plan.output, Path::new("results/compare"), "{changed}");
        assert_eq!(plan.spec.name, "compare");
    }
}

#[test]
fn flags_change_every_problem() {
    let plan = plan(
        "losslab compare -p iris,wine --hidden 5 --activation relu --l2 0.5 --split all \
         --no-standardise --storage as-read --budget 7 --iterations 3 --gradient-tolerance 0 --stop-at-target \
         --target-loss 0.25 -o out",
    )
    .unwrap();
    let spec = &plan.spec;
    assert_eq!(plan.output, Path::new("out"));
    for (problem, name) in spec.problems.iter().zip(["iris", "wine"]) {
        assert_eq!((problem.name.as_str(), problem.hidden.as_slice()), (name, &[5][..]));
        assert_eq!((problem.l2, problem.rows, problem.standardise), (0.5, Part::All, false));
        assert_eq!((problem.target_loss, problem.storage), (Some(0.25), Storage::AsRead));
    }
    assert_eq!((spec.budget, spec.iterations, spec.gradient_tolerance), (7.0, Some(3), 0.0));
    assert!(spec.stop_at_target);
}

#[test]
fn a_data_file_makes_a_problem_of_its_name() {
    let plan = plan("losslab compare --data a/b(1).csv.gz --target y --drop id,x").unwrap();
    assert_eq!(plan.spec.problems[0].name, "b-1-");
    let DataSource::File { path, drop, .. } = &plan.spec.problems[0].data else {
        panic!("{:?}", plan.spec.problems);
    };
    assert_eq!(path, Path::new("a/b(1).csv.gz"));
    assert_eq!(drop, &["id", "x"]);
    let two = "losslab compare --data a.csv --target y -p one,two";
    assert!(super::tests::plan(two).unwrap_err().to_string().contains("one -p"));
}

#[test]
fn solvers_are_split_at_commas_only_without_settings() {
    let line = "losslab compare -s gd,cg -s gd:learning_rate=0.25,schedule=inverse,rate=1";
    let plan = plan(line).unwrap();
    assert_eq!(labels(&plan), ["gd", "cg", "gd learning_rate=0.25 schedule=inverse rate=1.0"]);
    let twice = super::tests::plan("losslab compare -s cg:c2=0.4 -s cg -s cg:c2=0.4");
    assert!(twice.unwrap_err().to_string().contains("two named 'cg c2=0.4'"));
}

#[test]
fn training_is_one_run() {
    let plan = plan("losslab train --seed 4").unwrap();
    assert_eq!((plan.spec.name.as_str(), &plan.spec.seeds), ("train", &vec![4]));
    assert_eq!((plan.spec.problems[0].name.as_str(), labels(&plan)), ("digits", vec!["lbfgs"]));
    assert!(super::tests::plan("losslab train -s gd,cg").is_err());
}
