//! What do depth and the activation change, and does the gradient vanish on its way down?
//!
//! Digits, 1 to 8 hidden layers of 16 units, six activations, the start that belongs to
//! each (He for ReLU and its kin, Glorot for the rest), cross-entropy with L2 1e-4, five
//! seeds: L-BFGS and Adam, 100 passes each. At the start and at the end the root mean square
//! of the loss's gradient over the entries of each layer's weight; without the penalty's
//! part, which would hide a gradient that has vanished. After a first look had shown how far
//! a linear model goes on the digits, three activations on concrete's strength were added.
//!
//! Rules, fixed before the runs were made:
//! - non-linearity is needed when the identity's median test accuracy (on concrete: R²) lies
//!   below the lowest seed of tanh at the same depth;
//! - a gradient vanishes at a depth when its first hidden layer has, in the median, less
//!   than a hundredth of the last layer's root mean square at the start;
//! - a depth fails to train when the median of the last losses stays above half of ln 10,
//!   the loss of equal odds.
//!
//! Results go to `results/depth_and_activation`.

use std::path::Path;

use losslab::lab::{ExperimentSpec, ProblemSettings, RunRecord, Study};
use losslab::model::{Activation, Network};
use losslab::numerics::Vector;
use losslab::objective::Objective;
use losslab::report::{
    ChartAxis, LineChart, LinePanel, LineSeries, LineStroke, atomic_write, write_line_charts,
};
use losslab::solver::SolverSpec;

use support::{last_loss, median, records, run, spread};

mod support;

const SEEDS: [u64; 5] = [0, 1, 2, 3, 4];
const DEPTHS: [usize; 6] = [1, 2, 3, 4, 6, 8];
const WIDTH: usize = 16;
const ACTIVATIONS: [Activation; 6] = [
    Activation::Tanh,
    Activation::Relu,
    Activation::Sigmoid,
    Activation::Gelu,
    Activation::Silu,
    Activation::Identity,
];
/// Name and specification.
const SOLVERS: [(&str, &str); 2] =
    [("lbfgs", "lbfgs"), ("adam", "adam:label=adam,batch=32,learning_rate=0.003")];
const PASSES: f64 = 100.0;
/// A gradient has vanished below this share of the last layer's.
const VANISHED: f64 = 0.01;

/// A network after training.
struct Trained {
    activation: Activation,
    depth: usize,
    record: RunRecord,
    /// Root mean square of the gradient of each layer's weight.
    start: Vec<f64>,
    end: Vec<f64>,
}

fn main() -> losslab::Result<()> {
    let folder = Path::new("results/depth_and_activation");
    let spec = spec()?;
    let trained = train(&spec, &folder.join("runs"))?;
    let charts = [depths(&trained), layers(&trained)];
    let written = write_line_charts(folder, &charts)?;
    let text = summary(&trained) + &concrete(&folder.join("concrete"))?;
    atomic_write(&folder.join("summary.md"), text.as_bytes())?;
    print!("{text}");
    eprintln!("{} pictures are in {}", written.len(), folder.display());
    Ok(())
}

fn name(activation: Activation, depth: usize) -> String {
    format!("{}-{depth}", activation.name())
}

fn spec() -> losslab::Result<ExperimentSpec> {
    let mut problems = Vec::new();
    for activation in ACTIVATIONS {
        for depth in DEPTHS {
            let settings = ProblemSettings {
                hidden: Some(vec![WIDTH; depth]),
                activation: Some(activation),
                ..ProblemSettings::default()
            };
            let mut problem = settings.build("digits")?;
            problem.name = name(activation, depth);
            problem.target_loss = None;
            problems.push(problem);
        }
    }
    let solvers = SOLVERS.iter().map(|(_, text)| SolverSpec::parse(text));
    let solvers = solvers.collect::<losslab::Result<_>>()?;
    let mut spec = ExperimentSpec::new("depth-and-activation", problems, solvers);
    spec.seeds = SEEDS.to_vec();
    spec.budget = PASSES;
    spec.timed = false;
    spec.trace_entries = Some(3);
    Ok(spec)
}

/// Three activations on a regression that is not linear.
fn concrete(folder: &Path) -> losslab::Result<String> {
    const DEPTHS: [usize; 3] = [1, 2, 4];
    const ACTIVATIONS: [Activation; 3] = [Activation::Tanh, Activation::Relu, Activation::Identity];
    let mut spec = spec()?;
    spec.name = "depth-and-activation-concrete".into();
    spec.problems.clear();
    for activation in ACTIVATIONS {
        for depth in DEPTHS {
            let settings = ProblemSettings {
                hidden: Some(vec![WIDTH; depth]),
                activation: Some(activation),
                ..ProblemSettings::default()
            };
            let mut problem = settings.build("concrete")?;
            problem.name = name(activation, depth);
            spec.problems.push(problem);
        }
    }
    let found = run(&spec, folder, &mut |_, _| {})?;
    let mut text = "\n## Concrete's strength, R² on the held-out rows\n\n\
                    | activation, method | 1 hidden layer | 2 | 4 |\n|---|---|---|---|\n"
        .to_string();
    for activation in ACTIVATIONS {
        for (solver, _) in SOLVERS {
            let cells = DEPTHS.map(|depth| {
                let records = records(&found, &name(activation, depth), solver).into_iter();
                let scores: Vec<f64> =
                    records.map(|record| record.test_r_squared.unwrap_or(f64::NAN)).collect();
                format!(" {} |", spread(&scores, |v| format!("{v:.3}")))
            });
            text += &format!("| {}, {solver} |{}\n", activation.name(), cells.concat());
        }
    }
    Ok(text)
}

