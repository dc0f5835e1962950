//! SIN and PARITY of MATLAB's table of training functions.

use std::path::Path;

use losslab::Result;
use losslab::data::{Part, Task};
use losslab::lab::statistics::{median, mid_ranks};
use losslab::lab::{ExperimentSpec, ProblemSpec, Run};
use losslab::model::{Initialisation, Loss};
use losslab::solver::SolverSpec;

use super::files::{Table, compare_into};

const SEEDS: u64 = 30;
const BUDGET: f64 = 5000.0;
/// What comes nearest to MATLAB's training functions, with their names.
const SOLVERS: [(&str, &str); 8] = [
    ("hessian-free", "trainlm"),
    ("bfgs", "trainbfg"),
    ("lbfgs", ""),
    ("cg:beta=fletcher-reeves,label=cg fletcher-reeves", "traincgf"),
    ("cg:beta=polak-ribiere-plus,label=cg polak-ribiere-plus", "traincgp"),
    ("lbfgs:memory=1,label=lbfgs memory=1", "trainoss"),
    ("trust-region", ""),
    ("momentum", "traingdx"),
];

pub fn run(folder: &Path) -> Result<String> {
    let mut page = format!(
        "## SIN and PARITY\n\nPasses to the goal, median over {SEEDS} starts with a miss as ∞, \
         at most {BUDGET} passes; in brackets the rank among the eight, and the share of starts \
         that got there. Beside each method the training function of MATLAB's that comes \
         nearest to it.\n\n| method | nearest | SIN | PARITY |\n|---|---|---:|---:|\n"
    );
    let problems = [sine(folder)?, parity(folder)?];
    let columns = problems.map(|problem| column(folder, problem));
    let [sin, parity] = columns;
    let (sin, parity) = (sin?, parity?);
    for (i, (text, nearest)) in SOLVERS.iter().enumerate() {
        let label = SolverSpec::parse(text)?.label;
        let nearest = if nearest.is_empty() { "–" } else { nearest };
        page += &format!("| {label} | {nearest} | {} | {} |\n", sin[i], parity[i]);
    }
    Ok(page)
}

/// A cell for each method.
fn column(folder: &Path, problem: ProblemSpec) -> Result<Vec<String>> {
    let name = problem.name.clone();
    let solvers = SOLVERS.iter().map(|(text, _)| SolverSpec::parse(text)).collect::<Result<_>>()?;
    let mut spec = ExperimentSpec::new(&format!("anchors-{name}"), vec![problem], solvers);
    (spec.budget, spec.seeds) = (BUDGET, (0..SEEDS).collect());
    (spec.stop_at_target, spec.trace_entries) = (true, Some(40));
    let comparison = compare_into(&folder.join(&name), &spec)?;
    let costs = |label: &str| -> Vec<f64> {
        let runs = comparison.runs.iter().filter(|run| run.record.solver == label);
        let cost = |run: &Run| run.record.passes_to_target.unwrap_or(f64::INFINITY);
        runs.map(cost).collect()
    };
    let costs: Vec<Vec<f64>> = comparison.solvers.iter().map(|label| costs(label)).collect();
    let medians: Vec<f64> =
        costs.iter().map(|costs| median(costs.iter().copied()).unwrap_or(f64::NAN)).collect();
    let ranks = mid_ranks(&medians);
    let cell = |i: usize| {
        let reached = costs[i].iter().filter(|cost| cost.is_finite()).count();
        let share = 100.0 * reached as f64 / costs[i].len() as f64;
        let passes =
            if medians[i].is_finite() { format!("{:.1}", medians[i]) } else { "∞".to_owned() };
        format!("{passes} ({}; {share:.0} %)", ranks[i])
    };
    Ok((0..costs.len()).map(cell).collect())
}

/// One period of a sine at 41 places.
fn sine(folder: &Path) -> Result<ProblemSpec> {
    let row = |i: i32| {
        let x = f64::from(i) / 20.0;
        let mut y = [std::f64::consts::PI * x];
        losslab::numerics::elementary::sin(&mut y);
        vec![x.to_string(), y[0].to_string()]
    };
    let table = Table {
        columns: ["x", "y"].map(String::from).to_vec(),
        rows: (-20..=20).map(row).collect(),
    };
    let source = table.write(&folder.join("data/sin.csv.gz"), Task::Regression)?;
    // Half the mean squared error of 0.002.
    Ok(toy("sin", "SIN: a sine, 1-5-1", &[5], 0.001, ProblemSpec::new("sin", source)))
}

/// The parity of three signs.
fn parity(folder: &Path) -> Result<ProblemSpec> {
    let row = |i: u32| {
        let sign = |is_minus: bool| if is_minus { "-1" } else { "1" }.to_owned();
        let signs = (0..3).map(|bit| sign(i >> bit & 1 == 1));
        signs.chain([sign(i.count_ones() % 2 == 1)]).collect()
    };
    let table = Table {
        columns: ["a", "b", "c", "parity"].map(String::from).to_vec(),
        rows: (0..8).map(row).collect(),
    };
    let source = table.write(&folder.join("data/parity.csv.gz"), Task::Regression)?;
    let base = ProblemSpec::new("parity", source);
    Ok(toy("parity", "PARITY of three bits, 3-10-10-1", &[10, 10], 0.0005, base))
}

fn toy(name: &str, title: &str, hidden: &[usize], target: f64, base: ProblemSpec) -> ProblemSpec {
    ProblemSpec {
        name: name.to_owned(),
        title: Some(title.to_owned()),
        hidden: hidden.to_vec(),
        loss: Some(Loss::SquaredError),
        initialisation: Initialisation::LeCun,
        l2: 0.0,
        target_loss: Some(target),
        standardise: false,
        rows: Part::All,
        ..base
    }
}
