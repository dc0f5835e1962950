//! A connection in a few lines.

use crate::lab::Metric;
use crate::lab::connect::{Connection, Path};
use crate::landscape::Measurement;
use crate::landscape::connect::Barrier;
use crate::report::format::significant;
use crate::report::text_table::{TextTable, paragraphs};

/// The two solutions and the paths between them, within `width` columns.
pub fn connection_text(connection: &Connection, width: Option<u16>) -> String {
    let summary = &connection.summary;
    let mut lines = vec![
        format!("{}, {}", summary.title, summary.network),
        format!("  {} parameters, {}", connection.dimension, summary.loss),
    ];
    let points = &connection.line.profile.points;
    let ends = connection.ends.iter().zip([&points[0], &points[points.len() - 1]]);
    for (i, (end, at)) in ends.enumerate() {
        let name = match (&end.file, end.seed) {
            (Some(file), _) => file.display().to_string(),
            (None, Some(seed)) => format!("start {seed}"),
            (None, None) => format!("solution {}", i + 1),
        };
        lines.push(format!("  {name}\n    {}", at_a_point(connection, at)));
    }
    let head = paragraphs(&lines.join("\n"), width) + "\n" + &table(connection).text(width);
    let mut text = String::new();
    if let Some(matched) = &connection.matched {
        let (moved, flipped) = matched.relabelling.changes();
        text += &format!(
            "Matching by {} moved {moved} hidden units and changed {flipped} signs.\n",
            connection.request.match_by.name()
        );
    }
    if let Some(curve) = &connection.curve {
        let [line, bent] = curve.mean_loss.map(|loss| significant(loss, 4));
        text += &format!(
            "Bezier curve by {}: {} iterations, {:.0} passes, {:.1} s ({}); the \
             mean loss along it fell from {line} on the line to {bent}.\n",
            connection.request.fit.label,
            curve.iterations,
            curve.passes,
            curve.seconds,
            curve.status.name()
        );
        let check = &curve.check;
        if check.contradicts(curve.mean_loss[1]) {
            text += &format!(
                "Caution: at {} other points the mean is {} and the barrier {}. The curve \
                 runs between the nodes of its fit; a penalty (--l2) keeps it short.\n",
                check.points,
                significant(check.mean_loss, 4),
                significant(check.barrier, 3)
            );
        }
    }
    text += "Barriers are heights above the chord between the ends, of losses with penalty.";
    head + paragraphs(&text, width).trim_end()
}

fn at_a_point(connection: &Connection, at: &Measurement) -> String {
    let mut parts = vec![format!("training loss {}", significant(at.train_loss, 4))];
    parts.extend(at.test_loss.map(|loss| format!("test loss {}", significant(loss, 4))));
    parts.extend(at.test_metric.map(|value| match connection.summary.metric {
        Metric::Accuracy => format!("test accuracy {:.2} %", 100.0 * value),
        Metric::Rmse => format!("test RMSE {value:.5} {}", connection.summary.metric_unit),
    }));
    parts.join(", ")
}

fn table(connection: &Connection) -> TextTable {
    let worst = match connection.summary.metric {
        Metric::Accuracy => "lowest test\naccuracy",
        Metric::Rmse => "highest\ntest RMSE",
    };
    let header =
        ["", "\nlength", "highest\nloss", "\nbarrier", "above\nends", "test\nbarrier", worst];
    let mut table = TextTable::new(header);
    let paths = [
        Some(("line", &connection.line)),
        connection.matched.as_ref().map(|matched| ("matched line", &matched.path)),
        connection.curve.as_ref().map(|curve| ("Bezier curve", &curve.path)),
    ];
    for (name, path) in paths.into_iter().flatten() {
        table.add([vec![name.to_owned()], cells(connection, path)].concat());
    }
    table
}

fn cells(connection: &Connection, path: &Path) -> Vec<String> {
    let points = &path.profile.points;
    let highest = points.iter().map(|point| point.train_loss).fold(f64::NEG_INFINITY, f64::max);
    let height = |barrier: Barrier| significant(barrier.height, 3);
    let metrics = || points.iter().filter_map(|point| point.test_metric);
    let worst = match connection.summary.metric {
        Metric::Accuracy => metrics().reduce(f64::min).map(|x| format!("{:.2} %", 100.0 * x)),
        Metric::Rmse => metrics().reduce(f64::max).map(|x| significant(x, 4)),
    };
    vec![
        significant(path.length, 4),
        significant(highest, 4),
        height(path.barriers.train_loss),
        significant(path.barriers.train_loss.above_ends, 3),
        path.barriers.test_loss.map_or_else(String::new, height),
        worst.unwrap_or_default(),
    ]
}
