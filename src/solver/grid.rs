//! Solvers that differ in some hyper-parameters: every combination of their values.

use super::SolverSpec;
use super::settings::{self, Defect, Setting};
use crate::error::Result;

/// Combinations of one grid at most.
const COMBINATIONS_MAX: usize = 1000;

/// A hyper-parameter with the values that it takes, as they are written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Axis {
    pub(crate) key: String,
    pub(crate) values: Vec<String>,
    /// Whether the values were computed, so that they may be rounded to whole numbers.
    pub(crate) is_range: bool,
}

impl Axis {
    /// Reads `a/b/c`, or `FROM..TO/POINTS` for so many values evenly spaced by logarithm, or
    /// one value.
    pub(crate) fn parse(key: &str, text: &str) -> std::result::Result<Self, Defect> {
        let Some((from, rest)) = text.split_once("..") else {
            let values = text.split('/').map(|value| value.trim().to_owned()).collect();
            return Ok(Self::list(key, values));
        };
        let (to, points) = rest.split_once('/').unwrap_or((rest, ""));
        match (from.trim().parse(), to.trim().parse(), points.trim().parse()) {
            (Ok(from), Ok(to), Ok(points)) => Self::logarithmic(key, from, to, points),
            _ => Err(Defect::new(
                key,
                format!("'{text}' is no range"),
                "write FROM..TO/POINTS, such as 1e-3..10/5, or values such as 0.1/1",
            )),
        }
    }

    /// Values as they are written.
    pub(crate) fn list(key: &str, values: Vec<String>) -> Self {
        Self { key: key.to_owned(), values, is_range: false }
    }

    /// So many values from `from` to `to`, each the same factor above the one before, rounded
    /// to three digits.
    pub(crate) fn logarithmic(
        key: &str,
        from: f64,
        to: f64,
        points: u64,
    ) -> std::result::Result<Self, Defect> {
        let is_range = from > 0.0 && from < to && to.is_finite();
        if !is_range || !(2..=COMBINATIONS_MAX as u64).contains(&points) {
            let problem = format!("{points} values from {from} to {to} make no range");
            let remedy = "give 0 < from < to, and 2 to 1000 points";
            return Err(Defect::new(key, problem, remedy));
        }
        let last = (points - 1) as f64;
        let value = |i: u64| match i {
            0 => from,
            i if i + 1 == points => to,
            i => libm::exp(libm::log(from) + i as f64 / last * libm::log(to / from)),
        };
        // Digits that people write and read back to the same number.
        let values = (0..points).map(|i| match (i, i + 1 == points) {
            (0, _) | (_, true) => format!("{:e}", value(i)),
            _ => format!("{:.2e}", value(i)),
        });
        Ok(Self { key: key.to_owned(), values: values.collect(), is_range: true })
    }

    /// The values as the setting of `default` takes them: of a range those of a count as whole
    /// numbers, each once.
    fn fitting(&self, default: &super::Method) -> Self {
        let is_count = |(key, setting): &(&str, Setting)| {
            *key == self.key && matches!(setting, Setting::Count(_))
        };
        let mut fitting = self.clone();
        if self.is_range && default.settings().iter().any(is_count) {
            let whole = |text: &String| {
                text.parse::<f64>().map_or(text.clone(), |value| format!("{}", value.round()))
            };
            fitting.values = self.values.iter().map(whole).collect();
            fitting.values.dedup();
        }
        fitting
    }
}

impl SolverSpec {
    /// [`SolverSpec::parse`] where a value may be several, `a/b/c`, or `FROM..TO/POINTS` for
    /// values evenly spaced by logarithm: a solver for every combination. A label that is
    /// given is followed by the settings that vary.
    ///
    /// ```
    /// use losslab::solver::SolverSpec;
    /// let grid = SolverSpec::parse_grid("gd:learning_rate=0.01..1/3,label=η")?;
    /// let labels: Vec<&str> = grid.iter().map(|solver| solver.label.as_str()).collect();
    /// assert_eq!(labels, ["η learning_rate=0.01", "η learning_rate=0.1", "η learning_rate=1.0"]);
    /// # Ok::<(), losslab::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`SolverSpec::parse`]; [`Error::Specification`](crate::Error::Specification) for more than 1000 combinations.
    pub fn parse_grid(text: &str) -> Result<Vec<Self>> {
        let (name, label, pairs) = settings::split_text(text)?;
        let place = format!("solver '{name}'");
        let axes = pairs.iter().map(|(key, value)| Axis::parse(key, value));
        let axes = axes.collect::<std::result::Result<Vec<_>, _>>();
        let default = settings::default_method(name)?;
        let grid = axes.and_then(|axes| combinations(&default, label.as_deref(), &axes));
        let solvers = grid.map_err(|defect: Defect| defect.at(&place))?;
        solvers.iter().try_for_each(Self::validate)?;
        Ok(solvers)
    }
}

