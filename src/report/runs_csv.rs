//! The runs of a comparison as a table for spreadsheets and data frames.

use crate::lab::{Comparison, Metric, Run};

const HEAD: &str = "problem,solver,seed,status,iterations,passes,samples,training_loss,\
                    gradient_norm,test_loss,test_metric,metric,test_r_squared,target_loss,\
                    passes_to_target\n";

/// The contents of `summary.csv`: a row for every run, in the order problems × solvers × seeds,
/// with what its record says in single values, and no time. A value that is not there, such as
/// the passes to a target that was missed, is an empty cell.
///
/// Cells and rows are written as RFC 4180 has them, except that a line ends without a carriage
/// return. Numbers are the shortest text that reads back to the same bits.
pub fn runs_csv(comparison: &Comparison) -> String {
    HEAD.to_owned() + &comparison.runs.iter().map(row).collect::<String>()
}

fn row(run: &Run) -> String {
    let record = &run.record;
    let cells = [
        quoted(&record.problem),
        quoted(&record.solver),
        record.seed.to_string(),
        record.status.name().to_owned(),
        record.iterations.to_string(),
        number(Some(record.passes)),
        record.executed.samples.to_string(),
        number(record.loss),
        number(record.gradient_norm),
        number(record.test_loss),
        number(record.test_metric),
        metric(record.metric).to_owned(),
        number(record.test_r_squared),
        number(record.target_loss),
        number(record.passes_to_target),
    ];
    cells.join(",") + "\n"
}

/// As records have it.
fn metric(metric: Metric) -> &'static str {
    match metric {
        Metric::Rmse => "rmse",
        Metric::Accuracy => "accuracy",
    }
}

fn number(value: Option<f64>) -> String {
    value.map_or(String::new(), |value| format!("{value:?}"))
}

fn quoted(text: &str) -> String {
    match text.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::test_support::comparison;

    #[test]
    fn another_reader_finds_what_the_records_say() {
        let mut odd = comparison();
        odd.runs[0].record.solver = "gd \"slow\", η=1\r\nof mine".into();
        odd.runs[1].record.passes = 1e-7;
        odd.runs[1].record.loss = None;
        let text = runs_csv(&odd);
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let heads = reader.headers().unwrap().clone();
        let column = |name: &str| heads.iter().position(|head| head == name).unwrap();
        let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
        assert_eq!(rows.len(), odd.runs.len());
        for (row, run) in rows.iter().zip(&odd.runs) {
            let record = &run.record;
            let optional = |name: &str| row[column(name)].parse::<f64>().ok();
            assert_eq!(&row[column("problem")], record.problem);
            assert_eq!(&row[column("solver")], record.solver);
            assert_eq!(row[column("seed")].parse(), Ok(record.seed));
            assert_eq!(&row[column("status")], record.status.name());
            assert_eq!(row[column("iterations")].parse(), Ok(record.iterations));
            assert_eq!(row[column("samples")].parse(), Ok(record.executed.samples));
            assert_eq!(optional("passes"), Some(record.passes));
            assert_eq!(optional("training_loss"), record.loss);
            assert_eq!(optional("gradient_norm"), record.gradient_norm);
            assert_eq!(optional("test_loss"), record.test_loss);
            assert_eq!(optional("test_metric"), record.test_metric);
            assert_eq!(optional("test_r_squared"), record.test_r_squared);
            assert_eq!(optional("target_loss"), record.target_loss);
            assert_eq!(optional("passes_to_target"), record.passes_to_target);
            let metric = serde_json::to_value(record.metric).unwrap();
            assert_eq!(metric.as_str(), Some(&row[column("metric")]));
        }
        assert_eq!(&rows[1][column("training_loss")], "");
    }

    #[test]
    fn it_holds_no_time() {
        let mut slower = comparison();
        slower.runs.iter_mut().for_each(|run| run.timing.seconds *= 2.0);
        assert_eq!(runs_csv(&slower), runs_csv(&comparison()));
    }
}
