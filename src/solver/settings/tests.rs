//! Reading, checking and writing hyper-parameters.

use super::super::{BetaRule, CgSettings, LineSearch, Method, SolverSpec};
use crate::solver::line_search::Wolfe;

fn message(text: &str) -> String {
    match SolverSpec::parse(text) {
        Ok(solver) => panic!("{text} was read as {solver:?}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_full_description_is_read() {
    let text = "cg:beta=hestenes-stiefel,line_search=hager-zhang,c2=0.4,label=CG HS";
    let solver = SolverSpec::parse(text).unwrap();
    assert_eq!(solver.label, "CG HS");
    let line_search = LineSearch::HagerZhang(Wolfe { c1: 0.1, c2: 0.4, trials: 20 });
    let beta = BetaRule::HestenesStiefel;
    assert_eq!(solver.method, Method::Cg(CgSettings { beta, line_search, restart: 0.2 }));
}

#[test]
fn what_settings_writes_is_read_back() {
    for text in [
        "gd:learning_rate=0.3",
        "gd:schedule=step,every=20,factor=0.5",
        "gd:schedule=exponential,rate=1e-3",
        "gd:schedule=inverse,rate=0.1",
        "gd:schedule=cosine,horizon=7",
        "gd-line-search:line_search=backtracking",
        "cg:beta=fletcher-reeves",
        "lbfgs:memory=3,c1=0.2,c2=0.7,damping=yes",
        "gd:schedule=one-cycle,horizon=9,warm_up=2",
        "lbfgs:line_search=fixed,learning_rate=0.5,schedule=step,every=3,factor=0.5",
        "adam:batch=64,averaging=yes,steps=10",
        "argmin-cg:beta=polak-ribiere,line_search=argmin-hager-zhang",
    ] {
        let method = SolverSpec::parse(text).unwrap().method;
        let pairs: Vec<String> =
            method.settings().iter().map(|(key, value)| format!("{key}={value}")).collect();
        let again = SolverSpec::parse(&format!("{}:{}", method.name(), pairs.join(",")));
        assert_eq!(again.unwrap().method, method, "{text}");
    }
}

#[test]
fn every_method_is_in_the_catalogue_and_valid() {
    let mut names = std::collections::BTreeSet::new();
    for method in Method::all() {
        let solver = SolverSpec::named(method.name()).unwrap();
        assert_eq!(solver.method, method);
        solver.validate().unwrap();
        assert!(names.insert(method.name()), "{} is there twice", method.name());
    }
}

#[test]
fn wrong_descriptions_name_the_key_and_the_way_out() {
    assert_eq!(
        message("gd:learning_rat=0.5"),
        "solver 'gd', learning_rat: gd has no setting 'learning_rat'; \
         did you mean 'learning_rate'? The names are learning_rate, schedule, warm_up"
    );
    assert!(message("gd:horizon=5").contains("schedule=cosine"));
    assert!(message("gd:schedule=cosine").contains("no 'horizon'"));
    assert!(message("gd:schedule=cosin,horizon=5").contains("did you mean 'cosine'?"));
    assert!(message("gd:learning_rate=fast").contains("'fast' is not a number"));
    assert!(message("gd:0.5").contains("key=value"));
    assert!(message("lbfgs:memory=2.5").contains("whole number"));
    assert!(message("cg:c2=0.2,c2=0.3").contains("twice"));
    assert!(message("cg:label=x,label=y").contains("solver 'cg', label: it is given twice"));
    assert_eq!(
        message("cg:label="),
        "solver 'cg', label: it is empty; give 1 to 120 printable characters, or leave it out"
    );
    assert!(message("lbgfs").contains("did you mean 'lbfgs'?"));
}

#[test]
fn automatic_labels_name_what_differs_from_the_defaults() {
    for (text, label) in [
        ("cg", "cg"),
        ("cg:c2=0.3", "cg c2=0.3"),
        ("cg:c2=0.4", "cg"),
        ("cg:c2=0.3,label=loose", "loose"),
        ("gd:schedule=inverse,rate=1", "gd schedule=inverse rate=1.0"),
        (
            "cg:beta=hestenes-stiefel,line_search=backtracking,c1=0.3333333333333333",
            "cg beta=hestenes-stiefel line_search=backtracking c1=0.3333333333333333 trials=40",
        ),
    ] {
        assert_eq!(SolverSpec::parse(text).unwrap().label, label);
    }
}

#[test]
fn a_range_names_the_setting_that_is_outside() {
    assert!(message("cg:c2=nan").contains("c2: NaN is out of range"));
    assert!(message("cg:c1=nan").contains("c1: NaN is out of range"));
    assert!(message("cg:c1=0.5,c2=0.4").contains("c1: 0.5 is not below c2, 0.4"));
    assert!(message("lbfgs:memory=1000000000").contains("memory: 1000000000 is out of range"));
}

#[test]
fn values_out_of_range_are_refused() {
    for text in [
        "gd:learning_rate=0",
        "gd:learning_rate=-1",
        "gd:learning_rate=nan",
        "gd:learning_rate=inf",
        "gd:schedule=step,every=0,factor=0.5",
        "gd:schedule=step,every=1,factor=0",
        "gd:schedule=step,every=1,factor=1.5",
        "gd:schedule=inverse,rate=-1",
        "gd:schedule=exponential,rate=nan",
        "gd:schedule=cosine,horizon=0",
        "lbfgs:memory=0",
        "cg:c1=0",
        "cg:c1=0.5,c2=0.4",
        "cg:c2=1",
        "cg:c2=nan",
        "cg:label=",
    ] {
        message(text);
    }
}
