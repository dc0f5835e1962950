//! Whether the program does on this machine what it should.

use std::path::PathBuf;

use serde::Serialize;

use super::environment::{Environment, Memory};
use super::pool::one_thread;
use super::{Instance, problems};
use crate::data::SplitFractions;
use crate::error::Result;
use crate::numerics::Vector;
use crate::objective::Objective;

/// The step of the differences: the cube root of the unit roundoff, where the error of rounding
/// and that of the third derivative are about as large (Nocedal & Wright, Numerical
/// Optimization, section 8.1).
const STEP: f64 = 6e-6;
/// What the two gradients may differ by, as a share of the largest entry.
const TOLERANCE: f64 = 1e-7;

/// What there is to say about program, machine and surroundings.
#[derive(Clone, Debug, Serialize)]
pub struct Diagnosis {
    /// Program and machine; threads are those that a command would use.
    pub environment: Environment,
    /// Memory, where the system tells.
    pub memory: Option<Memory>,
    /// Where results go.
    pub results: ResultsFolder,
    /// What the results are shown on.
    pub terminal: Terminal,
    /// What was tried.
    pub checks: Vec<Check>,
}

impl Diagnosis {
    /// Whether every check passed.
    pub fn is_well(&self) -> bool {
        self.checks.iter().all(|check| check.passed)
    }
}

/// Where results go.
#[derive(Clone, Debug, Serialize)]
pub struct ResultsFolder {
    /// The folder, which need not be there yet.
    pub path: PathBuf,
    /// Bytes that may still be written there, where the system tells.
    pub free_bytes: Option<u64>,
}

/// What standard output is connected to.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Terminal {
    /// Whether it is a terminal.
    pub is_terminal: bool,
    /// Columns that tables take.
    pub columns: u16,
    /// Whether text is coloured.
    pub colours: bool,
}

/// Something that was tried.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Check {
    /// What: `gradient`.
    pub name: &'static str,
    /// Whether all was well.
    pub passed: bool,
    /// What was found, in words.
    pub found: String,
}

/// The gradient of the network for the irises at its start, beside central differences of the
/// loss in each of its parameters.
///
/// # Errors
/// When the built-in data cannot be used.
pub fn check_gradient() -> Result<Check> {
    let (risk, start) = built_in("iris")?;
    let mut gradient = Vector::zeros(start.len());
    risk.value_gradient(&start, &mut gradient);
    let difference = |k: usize| {
        let at = |shift: f64| {
            let mut moved = start.clone();
            moved[k] += shift;
            risk.value(&moved)
        };
        (at(STEP) - at(-STEP)) / (2.0 * STEP)
    };
    let differences = Vector::from_fn(start.len(), |k, _| difference(k));
    Ok(compare_gradients(&gradient, &differences))
}

fn compare_gradients(gradient: &Vector, differences: &Vector) -> Check {
    let error = (gradient - differences).amax() / gradient.amax();
    // A maximum passes over what is not a number.
    let is_finite = gradient.iter().chain(differences.iter()).all(|entry| entry.is_finite());
    Check {
        name: "gradient",
        passed: is_finite && error <= TOLERANCE,
        found: format!(
            "off central differences of the loss by {error:.1e} of its largest entry (at most \
             {TOLERANCE:.0e})"
        ),
    }
}

/// Loss and gradient of the network for the digits, on one thread and on those of the current
/// pool: the bits must be the same.
///
/// # Errors
/// When the built-in data cannot be used, or no thread can be started.
pub fn check_threads() -> Result<Check> {
    let (risk, start) = built_in("digits")?;
    let evaluate = || {
        let mut gradient = Vector::zeros(start.len());
        let value = risk.value_gradient(&start, &mut gradient);
        (value.to_bits(), gradient.iter().map(|entry| entry.to_bits()).collect::<Vec<_>>())
    };
    let several = evaluate();
    let passed = one_thread()?.install(evaluate) == several;
    let verdict = if passed { "the same" } else { "other" };
    let threads = rayon::current_num_threads();
    let found = format!("{verdict} bits of loss and gradient on 1 and {threads}");
    Ok(Check { name: "threads", passed, found })
}

fn built_in(name: &str) -> Result<(impl Objective, Vector)> {
    let problem = problems::find(name)?;
    let data = problem.data.load()?;
    let Instance { risk, start, .. } =
        Instance::new(&problem, &data, &SplitFractions::default(), 0)?;
    Ok((risk, start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_well() {
        let gradient = check_gradient().unwrap();
        assert!(gradient.passed, "{gradient:?}");
        let threads = check_threads().unwrap();
        assert!(threads.passed, "{threads:?}");
    }

    #[test]
    fn a_wrong_gradient_is_found() {
        let right = Vector::from_row_slice(&[1.0, -2.0]);
        let near = Vector::from_row_slice(&[1.0, -2.0 - 1e-9]);
        assert!(compare_gradients(&right, &near).passed);
        let wrong = Vector::from_row_slice(&[1.0, -2.0 - 1e-6]);
        assert!(!compare_gradients(&right, &wrong).passed);
        let broken = Vector::from_row_slice(&[f64::NAN, -2.0]);
        assert!(!compare_gradients(&right, &broken).passed);
        assert!(!compare_gradients(&broken, &broken).passed);
    }
}
