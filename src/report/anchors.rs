//! The comparisons with published counts, as JSON and as tables.

use serde::Serialize;

use super::format::significant;
use super::records::json_line;
use super::text_table::{TextTable, paragraphs};
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

const CUTEST: &str = "Evaluations of f and its gradient by L-BFGS with memory 6 on problems of CUTEst, until the \
     gradient's norm is at most 1e-5 max(1, |x|). Fortran is Nocedal's own code, the ratio is to \
     it. SROSENBR's start, (1.2, 1) repeated, is inferred from the published counts.\n\n";

const ROSENBROCK: &str = "Rosenbrock's function of 5 variables from (1.3, 0.7, 0.8, 1.9, 1.2), until the largest \
     gradient entry is at most that where SciPy ended; it with its own rules.\n";

/// The counts as two tables within `width` columns, with what they mean.
pub fn anchors_table(anchors: &Anchors, width: Option<u16>) -> String {
    cutest_table(&anchors.cutest).text(width)
        + &paragraphs(CUTEST, width)
        + &rosenbrock_table(&anchors.rosenbrock).text(width)
        + &paragraphs(ROSENBROCK, width)
}

fn cutest_table(anchors: &[CutestAnchor]) -> TextTable {
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

fn rosenbrock_table(anchors: &[RosenbrockAnchor]) -> TextTable {
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

/// A table whose last column is a note.
fn table(header: &[&str], rows: Vec<Vec<String>>) -> TextTable {
    let mut table =
        TextTable::new(header.iter().copied()).with_words(&[0, header.len().saturating_sub(1)]);
    rows.into_iter().for_each(|row| table.add(row));
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::anchors::Reference;

    #[test]
    fn the_tables_fit_their_columns() {
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
        for width in [60, 80] {
            let text = anchors_table(&anchors, Some(width));
            assert!(text.lines().all(|line| line.chars().count() <= width.into()), "{text}");
        }
        let text = anchors_table(&anchors, None);
        assert!(text.contains("12.35") || text.contains("12.34"), "{text}");
        let json = anchors_json(&anchors);
        let first: serde_json::Value = serde_json::from_str(json.lines().next().unwrap()).unwrap();
        assert_eq!(
            (&first["kind"], &first["status"]),
            (&"cutest".into(), &"line-search-failed".into())
        );
    }
}
