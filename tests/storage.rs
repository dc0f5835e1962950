//! Features that lie in memory as they were read give the bits of those that lie ready.

mod support;

use losslab::data::{Features, SplitFractions, Storage};
use losslab::lab::{Instance, ProblemSettings, problems};
use losslab::landscape::{Direction, Measurement, NetworkSurface, Precision, Subspace, Surface};
use losslab::model::{evaluate, layer_outputs, predict};
use losslab::numerics::{Seed, Vector};
use losslab::objective::{Curvature, FiniteSum, Objective};
use support::normal_vector;

fn instance(problem: &str, storage: Storage, standardise: bool) -> Instance {
    let settings = ProblemSettings {
        storage: Some(storage),
        standardise: Some(standardise),
        ..ProblemSettings::default()
    };
    let problem = settings.apply_to(problems::find(problem).unwrap()).unwrap();
    let data = problem.data.load().unwrap();
    Instance::new(&problem, &data, &SplitFractions::default(), 1).unwrap()
}

/// Everything that reads features, in one list of numbers.
fn answers(instance: &Instance) -> Vec<u64> {
    let (risk, theta, test) = (&instance.risk, &instance.start, instance.test.as_ref().unwrap());
    let v = normal_vector(theta.len(), Seed::new(5));
    let mut vector = Vector::zeros(theta.len());
    let mut all = vec![risk.value(theta), risk.value_gradient(theta, &mut vector)];
    all.extend(&vector);
    all.push(risk.batch_value_gradient(&[2999, 3, 700, 3], theta, &mut vector));
    all.extend(&vector);
    let at = risk.linearize(theta);
    risk.hessian_vector(&at, &v, &mut vector);
    all.extend(&vector);
    risk.gauss_newton_vector(&at, &v, &mut vector);
    all.extend(&vector);
    all.extend(predict(risk.network(), theta, test).values());
    all.push(evaluate(risk.network(), theta, &instance.criterion, test, None).loss);
    for outputs in layer_outputs(risk.network(), theta, test, 5..9) {
        all.extend(outputs.values());
    }
    let directions = vec![Direction { vector: v, label: "random".into() }];
    let line = Subspace::new(theta.clone(), directions).unwrap();
    for precision in [Precision::Double, Precision::Single] {
        let surface = NetworkSurface::new(risk, Some(test), None, &line, precision);
        let mut found = [Measurement::default()];
        surface.measure(&[[0.01, 0.0]], &mut found);
        let [Measurement { train_loss, test_loss, .. }] = found;
        all.extend([train_loss, test_loss.unwrap_or(f64::NAN)]);
    }
    all.into_iter().map(f64::to_bits).collect()
}

#[test]
fn no_answer_depends_on_the_storage() {
    for (problem, standardise) in
        [("mnist5k", true), ("mnist5k", false), ("mnist5k-conv", true), ("digits", true)]
    {
        let ready = instance(problem, Storage::Doubles, standardise);
        let read = instance(problem, Storage::AsRead, standardise);
        assert!(matches!(ready.risk.samples().features, Features::Numbers(_)));
        let is_image = problem.starts_with("mnist5k");
        assert_eq!(matches!(read.risk.samples().features, Features::Stored(_)), is_image);
        if problem == "digits" {
            // A table has numbers of one type; 1 257 rows are too few for the batch.
            continue;
        }
        assert!(answers(&ready) == answers(&read), "{problem}");
    }
}