fn train(spec: &ExperimentSpec, folder: &Path) -> losslab::Result<Vec<Trained>> {
    let mut thetas = Vec::new();
    let found = run(spec, folder, &mut |record, theta| {
        thetas.push(((record.problem.clone(), record.solver.clone(), record.seed), theta.clone()));
    })?;
    let mut spec = spec.clone();
    let datasets = spec.resolve()?;
    let mut trained = Vec::new();
    let cases = ACTIVATIONS.iter().flat_map(|activation| DEPTHS.map(|depth| (*activation, depth)));
    for (index, (activation, depth)) in cases.enumerate() {
        let problem = name(activation, depth);
        for &seed in &spec.seeds {
            let study = Study::new(&spec, index, &datasets[index], seed)?;
            let of_cell = thetas.iter().filter(|((p, _, s), _)| (p, s) == (&problem, &seed));
            for ((_, solver, _), theta) in of_cell {
                let records = records(&found, &problem, solver);
                let Some(record) = records.iter().find(|record| record.seed == seed) else {
                    continue;
                };
                trained.push(Trained {
                    activation,
                    depth,
                    start: by_layer(&study, &study.instance.start),
                    end: by_layer(&study, theta),
                    record: (*record).clone(),
                });
            }
        }
    }
    Ok(trained)
}

/// Root mean square of the loss's gradient, without the penalty, over each layer's weight at
/// θ, first layer first.
fn by_layer(study: &Study, theta: &Vector) -> Vec<f64> {
    let risk = &study.instance.risk;
    let mut gradient = Vector::zeros(theta.len());
    risk.value_gradient(theta, &mut gradient);
    let decay = study.problem.l2;
    let network: &Network = risk.network();
    let root_mean_square = |place: std::ops::Range<usize>| {
        let entries = place.len() as f64;
        let pairs = gradient.as_slice()[place.clone()].iter().zip(&theta.as_slice()[place]);
        (pairs.map(|(g, w)| (g - decay * w).powi(2)).sum::<f64>() / entries).sqrt()
    };
    network.weights().map(root_mean_square).collect()
}

/// A value of the runs at one depth, by seed.
fn values(
    trained: &[Trained],
    (activation, depth, solver): (Activation, usize, &str),
    of: impl Fn(&Trained) -> f64,
) -> Vec<f64> {
    let cell = trained.iter().filter(|run| {
        run.activation == activation && run.depth == depth && run.record.solver == solver
    });
    cell.map(of).collect()
}

fn loss(run: &Trained) -> f64 {
    last_loss(&run.record)
}

/// In percent.
fn accuracy(run: &Trained) -> f64 {
    100.0 * run.record.test_metric.unwrap_or(f64::NAN)
}

/// The first layer's gradient over the last one's.
fn ratio(gradients: &[f64]) -> f64 {
    match gradients {
        [first, .., last] => first / last,
        _ => f64::NAN,
    }
}

fn depths(trained: &[Trained]) -> LineChart {
    let mut panels = Vec::new();
    for (solver, _) in SOLVERS {
        let series = |of: fn(&Trained) -> f64| -> Vec<LineSeries> {
            let of_activation = |(color, activation): (usize, &Activation)| {
                let at = |depth: usize| {
                    (depth as f64, values(trained, (*activation, depth, solver), of))
                };
                LineSeries::of_samples(activation.name(), color, &DEPTHS.map(at))
            };
            ACTIVATIONS.iter().enumerate().map(of_activation).collect()
        };
        panels.push(LinePanel {
            title: format!("{solver}: loss"),
            horizontal: ChartAxis::linear("hidden layers"),
            vertical: ChartAxis::log("last training loss"),
            series: series(loss),
            rules: vec![(10f64.ln(), "equal odds".into())],
            ..LinePanel::default()
        });
        panels.push(LinePanel {
            title: format!("{solver}: test accuracy"),
            horizontal: ChartAxis::linear("hidden layers"),
            vertical: ChartAxis::linear("test accuracy (%)").between(80.0, 100.0),
            series: series(accuracy),
            ..LinePanel::default()
        });
    }
    LineChart {
        name: "depth".into(),
        title: format!("Depth and activation after {PASSES} passes"),
        subtitles: vec![
            format!(
                "Handwritten digits, hidden layers of {WIDTH}, cross-entropy + L2 1e-4; test accuracy \
                 at the lowest training loss; below 80 % it is cut off"
            ),
            "seeds 0 to 4: line = median, band = lowest to highest".into(),
        ],
        columns: 2,
        panels,
    }
}

