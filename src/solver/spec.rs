//! Which method, with which hyper-parameters.

use super::settings;
use crate::error::{Error, Result};

/// A solver: the label it has in records and charts, and its method.
#[derive(Clone, Debug, PartialEq)]
pub struct SolverSpec {
    /// Unique within an experiment.
    pub label: String,
    /// The method with its hyper-parameters.
    pub method: Method,
}

impl SolverSpec {
    /// The method with its automatic label: its name, and `key=value` for every
    /// setting that differs from the default, as in `cg c2=0.4`.
    pub fn new(method: Method) -> Self {
        Self { label: settings::automatic_label(&method), method }
    }

    /// The method named `name` with its defaults, labelled with its name.
    ///
    /// # Errors
    /// [`Error::UnknownName`] if no method has that name.
    pub fn named(name: &str) -> Result<Self> {
        Ok(Self::new(settings::default_method(name)?))
    }

    /// Reads `NAME` or `NAME:key=value,key=value`. The keys are those of a
    /// `[[solver]]` table in a specification file, `label` among them; without a
    /// label it has that of [`SolverSpec::new`].
    ///
    /// ```
    /// use losslab::solver::{Method, Schedule, SolverSpec};
    /// let solver = SolverSpec::parse("gd:learning_rate=0.5,schedule=cosine,horizon=150")?;
    /// let schedule = Schedule::Cosine { horizon: 150 };
    /// assert_eq!(solver.method, Method::Gd { learning_rate: 0.5, schedule });
    /// # Ok::<(), losslab::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::UnknownName`] for a name that is no method;
    /// [`Error::Specification`] for a key or value that the method cannot use.
    pub fn parse(text: &str) -> Result<Self> {
        let (name, rest) = text.split_once(':').unwrap_or((text, ""));
        let place = format!("solver '{name}'");
        let mut label = None;
        let mut pairs = Vec::new();
        for pair in rest.split(',').filter(|pair| !pair.trim().is_empty()) {
            let (key, value) = pair.split_once('=').ok_or_else(|| Error::Specification {
                place: format!("solver '{text}'"),
                problem: format!("'{pair}' is not a setting"),
                remedy: "write settings as key=value, separated by commas".to_owned(),
            })?;
            match key.trim() {
                "label" if label.is_some() => {
                    return Err(settings::given_twice("label").at(&place));
                }
                "label" => label = Some(value.trim().to_owned()),
                key => pairs.push((key, value.trim())),
            }
        }
        let method = settings::override_settings(settings::default_method(name)?, &pairs)
            .map_err(|defect| defect.at(&place))?;
        let automatic = Self::new(method);
        let solver = Self { label: label.unwrap_or(automatic.label), method: automatic.method };
        solver.validate()?;
        Ok(solver)
    }

    /// Checks the label and every hyper-parameter.
    ///
    /// # Errors
    /// [`Error::Specification`] that names the first one that cannot be used.
    pub fn validate(&self) -> Result<()> {
        settings::check_label(&self.label)
            .map_err(|defect| defect.at(&format!("solver '{}'", self.method.name())))?;
        settings::check(&self.method)
            .map_err(|defect| defect.at(&format!("solver '{}'", self.label)))
    }
}

/// The methods. [`catalogue`](crate::solver::catalogue) says what each is for.
#[derive(Clone, Debug, PartialEq)]
pub enum Method {
    /// Gradient descent with a step that does not depend on the loss.
    Gd {
        /// η₀ > 0.
        learning_rate: f64,
        /// How η changes with the iteration.
        schedule: Schedule,
    },
    /// argmin's steepest descent.
    GdLineSearch {
        /// The line search along −g.
        line_search: LineSearchSpec,
    },
    /// argmin's nonlinear conjugate gradient.
    Cg {
        /// The rule for β.
        beta: BetaRule,
        /// The line search along the conjugate direction.
        line_search: LineSearchSpec,
    },
    /// argmin's L-BFGS.
    Lbfgs {
        /// Number of (s, y) pairs kept.
        memory: usize,
        /// The line search along the quasi-Newton direction.
        line_search: LineSearchSpec,
    },
}

/// η as a function of the iteration k = 0, 1, 2, …
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub enum Schedule {
    /// η₀.
    #[default]
    Constant,
    /// η₀ · factor^⌊k / every⌋.
    Step {
        /// Iterations between drops.
        every: u64,
        /// What η is multiplied with at each drop.
        factor: f64,
    },
    /// η₀ · e^(−rate · k).
    Exponential {
        /// The decay per iteration.
        rate: f64,
    },
    /// η₀ / (1 + rate · k).
    Inverse {
        /// The decay per iteration.
        rate: f64,
    },
    /// η₀ · ½ (1 + cos(π k / horizon)), and 0 beyond the horizon.
    Cosine {
        /// The iteration at which η reaches 0.
        horizon: u64,
    },
}

/// The rule for β in nonlinear conjugate gradient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum BetaRule {
    /// Fletcher & Reeves 1964.
    FletcherReeves,
    /// Polak & Ribière 1969.
    PolakRibiere,
    /// Polak–Ribière cut off at 0; Powell 1986.
    #[default]
    PolakRibierePlus,
    /// Hestenes & Stiefel 1952.
    HestenesStiefel,
}

/// A line search with its constants.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LineSearchSpec {
    /// The algorithm.
    pub kind: LineSearchKind,
    /// Sufficient decrease, 0 < c1 < c2.
    pub c1: f64,
    /// Curvature, c1 < c2 < 1; unused by backtracking.
    pub c2: f64,
}

/// The line-search algorithms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineSearchKind {
    /// Moré & Thuente 1994.
    MoreThuente,
    /// Hager & Zhang 2005.
    HagerZhang,
    /// Halving until Armijo's condition holds.
    Backtracking,
}

impl Method {
    /// The name in the command line, TOML and records.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Gd { .. } => "gd",
            Self::GdLineSearch { .. } => "gd-line-search",
            Self::Cg { .. } => "cg",
            Self::Lbfgs { .. } => "lbfgs",
        }
    }
}

impl Schedule {
    /// The name in the command line and TOML.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Constant => "constant",
            Self::Step { .. } => "step",
            Self::Exponential { .. } => "exponential",
            Self::Inverse { .. } => "inverse",
            Self::Cosine { .. } => "cosine",
        }
    }
}

impl BetaRule {
    /// Every rule.
    pub const ALL: [Self; 4] =
        [Self::FletcherReeves, Self::PolakRibiere, Self::PolakRibierePlus, Self::HestenesStiefel];

    /// The name in the command line and TOML.
    pub fn name(self) -> &'static str {
        match self {
            Self::FletcherReeves => "fletcher-reeves",
            Self::PolakRibiere => "polak-ribiere",
            Self::PolakRibierePlus => "polak-ribiere-plus",
            Self::HestenesStiefel => "hestenes-stiefel",
        }
    }
}

impl LineSearchKind {
    /// Every algorithm.
    pub const ALL: [Self; 3] = [Self::MoreThuente, Self::HagerZhang, Self::Backtracking];

    /// The name in the command line and TOML.
    pub fn name(self) -> &'static str {
        match self {
            Self::MoreThuente => "more-thuente",
            Self::HagerZhang => "hager-zhang",
            Self::Backtracking => "backtracking",
        }
    }
}
