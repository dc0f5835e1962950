//! What `losslab bench` measures, with Criterion's statistics: on each reference
//! workload a value, a value with its gradient, linearising, and at a linearised
//! point a Hessian-vector product, a Gauss–Newton product and eight Hessian-vector
//! products at once.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use losslab::lab::bench::Workload;
use losslab::numerics::Vector;
use losslab::objective::{Curvature, Objective};

fn evaluations(criterion: &mut Criterion) {
    for workload in Workload::ALL {
        let (risk, theta) = workload.risk().expect("the data are inside the program");
        let mut out = Vector::zeros(theta.len());
        let mut at = risk.linearize(&theta);
        let direction =
            |i: usize| Vector::from_fn(theta.len(), |k, _| ((k * 7 + i * 13) % 11) as f64 - 5.0);
        let v: Vec<Vector> = (0..8).map(direction).collect();
        let mut products = vec![out.clone(); v.len()];
        let mut group = criterion.benchmark_group(workload.name());
        group.bench_function("value", |bench| bench.iter(|| risk.value(black_box(&theta))));
        group.bench_function("value_gradient", |bench| {
            bench.iter(|| risk.value_gradient(black_box(&theta), &mut out));
        });
        group.bench_function("linearize", |bench| {
            bench.iter(|| risk.linearize_into(black_box(&theta), &mut at));
        });
        group.bench_function("hessian_vector", |bench| {
            bench.iter(|| risk.hessian_vector(&at, black_box(&v[0]), &mut out));
        });
        group.bench_function("gauss_newton_vector", |bench| {
            bench.iter(|| risk.gauss_newton_vector(&at, black_box(&v[0]), &mut out));
        });
        group.bench_function("hessian_vectors of 8", |bench| {
            bench.iter(|| risk.hessian_vectors(&at, black_box(&v), &mut products));
        });
        group.finish();
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2));
    targets = evaluations
}
criterion_main!(benches);
