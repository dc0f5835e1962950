use losslab::objective::{Curvature, Objective};
fn main() {
    let w = match std::env::args().nth(1).as_deref() {
        Some("tabular") => losslab::lab::bench::Workload::Tabular,
        Some("mnist5k") => losslab::lab::bench::Workload::Mnist5k,
        _ => losslab::lab::bench::Workload::Digits,
    };
    let n: usize = std::env::args().nth(2).unwrap().parse().unwrap();
    let hv = std::env::args().nth(3).is_some();
    let (risk, theta) = w.risk().unwrap();
    let mut g = theta.clone();
    let at = risk.linearize(&theta);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    pool.install(|| {
        for _ in 0..n {
            if hv {
                risk.hessian_vector(&at, &theta, &mut g)
            } else {
                risk.value_gradient(&theta, &mut g);
            }
        }
    });
}
