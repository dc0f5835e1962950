//! Are independently trained networks joined by a path of low loss?
//!
//! Pairs of networks on digits, of three widths and three pairs of starts each: the
//! straight line, the line after matching hidden units by weights and by activations, and a
//! quadratic Bezier curve fitted by L-BFGS. Garipov et al. 2018 found that such a curve
//! does not exceed its ends; the table says by how much. Results go to
//! `results/mode_connectivity`.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use losslab::lab::connect::{Connection, Ends, MatchBy, Request, connect};
use losslab::lab::{Event, ExperimentSpec};
use losslab::report;

const WIDTHS: [&[usize]; 3] = [&[16], &[32, 16], &[64, 32]];
const PAIRS: [[u64; 2]; 3] = [[0, 100], [1, 101], [2, 102]];

fn main() -> losslab::Result<()> {
    let folder = Path::new("results/mode_connectivity");
    let mut lines = Vec::new();
    let mut rows = Vec::new();
    for hidden in WIDTHS {
        for [seed, other_seed] in PAIRS {
            let mut spec = ExperimentSpec::named("mode_connectivity", &["digits"], &["lbfgs"])?;
            spec.problems[0].hidden = hidden.to_vec();
            spec.seeds = vec![seed];
            spec.budget = 400.0;
            let first = hidden == WIDTHS[1] && seed == 0;
            let weights = Request {
                ends: Ends::Trained { other_seed },
                curve_budget: 5400.0,
                plane_points: if first { 51 } else { 0 },
                ..Request::new()?
            };
            let found = run(&spec, &weights)?;
            let activations =
                Request { match_by: MatchBy::Activations, curve_budget: 0.0, ..weights };
            let by_activations = run(&spec, &activations)?;
            rows.push(row(&found, &by_activations));
            println!("{}", report::connection_text(&found));
            lines.push(report::connection_json(&found) + "\n");
            if first {
                report::write_connection(folder, &found)?;
            }
        }
    }
    let text = summary(&rows);
    println!("{text}");
    report::atomic_write(&folder.join("pairs.jsonl"), lines.concat().as_bytes())?;
    report::atomic_write(&folder.join("summary.md"), text.as_bytes())
}

fn run(spec: &ExperimentSpec, request: &Request) -> losslab::Result<Connection> {
    connect(spec, request, &AtomicBool::new(false), &mut |event| {
        if let Event::RunStarted { .. } = event {
            eprintln!("{event}");
        }
    })
}

/// What the table says of one pair.
struct Row {
    network: String,
    seeds: String,
    ends: [f64; 2],
    barriers: [f64; 4],
    /// The highest loss on the curve less that of its larger end, ends left out.
    above_ends: f64,
    /// The same of the share of training rows that are classified wrongly.
    error_above_ends: f64,
    accuracies: [f64; 3],
}

fn row(found: &Connection, by_activations: &Connection) -> Row {
    let curve = found.curve.as_ref().expect("a curve was asked for");
    let matched = [found, by_activations].map(|c| &c.matched.as_ref().expect("matched").path);
    let paths = [&found.line, matched[0], matched[1], &curve.path];
    let points = &curve.path.profile.points;
    let losses: Vec<f64> = points.iter().map(|point| point.train_loss).collect();
    let ends = [losses[0], losses[losses.len() - 1]];
    let inner = losses[1..losses.len() - 1].iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let lowest = |path: &losslab::lab::connect::Path| {
        path.profile.points.iter().filter_map(|point| point.test_metric).fold(1.0, f64::min)
    };
    Row {
        network: found.summary.network.clone(),
        seeds: found
            .ends
            .iter()
            .filter_map(|end| end.seed)
            .map(|s| s.to_string())
            .collect::<Vec<_>>()
            .join(", "),
        ends,
        barriers: paths.map(|path| path.barriers.train_loss.height),
        above_ends: inner - ends[0].max(ends[1]),
        error_above_ends: curve.path.barriers.train_error.map_or(f64::NAN, |b| b.above_ends),
        accuracies: [paths[0], paths[1], paths[3]].map(lowest),
    }
}

fn summary(rows: &[Row]) -> String {
    let mut text = "# Mode connectivity on digits\n\n\
        Pairs of networks trained from two starts on the same rows by L-BFGS (400 passes). \
        Barriers are heights of the training loss, penalty included, above the chord \
        between the ends, at 61 points. The curve was fitted by L-BFGS on a quadrature of 9 \
        nodes within 5,400 passes over the rows. `curve − larger end` is the highest loss \
        at the 59 inner points less that of the larger end: not positive means that the \
        curve does not exceed its ends.\n\n\
        | network | starts | loss of the ends | line | matched by weights | matched by \
        activations | Bezier curve | curve − larger end | training error above ends | lowest test accuracy: line, matched, curve |\n\
        |---|---|---|---|---|---|---|---|---|---|\n"
        .to_owned();
    for row in rows {
        let [line, weights, activations, curve] = row.barriers;
        let [a, b] = row.ends;
        let accuracies = row.accuracies.map(|share| format!("{:.1} %", 100.0 * share)).join(", ");
        text += &format!(
            "| {} | {} | {a:.5}, {b:.5} | {line:.4} | {weights:.4} | {activations:.4} | \
             {curve:.2e} | {:+.2e} | {:.2} % | {accuracies} |\n",
            row.network,
            row.seeds,
            row.above_ends,
            100.0 * row.error_above_ends
        );
    }
    let held = rows.iter().filter(|row| row.above_ends <= 0.0).count();
    let worst = rows.iter().map(|row| row.above_ends).fold(f64::NEG_INFINITY, f64::max);
    text + &format!(
        "\nThe curve does not exceed its larger end in {held} of {} pairs; the largest excess \
         is {worst:+.2e}.\n",
        rows.len()
    )
}
