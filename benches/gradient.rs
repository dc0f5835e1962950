//! One value and one gradient of each quick-start network, on its training rows.
//!
//! Two threads of an AMD EPYC (AVX-512), otherwise idle, 2026-11-24, `--quick`:
//! california 0.78 and 1.69 ms, spam 0.43 and 0.77 ms, digits 0.16 and 0.40 ms.

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use losslab::data::{Part, PrepareOptions, SplitFractions, prepare};
use losslab::lab::problems;
use losslab::numerics::{Seed, Vector};
use losslab::objective::{Objective, Risk};

fn gradient(criterion: &mut Criterion) {
    for problem in problems::quickstart().problems {
        let dataset = problem.data.load().expect("embedded data are sound");
        let options = PrepareOptions {
            fractions: SplitFractions::default(),
            rows: Part::Train,
            standardise: true,
        };
        let prepared = prepare(&dataset, &options, Seed::new(0)).expect("there are rows enough");
        let network = Arc::new(problem.network(&dataset).expect("the network fits the data"));
        let loss = problem.criterion(&dataset).expect("the loss fits the task");
        let theta = network.initialise(problem.initialisation, Seed::new(0));
        let risk = Risk::new(network, Arc::new(prepared.fit), loss, problem.l2);
        let mut out = Vector::zeros(theta.len());
        let mut group = criterion.benchmark_group(&problem.name);
        group.bench_function("value", |bench| bench.iter(|| risk.value(black_box(&theta))));
        group.bench_function("value_gradient", |bench| {
            bench.iter(|| risk.value_gradient(black_box(&theta), &mut out));
        });
        group.finish();
    }
}

criterion_group!(benches, gradient);
criterion_main!(benches);
