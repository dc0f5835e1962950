//! What a 51 × 51 surface costs: `cargo bench --bench surfaces [-- --quick]`.
//!
//! Loss and accuracy over all rows of MNIST-5k (784-256-128-10 tanh) and of digits
//! (64-128-64-10) on a random plane, in both precisions; one JSON object per line.
//! `point_ms` is the least of several turns, `surface_ms` that of all points and of the
//! first layer's products; `point_cpu_ms` is processor time, all threads together, which
//! other load disturbs less (on Linux alone). `deviation` is the largest relative difference of a loss in
//! `f32` from that in `f64` over the points of a turn. `benches/peers/time_surfaces.py`
//! puts PyTorch beside it.

use std::time::Instant;

use losslab::lab::bench::Workload;
use losslab::landscape::{
    Direction, Grid, GridAxis, Measurement, NetworkSurface, Precision, Subspace, Surface,
};
use losslab::model::Initialisation;
use losslab::numerics::Seed;
use losslab::objective::Risk;

/// Points of the whole surface.
const POINTS: usize = Grid::POINTS * Grid::POINTS;

fn main() {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let turns = if quick { 5 } else { 20 };
    for workload in [Workload::Mnist5k, Workload::Digits] {
        let (risk, theta) = workload.risk().expect("the data are inside the program");
        // As long as the start, layer by layer nearly so: another draw of it.
        let direction = |i: u64| Direction {
            vector: risk.network().initialise(Initialisation::Glorot, Seed::new(i)),
            label: format!("random {i}"),
        };
        let directions = vec![direction(1), direction(2)];
        let plane = Subspace::new(theta, directions).expect("random directions span a plane");
        let mut losses: Vec<Vec<f64>> = Vec::new();
        for precision in [Precision::Double, Precision::Single] {
            losses.push(measure(workload, &risk, &plane, precision, turns, losses.first()));
        }
    }
}

fn measure(
    workload: Workload,
    risk: &Risk,
    plane: &Subspace,
    precision: Precision,
    turns: usize,
    double: Option<&Vec<f64>>,
) -> Vec<f64> {
    let start = Instant::now();
    let surface = NetworkSurface::new(risk, None, None, plane, precision);
    let products = 1e3 * start.elapsed().as_secs_f64();
    let axis = GridAxis::symmetric(1.0, Grid::POINTS);
    // Every seventeenth point, all over the plane.
    let points: Vec<[f64; 2]> = Grid::plane(axis, axis).points().into_iter().step_by(17).collect();
    let mut found = vec![Measurement::default(); points.len()];
    let (mut least, mut least_cpu) = (f64::INFINITY, f64::INFINITY);
    for _ in 0..turns {
        let cpu = cpu_milliseconds();
        for (points, out) in points.chunks(surface.batch()).zip(found.chunks_mut(surface.batch())) {
            let start = Instant::now();
            surface.measure(points, out);
            // The last batch may be too short to be worth it.
            if points.len() == surface.batch() {
                least = least.min(1e3 * start.elapsed().as_secs_f64() / points.len() as f64);
            }
        }
        least_cpu = least_cpu.min((cpu_milliseconds() - cpu) / points.len() as f64);
    }
    let losses: Vec<f64> = found.iter().map(|cell| cell.train_loss).collect();
    let deviation = double.map(|double| {
        let each = losses.iter().zip(double).map(|(a, b)| (a / b - 1.0).abs());
        each.fold(0.0, f64::max)
    });
    let line = serde_json::json!({
        "workload": workload.name(),
        "precision": precision,
        "threads": rayon::current_num_threads(),
        "batch": surface.batch(),
        "products_ms": products,
        "point_ms": least,
        "point_cpu_ms": least_cpu.is_finite().then_some(least_cpu),
        "surface_ms": products + least * POINTS as f64,
        "deviation": deviation,
    });
    println!("{line}");
    losses
}

/// Time on processors of all threads so far; NaN where the system does not tell.
fn cpu_milliseconds() -> f64 {
    let of_thread = |folder: std::fs::DirEntry| {
        let text = std::fs::read_to_string(folder.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse::<f64>().ok()
    };
    match std::fs::read_dir("/proc/self/task") {
        Ok(threads) => 1e-6 * threads.flatten().filter_map(of_thread).sum::<f64>(),
        Err(_) => f64::NAN,
    }
}