/// Gradients by layer at the start and after training, in the deepest network.
fn layers(trained: &[Trained]) -> LineChart {
    let deepest = DEPTHS[DEPTHS.len() - 1];
    let series = |solver: &str, of: fn(&Trained) -> &Vec<f64>| -> Vec<LineSeries> {
        let of_activation = |(color, activation): (usize, &Activation)| {
            let at = |layer: usize| {
                let found = values(trained, (*activation, deepest, solver), |run| of(run)[layer]);
                ((layer + 1) as f64, found)
            };
            let samples: Vec<(f64, Vec<f64>)> = (0..=deepest).map(at).collect();
            LineSeries::of_samples(activation.name(), color, &samples)
                .with_stroke(LineStroke::OfColor)
        };
        ACTIVATIONS.iter().enumerate().map(of_activation).collect()
    };
    let panel = |title: &str, series: Vec<LineSeries>| LinePanel {
        title: title.into(),
        horizontal: ChartAxis::linear("layer, from the data to the output"),
        vertical: ChartAxis::log("gradient, root mean square").between(1e-10, 1.0),
        series,
        ..LinePanel::default()
    };
    LineChart {
        name: "layers".into(),
        title: format!("Gradients by layer, {deepest} hidden layers"),
        subtitles: vec![
            format!(
                "Handwritten digits, hidden layers of {WIDTH}; root mean square of the loss's gradient \
                 over a layer's weight, without the penalty"
            ),
            "seeds 0 to 4: line = median, band = lowest to highest".into(),
        ],
        columns: 3,
        panels: vec![
            panel("at the start", series("lbfgs", |run| &run.start)),
            panel("after lbfgs", series("lbfgs", |run| &run.end)),
            panel("after adam", series("adam", |run| &run.end)),
        ],
    }
}

fn summary(trained: &[Trained]) -> String {
    let mut text = format!(
        "# Depth and activation\n\nDigits, hidden layers of {WIDTH}, cross-entropy + L2 1e-4, \
         {PASSES} passes, seeds 0 to 4; median (lowest – highest).\n"
    );
    let table = |title: &str, cell: &dyn Fn(Activation, usize) -> String| {
        let heads = DEPTHS.map(|depth| format!(" {depth} |")).concat();
        let mut text = format!("\n## {title}\n\n| hidden layers |{heads}\n");
        text += &format!("|---|{}\n", "---|".repeat(DEPTHS.len()));
        for activation in ACTIVATIONS {
            let cells = DEPTHS.map(|depth| format!(" {} |", cell(activation, depth))).concat();
            text += &format!("| {} |{cells}\n", activation.name());
        }
        text
    };
    for (solver, _) in SOLVERS {
        text += &table(&format!("Last training loss, {solver}"), &|activation, depth| {
            spread(&values(trained, (activation, depth, solver), loss), |v| format!("{v:.4}"))
        });
        text += &table(&format!("Test accuracy (%), {solver}"), &|activation, depth| {
            spread(&values(trained, (activation, depth, solver), accuracy), |v| format!("{v:.1}"))
        });
    }
    text += "\n![depth](depth.png)\n";
    text += &table(
        "Gradient of the first layer over that of the last, at the start",
        &|activation, depth| {
            let found = values(trained, (activation, depth, "lbfgs"), |run| ratio(&run.start));
            let mark = if median(&found) < VANISHED { ", vanished" } else { "" };
            spread(&found, |v| format!("{v:.2e}")) + mark
        },
    );
    text += &table("The same after lbfgs", &|activation, depth| {
        let found = values(trained, (activation, depth, "lbfgs"), |run| ratio(&run.end));
        spread(&found, |v| format!("{v:.2e}"))
    });
    text += "\nRoot mean square of the loss's gradient, without the penalty, over a layer's weight entries. \
             Vanished: the median is \
             below a hundredth.\n\n![layers](layers.png)\n\n## By the rules\n\n";
    for (solver, _) in SOLVERS {
        let needed = DEPTHS.iter().filter(|depth| {
            let of = |activation| values(trained, (activation, **depth, solver), accuracy);
            let lowest = of(Activation::Tanh).into_iter().fold(f64::INFINITY, f64::min);
            median(&of(Activation::Identity)) < lowest
        });
        let needed: Vec<String> = needed.map(ToString::to_string).collect();
        text += &format!(
            "- {solver}: the identity's median accuracy is below tanh's lowest seed at depths {}.\n",
            if needed.is_empty() { "none".into() } else { needed.join(", ") }
        );
        for activation in ACTIVATIONS {
            let failed = DEPTHS.iter().filter(|depth| {
                let cell = (activation, **depth, solver);
                median(&values(trained, cell, loss)) > 10f64.ln() / 2.0
            });
            let failed: Vec<String> = failed.map(ToString::to_string).collect();
            if !failed.is_empty() {
                let depths = failed.join(", ");
                text += &format!(
                    "- {solver}, {}: fails to train at depths {depths}.\n",
                    activation.name()
                );
            }
        }
    }
    text
}
