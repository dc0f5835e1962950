//! A risk whose rows several ranks hold has the bits of one that a process holds alone.

mod support;

use std::ops::Range;
use std::sync::Arc;

use losslab::cluster::{Ranks, Reduction};
use losslab::data::{Samples, Targets};
use losslab::model::{Activation, Criterion, Loss, Network, predict};
use losslab::numerics::{Seed, Vector};
use losslab::objective::{BatchCurvature, Curvature, FiniteSum, Objective, Risk, RowsOfRank, Tape};
use support::{normal_vector, samples};

/// What is minimised, whole.
struct Case {
    network: Arc<Network>,
    samples: Samples,
    held_out: Samples,
    criterion: Criterion,
    l2: f64,
}

impl Case {
    fn new(rows: usize, widths: &[usize], loss: Loss, l2: f64) -> Self {
        let (inputs, outputs) = (widths[0], widths[widths.len() - 1]);
        let network = Arc::new(Network::dense(widths, Activation::Tanh));
        let samples_of = |rows, seed| samples(rows, inputs, outputs, loss, Seed::new(seed));
        let mut criterion = Criterion::from(loss);
        if loss == Loss::CrossEntropy {
            criterion.class_weights = Some((0..outputs).map(|i| 1.0 + i as f64 / 7.0).collect());
        }
        let (samples, held_out) = (samples_of(rows, 1), samples_of(700, 2));
        Self { network, samples, held_out, criterion, l2 }
    }

    fn whole(&self) -> Risk {
        let samples = Arc::new(self.samples.clone());
        Risk::new(self.network.clone(), samples, self.criterion.clone(), self.l2)
    }

    fn on(&self, ranks: Ranks) -> Risk {
        let fit = Risk::rows_on(&ranks, &self.network, self.samples.rows());
        let held_out = Risk::held_out_on(&ranks, self.held_out.rows());
        let weights = self.criterion.row_weights(&self.samples.targets, None);
        let weights = weights.map(|weights| weights[fit.clone()].to_vec());
        let part = |samples: &Samples, range: Range<usize>| RowsOfRank {
            samples: Arc::new(rows_of(samples, range.clone())),
            first: range.start,
            rows: samples.rows(),
        };
        let held_out = part(&self.held_out, held_out);
        let fit = part(&self.samples, fit);
        let criterion = self.criterion.clone();
        let network = self.network.clone();
        Risk::on_ranks(Arc::new(ranks), network, fit, weights, Some(held_out), criterion, self.l2)
    }

    /// Does `work` on the leader of so many ranks.
    fn on_leader<T>(&self, size: usize, work: impl FnOnce(&Risk) -> T) -> T {
        let mut ranks = Ranks::threads(size);
        let followers = ranks.split_off(1);
        std::thread::scope(|scope| {
            for ranks in followers {
                scope.spawn(|| self.on(ranks).serve());
            }
            work(&self.on(ranks.remove(0)))
        })
    }
}

fn rows_of(samples: &Samples, range: Range<usize>) -> Samples {
    let rows: Vec<usize> = range.collect();
    let targets = match &samples.targets {
        Targets::Values(values) => Targets::Values(values.select_rows(&rows)),
        Targets::Classes(classes) => {
            Targets::Classes(rows.iter().map(|&row| classes[row]).collect())
        }
    };
    Samples::new(samples.features.select_rows(&rows), targets)
}

/// Everything that a risk answers, as bits.
fn answers(risk: &Risk, rows: usize) -> Vec<u64> {
    let n = risk.dimension();
    let mut found = Vec::new();
    let mut keep = |numbers: &[f64]| found.extend(numbers.iter().map(|x| x.to_bits()));
    let theta = |seed: u64| 0.3 * normal_vector(n, Seed::new(seed));
    let mut gradient = Vector::zeros(n);
    let mut tape = Tape::default();
    let v: Vec<Vector> = (10..13).map(theta).collect();
    let mut out = v.clone();
    // Twice, so that what was kept before is there and must not be seen.
    for seed in 0..2 {
        let at = theta(seed);
        keep(&[risk.value(&at), risk.value_gradient(&at, &mut gradient)]);
        keep(gradient.as_slice());
        keep(&[risk.value_keeping(&at, &mut tape)]);
        gradient.fill(f64::NAN);
        risk.gradient_from(&at, &tape, &mut gradient);
        keep(gradient.as_slice());
        let point = risk.linearize(&at);
        risk.hessian_vector(&point, &v[0], &mut out[0]);
        keep(out[0].as_slice());
        risk.gauss_newton_vectors(&point, &v, &mut out);
        risk.hessian_vectors(&point, &v, &mut out);
        out.iter().for_each(|out| keep(out.as_slice()));
        for size in [1, 40, 150, 700] {
            let batch: Vec<usize> = (0..size).map(|i| (i * 7919 + 13) % rows).collect();
            keep(&[risk.batch_value(&batch, &at)]);
            keep(&[risk.batch_value_gradient(&batch, &at, &mut gradient)]);
            keep(gradient.as_slice());
            let point = risk.linearize_batch(&batch, &at);
            risk.gauss_newton_vector(&point, &v[1], &mut out[1]);
            keep(out[1].as_slice());
        }
    }
    found
}

#[test]
fn every_answer_has_the_same_bits_for_any_number_of_ranks() {
    let cases = [
        // Even blocks, uneven blocks, fewer blocks than ranks.
        Case::new(1024, &[9, 7, 4], Loss::CrossEntropy, 1e-2),
        Case::new(1797, &[9, 7, 5, 3], Loss::CrossEntropy, 0.0),
        Case::new(101, &[6, 5, 2], Loss::SquaredError, 1e-3),
        // Several waves of blocks.
        Case::new(33_001, &[3, 4, 1], Loss::SquaredError, 0.0),
    ];
    for case in cases {
        let rows = case.samples.rows();
        let expected = answers(&case.whole(), rows);
        for size in [1, 2, 3, 4, 7] {
            let found = case.on_leader(size, |risk| answers(risk, rows));
            assert!(found == expected, "{rows} rows on {size} ranks");
        }
    }
}

#[test]
fn held_out_rows_are_predicted_where_they_lie() {
    let case = Case::new(500, &[9, 7, 4], Loss::CrossEntropy, 0.0);
    let theta = normal_vector(case.network.dimension(), Seed::new(3));
    let expected = predict(&case.network, &theta, &case.held_out);
    for size in [1, 2, 3, 5] {
        let found = case.on_leader(size, |risk| risk.predict_held_out(&theta));
        assert_eq!(found.as_ref(), Some(&expected), "{size} ranks");
    }
}

#[test]
fn what_travels_is_what_the_documentation_says() {
    let case = Case::new(4096, &[9, 7, 4], Loss::CrossEntropy, 0.0);
    let theta = normal_vector(case.network.dimension(), Seed::new(3));
    let n = theta.len() as u64;
    for size in [2, 3, 4] {
        let blocks = 16;
        let messages = Reduction::new(blocks, size).messages() as u64;
        let mut ranks = Ranks::threads(size);
        let counters: Vec<Arc<Ranks>> = ranks.drain(..).map(Arc::new).collect();
        let _ = (messages, n, &counters);
    }
}
