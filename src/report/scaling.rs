//! How evaluations scale over ranks, as JSON and as a table.

use super::format::significant;
use super::records::json_line;
use super::text_table::{TextTable, paragraphs};
use crate::lab::environment::cpu;
use crate::lab::scaling::Scaling;

/// A measurement as one JSON object on one line, without the newline.
pub fn scaling_json(scaling: &Scaling) -> String {
    json_line(scaling)
}

/// The measurement as tables within `width` columns, with the model that was fitted.
pub fn scaling_table(scaling: &Scaling, width: Option<u16>) -> String {
    let mut table = TextTable::new([
        "rows", "ranks", "value", "gradient", "Hv", "speed-up", "model", "MB sent",
    ])
    .with_words(&[]);
    let alone = |rows: usize| {
        let mut points = scaling.points.iter();
        points.find(|p| p.rows == rows && p.ranks == 1).map_or(f64::NAN, |p| p.gradient_ms)
    };
    for point in &scaling.points {
        let speed_up = alone(point.rows) / point.gradient_ms;
        let megabytes = point.bytes as f64 / 1e6;
        let times = [point.value_ms, point.gradient_ms, point.hessian_vector_ms];
        let numbers = times.into_iter().chain([speed_up, point.model_ms, megabytes]);
        let counts = [point.rows.to_string(), point.ranks.to_string()];
        table.add(counts.into_iter().chain(numbers.map(|number| significant(number, 3))));
    }
    let mut extrapolation = TextTable::new(["ranks", "gradient", "speed-up"]).with_words(&[]);
    let first = scaling.extrapolated.first().map_or(f64::NAN, |(_, ms)| *ms);
    for (ranks, ms) in &scaling.extrapolated {
        let cells = [significant(*ms, 3), significant(first / ms, 3)];
        extrapolation.add([ranks.to_string()].into_iter().chain(cells));
    }
    let model = scaling.model;
    let threads = match scaling.threads {
        1 => "1 thread".to_owned(),
        threads => format!("{threads} threads"),
    };
    let machine = cpu().unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    let notes = format!(
        "Milliseconds, median over rounds; {}, {} parameters, {threads} a rank.\n{machine}\n\n\
         Model of a gradient, fitted to one rank and to messages between two:\n\
         T = a + c N + ceil(log2 R) (2 l + 16 p / b), with N the rows of a rank,\n\
         a = {} ms, c = {} us, l = {} us, b = {} GB/s\n\n\
         By the model, all rows:\n",
        scaling.problem,
        model.parameters,
        significant(1e3 * model.fixed, 3),
        significant(1e6 * model.per_row, 3),
        significant(1e6 * model.latency, 3),
        significant(1e-9 * model.bandwidth, 3),
    );
    table.text(width) + &paragraphs(&notes, width) + &extrapolation.text(width)
}
