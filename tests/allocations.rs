//! Evaluations allocate nothing once their workspaces have grown to size, and little
//! before.

mod support;

use std::alloc::System;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use losslab::lab::bench::Workload;
use losslab::model::{Activation, Initialisation, LayerKind, LayerSpec, Loss, Network, Window};
use losslab::numerics::{Seed, Vector};
use losslab::objective::{
    BatchCurvature, Curvature, FiniteSum, Ledger, Limits, Objective, Risk, Tape,
};
use losslab::solver::{
    Adam, AdamSettings, BarzilaiBorwein, Batches, BetaRule, Bfgs, CgSettings, ConjugateGradient,
    GradientDescent, HessianFree, Iterate, Iterative, Lbfgs, LbfgsSettings, LearningRate,
    LineSearch, LineSearchDescent, Momentum, Nesterov, NewtonCg, Sgd, SgdSettings, Sr1TrustRegion,
    TrustRegion,
};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use support::{normal_vector, samples};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Networks that use every buffer: activations that keep their inputs, patches,
/// shared parameters.
fn networks() -> Vec<Network> {
    let layer = |kind: LayerKind| LayerSpec { kind, activation: None };
    let window = |size: usize, stride: usize| Window { kernel: [size; 2], stride: [stride; 2] };
    let images = [
        layer(LayerKind::Conv2d { channels: 3, window: window(3, 1), padding: [1, 1], bias: true }),
        layer(LayerKind::MaxPool2d(window(2, 2))),
        layer(LayerKind::Flatten),
        LayerSpec::dense(12),
        layer(LayerKind::Shared { layer: 3, transpose: true }),
        layer(LayerKind::Dense { units: None, bias: true }),
    ];
    vec![
        Network::dense(&[64, 40, 20, 5], Activation::Tanh),
        Network::new(&[1, 8, 8], &images, Activation::Gelu, 5).unwrap(),
    ]
}

fn evaluations_allocate_nothing_in_steady_state() {
    let list: Vec<usize> = (0..1200).map(|i| (i * 7) % 1797).collect();
    for network in networks() {
        let samples = samples(1797, 64, 5, Loss::CrossEntropy, Seed::new(0));
        let theta = network.initialise(Initialisation::Glorot, Seed::new(1));
        let risk = Risk::new(Arc::new(network), Arc::new(samples), Loss::CrossEntropy, 1e-3);
        let v: Vec<Vector> = (0..3).map(|i| normal_vector(theta.len(), Seed::new(i))).collect();
        let mut out = v.clone();
        let mut tape = Tape::default();
        let (mut at, mut batch) = (risk.linearize(&theta), risk.linearize_batch(&list, &theta));
        let mut all = || {
            risk.value(&theta);
            risk.value_gradient(&theta, &mut out[0]);
            risk.value_keeping(&theta, &mut tape);
            risk.gradient_from(&theta, &tape, &mut out[0]);
            risk.batch_value_gradient(&list, &theta, &mut out[0]);
            risk.linearize_into(&theta, &mut at);
            risk.hessian_vector(&at, &v[0], &mut out[0]);
            risk.gauss_newton_vectors(&at, &v, &mut out);
            risk.linearize_batch_into(&list, &theta, &mut batch);
            risk.hessian_vectors(&batch, &v, &mut out);
            // One storage for both by turns.
            risk.linearize_batch_into(&list, &theta, &mut at);
        };
        for threads in [1, 2] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| {
                // Which thread meets which block first is chance: several rounds.
                (0..5).for_each(|_| all());
                let region = Region::new(ALLOCATOR);
                (0..10).for_each(|_| all());
                let change = region.change();
                let counts = (change.allocations, change.reallocations, change.deallocations);
                assert_eq!(counts, (0, 0, 0), "{threads} threads, {}", risk.network().describe());
            });
        }
        assert!(Region::new(ALLOCATOR).initial().allocations > 0, "the counter counts");
    }
}

