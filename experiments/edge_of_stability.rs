//! Where does the sharpness go under gradient descent with a fixed step?
//!
//! Full-batch gradient descent on the digits, ½‖·‖² summed over outputs and averaged over
//! samples, a tanh network without penalty, three learning rates η. The largest eigenvalue
//! of the Hessian climbs to 2/η and hovers there (Cohen et al. 2021). Beside it, the
//! step × curvature of conjugate gradient and L-BFGS, which choose their steps. Results go
//! to `results/edge_of_stability`.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use losslab::lab::environment::Environment;
use losslab::lab::{
    Along, AlongOptions, AlongRun, ExperimentSpec, Hovering, ProblemSettings, Study, chosen,
    curvature_along, stability_limit, step_curvatures,
};
use losslab::model::Loss;
use losslab::report::{self, write_along};
use losslab::solver::SolverSpec;

const RATES: [f64; 3] = [0.25, 0.35, 0.5];
/// Iterations of gradient descent.
const ITERATIONS: f64 = 2000.0;
/// Points of a run where the Hessian is measured.
const POINTS: usize = 100;
/// The mean of λmax over the last fifth of the iterations, over 2/η, is to lie in here.
const HOVERS: std::ops::RangeInclusive<f64> = 0.95..=1.15;
/// Passes of the methods that choose their steps.
const SEARCHING: f64 = 100.0;

fn main() -> losslab::Result<()> {
    let settings = ProblemSettings {
        hidden: Some(vec![32, 32]),
        loss: Some(Loss::SquaredError),
        l2: Some(0.0),
        ..ProblemSettings::default()
    };
    let mut spec =
        ExperimentSpec::new("edge_of_stability", vec![settings.build("digits")?], vec![]);
    spec.problems[0].target_loss = None;
    spec.seeds = vec![0];
    for rate in RATES {
        spec.solvers.push(SolverSpec::parse(&format!("gd:label=η = {rate},learning_rate={rate}"))?);
    }
    spec.solvers.push(SolverSpec::parse("cg")?);
    spec.solvers.push(SolverSpec::parse("lbfgs")?);
    let study = Study::first(&mut spec)?;
    let risk = &study.instance.risk;
    let options = AlongOptions { smallest: false, tolerance: 1e-5, ..AlongOptions::default() };
    let mut runs = Vec::new();
    for (index, solver) in spec.solvers.clone().iter().enumerate() {
        let limit = stability_limit(&solver.method);
        spec.budget = if limit.is_some() { ITERATIONS + 1.0 } else { SEARCHING };
        let recorded = study.record(&spec, index, &AtomicBool::new(false), &mut |_| {});
        let trace = &recorded.run.record.trace;
        let losses = trace.iter().map(|entry| (entry.iteration, entry.loss)).collect();
        let iterates = recorded.iterates.entries();
        let (curvature, steps) = match &limit {
            Some(_) => (curvature_along(risk, &chosen(iterates, POINTS), &options), Vec::new()),
            None => (Vec::new(), step_curvatures(risk, iterates)),
        };
        let hovering = limit.as_ref().and_then(|limit| Hovering::new(&curvature, limit.value));
        println!("{}: loss {:?}", solver.label, recorded.run.record.loss);
        if let (Some(limit), Some(found)) = (&limit, &hovering) {
            println!(
                "  {} = {:.2}; mean of λmax from iteration {} on: {:.3}, {:.4} of it, {} {HOVERS:?}",
                limit.rule,
                limit.value,
                found.from,
                found.mean,
                found.ratio,
                if HOVERS.contains(&found.ratio) { "within" } else { "NOT within" },
            );
            let products: usize = curvature.iter().map(|at| at.products).sum();
            println!("  {products} products at {} points", curvature.len());
        }
        let label = solver.label.clone();
        runs.push(AlongRun { label, limit, hovering, curvature, steps, losses });
    }
    let along = Along {
        title: study.summary.title.clone(),
        notes: vec![
            format!("{}, {}; seed {}", study.summary.network, study.summary.loss, study.seed),
            "loss summed over outputs, averaged over samples; whole training set; all parameters"
                .into(),
        ],
        runs,
    };
    let folder = Path::new("results/edge_of_stability");
    let written = write_along(folder, &along)?;
    let about = std::slice::from_ref(&study.summary);
    report::write_environment(folder, &Environment::of_process(about))?;
    report::atomic_write(&folder.join("summary.md"), summary(&along).as_bytes())?;
    eprintln!("{} pictures are in {}", written.len(), folder.display());
    Ok(())
}

fn summary(along: &Along) -> String {
    let mut text =
        format!("# The edge of stability\n\n{}: {}.\n\n", along.title, along.notes.join("; "));
    text += "| gradient descent | 2/η | λmax at the start | least | mean over the last fifth | over 2/η |\n";
    text += "|---|---|---|---|---|---|\n";
    for run in &along.runs {
        let (Some(limit), Some(end)) = (&run.limit, &run.hovering) else { continue };
        let start = run.curvature.first().map_or(f64::NAN, |at| at.largest);
        let least = run.curvature.iter().map(|at| at.largest).fold(f64::INFINITY, f64::min);
        text += &format!(
            "| {} | {:.3} | {start:.3} | {least:.3} | {:.3} | {:.3} |\n",
            run.label, limit.value, end.mean, end.ratio
        );
    }
    text += &format!(
        "\nFixed in advance: the last column lies in [{:?}, {:?}].\n\n",
        HOVERS.start(),
        HOVERS.end()
    );
    text += "![sharpness](sharpness.png)\n\n";
    text += "| line search | steps | step × curvature, least | median | largest |\n|---|---|---|---|---|\n";
    for run in along.runs.iter().filter(|run| !run.steps.is_empty()) {
        let mut values: Vec<f64> = run.steps.iter().map(|step| step.step_times_curvature).collect();
        values.sort_by(f64::total_cmp);
        text += &format!(
            "| {} | {} | {:.3} | {:.3} | {:.3} |\n",
            run.label,
            values.len(),
            values[0],
            values[values.len() / 2],
            values[values.len() - 1]
        );
    }
    text + "\n![step times curvature](steps.png)\n"
}
