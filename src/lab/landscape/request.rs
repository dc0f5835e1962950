//! What is asked of a landscape.

use std::path::PathBuf;

use crate::error::{Error, Result};
use crate::landscape::{Biases, Grid, Normalisation, Precision};

/// The line or plane that is drawn.
#[derive(Clone, Debug, PartialEq)]
pub enum Axes {
    /// The principal plane of the runs' iterates.
    Paths,
    /// Random directions at the solution, several draws if asked for.
    Random {
        /// What they are scaled to.
        normalisation: Normalisation,
        /// Whether they move biases.
        biases: Biases,
        /// How many lines or planes.
        draws: u64,
    },
    /// The gradient at the point, and a random direction at right angles.
    Gradient,
    /// The eigenvectors of the two largest eigenvalues of the Hessian at the solution.
    Eigenvectors,
    /// The eigenvectors of its largest and its smallest eigenvalue.
    Extremes,
    /// The line through two points, or the plane through three: weights files.
    Points(Vec<PathBuf>),
}

impl Axes {
    /// The names on the command line.
    pub const NAMES: [&str; 6] =
        ["paths", "random", "gradient", "eigenvectors", "extremes", "points"];

    /// The name on the command line.
    pub fn name(&self) -> &'static str {
        let index = match self {
            Self::Paths => 0,
            Self::Random { .. } => 1,
            Self::Gradient => 2,
            Self::Eigenvectors => 3,
            Self::Extremes => 4,
            Self::Points(_) => 5,
        };
        Self::NAMES[index]
    }
}

/// What to draw.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The line or plane.
    pub axes: Axes,
    /// Whether a line is drawn along the first axis instead of a plane.
    pub line: bool,
    /// Points along each axis.
    pub points: usize,
    /// Half the length of each axis. For random directions and two points in units of their
    /// own lengths, default 1; for others in the distance of parameters, default: what
    /// holds the paths, or a tenth of the length of θ.
    pub reach: Option<f64>,
    /// The arithmetic of the grid.
    pub precision: Precision,
    /// Where given, only points are measured that linear interpolation misses by more than
    /// this share of the range of the logarithm of the loss.
    pub tolerance: Option<f64>,
    /// Points along each axis of a map of the extreme eigenvalues.
    pub curvature: Option<usize>,
    /// Whether the specification's solvers are run.
    pub train: bool,
    /// Folders with a run each, its iterates as weights files in the order of their names.
    pub runs: Vec<PathBuf>,
}

impl Default for Request {
    fn default() -> Self {
        Self {
            axes: Axes::Paths,
            line: false,
            points: Grid::POINTS,
            reach: None,
            precision: Precision::Double,
            tolerance: None,
            curvature: None,
            train: true,
            runs: Vec::new(),
        }
    }
}

/// The most points of one axis.
const POINTS_MAX: usize = 2001;
/// The most draws.
const DRAWS_MAX: u64 = 100;

impl Request {
    /// That everything has a usable value.
    ///
    /// # Errors
    /// [`Error::Specification`] that names the flag.
    pub fn validate(&self) -> Result<()> {
        let refuse = |flag: &str, problem: String, remedy: String| {
            Err(Error::Specification { place: flag.to_owned(), problem, remedy })
        };
        let counts = [("--points", Some(self.points)), ("--curvature", self.curvature)];
        for (flag, count) in counts {
            if let Some(count) = count.filter(|count| !(2..=POINTS_MAX).contains(count)) {
                let remedy = format!("give 2 to {POINTS_MAX}");
                return refuse(flag, format!("{count} points along an axis"), remedy);
            }
        }
        let sizes = [("--reach", self.reach), ("--refine", self.tolerance)];
        for (flag, size) in sizes {
            if let Some(size) = size.filter(|size| !(*size > 1e-100 && *size < 1e100)) {
                let remedy = "give a number above 0 and below 1e100".to_owned();
                return refuse(flag, format!("{size} is not usable"), remedy);
            }
        }
        if let Axes::Random { draws, .. } = self.axes
            && !(1..=DRAWS_MAX).contains(&draws)
        {
            let remedy = format!("give 1 to {DRAWS_MAX}");
            return refuse("--draws", format!("{draws} draws"), remedy);
        }
        if let Axes::Points(files) = &self.axes
            && !(2..=3).contains(&files.len())
        {
            let remedy = "repeat --point for two files, a line, or three, a plane".to_owned();
            return refuse("--point", format!("{} points are given", files.len()), remedy);
        }
        Ok(())
    }
}
