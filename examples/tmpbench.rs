fn main() {
    let rounds = std::env::args().nth(1).and_then(|x| x.parse().ok()).unwrap_or(15);
    for threads in [1, 2] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| for w in losslab::lab::bench::Workload::ALL {
            let m = losslab::lab::bench::measure(w, rounds).unwrap();
            println!("{} t{} value {:.2} grad {:.2} lin {:.2} hv {:.2} ({:.2}x) gn {:.2} block8 {:.2} ({:.2})  {:.1} GF roof {:.1} ratio {:.2}", m.workload, m.threads, m.value_ms, m.gradient_ms, m.linearize_ms, m.hessian_vector_ms, m.hessian_vector_ms / m.gradient_ms, m.gauss_newton_vector_ms, m.block8_ms, m.block8_ms / 8.0 / m.hessian_vector_ms, m.gradient_gflops, m.roofline_gflops, m.roofline_ratio);
        });
    }
}
