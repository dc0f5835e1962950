use losslab::objective::Objective;
fn main() {
    let w = match std::env::args().nth(1).as_deref() {
        Some("tabular") => losslab::lab::bench::Workload::Tabular,
        Some("mnist5k") => losslab::lab::bench::Workload::Mnist5k,
        _ => losslab::lab::bench::Workload::Digits,
    };
    let n: usize = std::env::args().nth(2).unwrap().parse().unwrap();
    let (risk, theta) = w.risk().unwrap();
    let mut g = theta.clone();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    pool.install(|| {
        for _ in 0..n {
            risk.value_gradient(&theta, &mut g);
        }
    });
}
