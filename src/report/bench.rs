//! Measurements as JSON and as a table.

use super::format::significant;
use super::records::json_line;
use super::text_table::{TextTable, paragraphs};
use crate::lab::bench::Measurement;
use crate::lab::environment::{cpu, vector_instructions};

/// A measurement as one JSON object on one line, without the newline.
pub fn bench_json(measurement: &Measurement) -> String {
    json_line(measurement)
}

/// The measurements as a table, with what they mean and the machine that they are from, within
/// `width` columns.
pub fn bench_table(measurements: &[Measurement], width: Option<u16>) -> String {
    let mut table = TextTable::new([
        "workload",
        "\nvalue",
        "\ngradient",
        "\nHv",
        "Gauss–\nNewton",
        "block\nof 8",
        "\nGFLOP/s",
        "roof-\nline",
        "\nratio",
    ]);
    for m in measurements {
        let times = [m.value_ms, m.gradient_ms, m.hessian_vector_ms];
        let products = [m.gauss_newton_vector_ms, m.block8_ms];
        let speeds = [m.gradient_gflops, m.roofline_gflops, m.roofline_ratio];
        let numbers = times.iter().chain(&products).chain(&speeds);
        let cells = numbers.map(|&number| significant(number, 3));
        table.add([m.workload.to_owned()].into_iter().chain(cells));
    }
    let threads = measurements.first().map_or(0, |measurement| measurement.threads);
    let threads = if threads == 1 { "1 thread".into() } else { format!("{threads} threads") };
    let machine = cpu().unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    let notes = format!(
        "Milliseconds, median over rounds; products at a linearised point. GFLOP/s are those of \
         the gradient's matrix products. The roofline is what the same products reach alone, with \
         operands in cache: ratio 1 would mean that nothing else takes time.\n\
         {machine}; {threads}; vector instructions: {}\n",
        vector_instructions()
    );
    table.text(width) + &paragraphs(&notes, width)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_fits_its_columns() {
        let slow = Measurement {
            workload: "mnist5k",
            threads: 1024,
            value_ms: 1234.5,
            gradient_ms: 23_456.7,
            hessian_vector_ms: 23_456.7,
            gauss_newton_vector_ms: 23_456.7,
            block8_ms: 234_567.8,
            linearize_ms: 1.0,
            gradient_gflops: 1234.5,
            roofline_gflops: 1234.5,
            roofline_ratio: 0.123,
        };
        for width in [60, 80] {
            let text = bench_table(std::slice::from_ref(&slow), Some(width));
            assert!(text.lines().all(|line| line.chars().count() <= width.into()), "{text}");
        }
        let text = bench_table(&[slow], None);
        assert!(text.contains("23,457") && text.contains("1024 threads"), "{text}");
    }
}
