//! The comparisons with published counts, as JSON and as tables.

use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;

use super::format::significant;
use super::records::json_line;
use crate::lab::anchors::{Anchors, Counts, CutestAnchor, RosenbrockAnchor};
use crate::solver::Status;

/// A line of JSON; `kind` tells them apart.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum Line<'a> {
    Cutest(&'a CutestAnchor),
    Rosenbrock(&'a RosenbrockAnchor),
}

/// One JSON object a line, of kind `cutest` or `rosenbrock`.
pub fn anchors_json(anchors: &Anchors) -> String {
    let cutest = anchors.cutest.iter().map(Line::Cutest);
    let lines = cutest.chain(anchors.rosenbrock.iter().map(Line::Rosenbrock));
    lines.map(|line| json_line(&line) + "\n").collect()
}

/// The counts as two tables within 80 columns, with what they mean.
pub fn anchors_table(anchors: &Anchors) -> String {
    cutest_table(&anchors.cutest)
        + "Evaluations of f and its gradient by L-BFGS with memory 6 on problems of CUTEst,\n\
           until the gradient's norm is at most 1e-5 max(1, |x|). Fortran is Nocedal's own\n\
           code, the ratio is to it. SROSENBR's start, (1.2, 1) repeated, is inferred from\n\
           the published counts.\n\n"
        + &rosenbrock_table(&anchors.rosenbrock)
        + "Rosenbrock's function of 5 variables from (1.3, 0.7, 0.8, 1.9, 1.2), until the\n\
           largest gradient entry is at most that where SciPy ended; it with its own rules.\n"
}

fn cutest_table(anchors: &[CutestAnchor]) -> String {
    let header = ["problem", "n", "losslab", "Fortran", "LBFGS++", "ratio", "f", ""];
    let mut rows: Vec<Vec<String>> = anchors
        .iter()
        .map(|a| {
            let counts = [a.evaluations, a.fortran, a.lbfgspp].map(|count| count.to_string());
            let mut row = vec![a.problem.to_owned(), a.dimension.to_string()];
            row.extend(counts);
            row.extend([format!("{:.2}", a.ratio()), significant(a.value, 3), failure(a.status)]);
            row
        })
        .collect();
    let sum = |count: fn(&CutestAnchor) -> u64| anchors.iter().map(count).sum::<u64>();
    let totals = [sum(|a| a.evaluations), sum(|a| a.fortran), sum(|a| a.lbfgspp)];
    let mut row = vec!["total".to_owned(), String::new()];
    row.extend(totals.map(|total| total.to_string()));
    row.push(format!("{:.2}", totals[0] as f64 / totals[1] as f64));
    rows.push(row);
    table(&header, rows)
}

fn rosenbrock_table(anchors: &[RosenbrockAnchor]) -> String {
    let header = ["method", "iterations", "f", "gradients", "products", ""];
    let row = |name: String, counts: Counts, note: String| {
        let Counts { iterations, values, gradients, products } = counts;
        let counts = [iterations, values, gradients, products].map(|count| count.to_string());
        std::iter::once(name).chain(counts).chain([note]).collect()
    };
    let rows = anchors.iter().flat_map(|a| {
        let scipy = format!("  SciPy {}", a.scipy.method);
        let gradient = format!("to {:.1e}", a.scipy.gradient);
        [row(a.method.into(), a.counts, failure(a.status)), row(scipy, a.scipy.counts, gradient)]
    });
    table(&header, rows.collect())
}

/// A status that is no success.
fn failure(status: Status) -> String {
    if status == Status::Converged { String::new() } else { status.name().to_owned() }
}

fn table(header: &[&str], rows: Vec<Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_header(header).add_rows(rows);
    table.column_iter_mut().enumerate().for_each(|(index, column)| {
        column.set_padding((0, 2));
        if index > 0 && index + 1 < header.len() {
            column.set_cell_alignment(CellAlignment::Right);
        }
    });
    table.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::anchors::Reference;

    #[test]
    fn the_tables_fit_80_columns() {
        let counts = Counts { iterations: 12_345, values: 12_345, gradients: 1, products: 12_345 };
        let cutest = CutestAnchor {
            problem: "CHNROSNB",
            dimension: 5000,
            status: Status::LineSearchFailed,
            value: 1.234e-10,
            evaluations: 12_345,
            fortran: 1000,
            lbfgspp: 1000,
        };
        let scipy = Reference { method: "trust-krylov", counts, gradient: 1e-14 };
        let rosenbrock = RosenbrockAnchor {
            method: "trust-region",
            status: Status::LineSearchFailed,
            counts,
            scipy,
        };
        let anchors = Anchors { cutest: vec![cutest], rosenbrock: vec![rosenbrock] };
        let text = anchors_table(&anchors);
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        assert!(text.contains("12.35") || text.contains("12.34"), "{text}");
        let json = anchors_json(&anchors);
        let first: serde_json::Value = serde_json::from_str(json.lines().next().unwrap()).unwrap();
        assert_eq!(
            (&first["kind"], &first["status"]),
            (&"cutest".into(), &"line-search-failed".into())
        );
    }
}