/// A solver for every combination of values, the last axis fastest.
pub(crate) fn combinations(
    default: &super::Method,
    label: Option<&str>,
    axes: &[Axis],
) -> std::result::Result<Vec<SolverSpec>, Defect> {
    let axes: Vec<Axis> = axes.iter().map(|axis| axis.fitting(default)).collect();
    let counts = axes.iter().map(|axis| axis.values.len());
    let count = counts.clone().try_fold(1_usize, |product, count| product.checked_mul(count));
    let Some(count) = count.filter(|count| *count <= COMBINATIONS_MAX) else {
        let key = axes.last().map_or("", |axis| &axis.key);
        let problem = format!("the grid has more than {COMBINATIONS_MAX} combinations");
        return Err(Defect::new(key, problem, "give fewer values"));
    };
    let solver = |number: usize| {
        let mut rest = number;
        let mut chosen: Vec<(&str, &str)> = Vec::with_capacity(axes.len());
        for axis in axes.iter().rev() {
            chosen.push((&axis.key, &axis.values[rest % axis.values.len()]));
            rest /= axis.values.len();
        }
        chosen.reverse();
        let method = settings::override_settings(default.clone(), &chosen)?;
        let automatic = SolverSpec::new(method);
        let label = label.map_or(automatic.label, |label| varied(label, &automatic.method, &axes));
        Ok(SolverSpec { label, method: automatic.method })
    };
    (0..count).map(solver).collect()
}

/// The label, and the settings that vary.
fn varied(label: &str, method: &super::Method, axes: &[Axis]) -> String {
    let varies = |key: &str| axes.iter().any(|axis| axis.key == key && axis.values.len() > 1);
    let settings = method.settings().into_iter().filter(|(key, _)| varies(key));
    settings.fold(label.to_owned(), |label, (key, value)| format!("{label} {key}={value}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(text: &str) -> Vec<String> {
        SolverSpec::parse_grid(text).unwrap().into_iter().map(|solver| solver.label).collect()
    }

    fn message(text: &str) -> String {
        SolverSpec::parse_grid(text).unwrap_err().to_string()
    }

    #[test]
    fn every_combination_is_a_solver_of_its_own() {
        assert_eq!(labels("lbfgs"), ["lbfgs"]);
        assert_eq!(labels("lbfgs:label=mine"), ["mine"]);
        assert_eq!(
            labels("momentum:learning_rate=0.01/0.25,momentum=0.5/0.95"),
            [
                "momentum learning_rate=0.01 momentum=0.5",
                "momentum learning_rate=0.01 momentum=0.95",
                "momentum learning_rate=0.25 momentum=0.5",
                "momentum learning_rate=0.25 momentum=0.95",
            ]
        );
        let memories = labels("lbfgs:memory=3..30/4");
        assert_eq!(
            memories,
            ["lbfgs memory=3", "lbfgs memory=6", "lbfgs memory=14", "lbfgs memory=30"]
        );
        let rates = labels("gd:learning_rate=1e-3..10/5,label=η");
        assert_eq!(rates[1], "η learning_rate=0.01");
        assert_eq!(rates[4], "η learning_rate=10.0");
    }

    #[test]
    fn grids_that_are_none_are_refused() {
        assert!(message("gd:learning_rate=1..2").contains("FROM..TO/POINTS"));
        assert!(message("gd:learning_rate=2..1/3").contains("0 < from < to"));
        assert!(message("gd:learning_rate=1e-3..1/2000").contains("2 to 1000 points"));
        assert!(message("gd:learning_rate=0.1/x").contains("learning_rate"));
        let large = "momentum:learning_rate=1e-3..1/100,momentum=0.1..0.9/100";
        assert!(message(large).contains("more than 1000 combinations"));
    }
}