/// A gradient's buffers: at most 64 MiB beside the data, whatever the workload.
fn a_gradient_takes_at_most_64_mebibytes() {
    for workload in Workload::ALL {
        let (risk, theta) = workload.risk().unwrap();
        let mut gradient = Vector::zeros(theta.len());
        let region = Region::new(ALLOCATOR);
        risk.value_gradient(&theta, &mut gradient);
        let bytes = region.change().bytes_allocated;
        println!("{}: {:.1} MiB", workload.name(), bytes as f64 / f64::from(1 << 20));
        assert!(bytes <= 64 << 20, "{}: {bytes} bytes", workload.name());
    }
}

/// Iterations of every method of this crate (one mini-batch method stands for the others,
/// which share its driver): what they keep has its place after the first fifteen.
fn iterations_allocate_nothing() {
    let network = Arc::new(Network::dense(&[64, 40, 5], Activation::Tanh));
    let theta = network.initialise(Initialisation::Glorot, Seed::new(1));
    let samples = samples(300, 64, 5, Loss::CrossEntropy, Seed::new(0));
    let risk = Risk::new(network, Arc::new(samples), Loss::CrossEntropy, 1e-3);
    let batches = Batches { averaging: true, ..Batches::with_rate(0.01) };
    fn check<O: Objective>(mut method: impl Iterative, ledger: &Ledger<'_, O>, theta: &Vector) {
        let mut at = Iterate::unknown(theta.clone());
        method.start(ledger, &mut at).unwrap();
        (0..15).for_each(|_| method.iterate(ledger, &mut at).unwrap());
        let region = Region::new(ALLOCATOR);
        (0..10).for_each(|_| method.iterate(ledger, &mut at).unwrap());
        let change = region.change();
        let counts = (change.allocations, change.reallocations, change.deallocations);
        assert_eq!(counts, (0, 0, 0), "{}", method.name());
    }
    // One thread: the queues of several come and go in their own time.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    pool.install(|| {
        let (seed, go) = (Seed::new(2), AtomicBool::new(false));
        let ledger = Ledger::new(&risk, Limits { passes: 1e6, seconds: None }, &go);
        let settings = SgdSettings { batches, momentum: 0.9, nesterov: true };
        check(Sgd::new(&settings, seed), &ledger, &theta);
        check(Adam::new(&AdamSettings { batches, ..Default::default() }, seed), &ledger, &theta);
        check(GradientDescent::new(LearningRate::constant(0.1)), &ledger, &theta);
        check(Momentum::new(Default::default()), &ledger, &theta);
        check(Nesterov::new(Default::default()), &ledger, &theta);
        check(LineSearchDescent::new(Default::default()), &ledger, &theta);
        check(BarzilaiBorwein::new(Default::default()), &ledger, &theta);
        for line_search in [
            LineSearch::more_thuente(1e-4, 0.3),
            LineSearch::hager_zhang(0.1, 0.4),
            LineSearch::backtracking(1e-4),
        ] {
            for beta in [BetaRule::HestenesStiefel, BetaRule::HagerZhang] {
                let settings = CgSettings { line_search, beta, restart: 1.0 };
                check(ConjugateGradient::new(settings), &ledger, &theta);
            }
            let settings = LbfgsSettings { line_search, ..Default::default() };
            check(Lbfgs::new(settings), &ledger, &theta);
        }
        check(Bfgs::new(Default::default()), &ledger, &theta);
        check(Sr1TrustRegion::new(Default::default()), &ledger, &theta);
        check(NewtonCg::new(Default::default()), &ledger, &theta);
        check(TrustRegion::new(Default::default()), &ledger, &theta);
        check(HessianFree::new(Default::default()), &ledger, &theta);
    });
}

/// One test alone: the counter counts what any thread of the process allocates.
#[test]
fn allocations() {
    evaluations_allocate_nothing_in_steady_state();
    iterations_allocate_nothing();
    a_gradient_takes_at_most_64_mebibytes();
}
