//! Which method, with which hyper-parameters.

use serde::{Deserialize, Serialize};

use super::catalogue::Entry;
use super::first_order::{
    BarzilaiBorweinSettings, CgSettings, GdLineSearchSettings, GdSettings, MomentumSettings,
    NesterovSettings,
};
use super::quasi_newton::{BfgsSettings, LbfgsSettings, Sr1TrustRegionSettings};
use super::second_order::{HessianFreeSettings, NewtonCgSettings, TrustRegionSettings};
use super::settings::{self, Defect, Visit};
use super::stochastic::{
    AdagradSettings, AdamSettings, AdamWSettings, RmsPropSettings, SgdSettings,
};
use super::stock::{
    ArgminBfgsSettings, ArgminCgSettings, ArgminGdSettings, ArgminLbfgsSettings,
    ArgminNewtonCgSettings, ArgminTrustRegionSettings,
};
use crate::error::{Error, Result};

/// A solver: the label it has in records and charts, and its method.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    /// let Method::Gd(settings) = solver.method else { panic!("another method") };
    /// assert_eq!(settings.learning_rate.initial, 0.5);
    /// assert_eq!(settings.learning_rate.schedule, Schedule::Cosine { horizon: 150 });
    /// # Ok::<(), losslab::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::UnknownName`] for a name that is no method;
    /// [`Error::Specification`] for a key or value that the method cannot use.
    pub fn parse(text: &str) -> Result<Self> {
        let (name, label, pairs) = settings::split_text(text)?;
        let place = format!("solver '{name}'");
        let method = settings::override_settings(settings::default_method(name)?, &pairs)
            .map_err(|defect| defect.at(&place))?;
        let automatic = Self::new(method);
        let solver = Self { label: label.unwrap_or(automatic.label), method: automatic.method };
        solver.validate()?;
        Ok(solver)
    }

    /// This solver with other values for some settings, as keys and values, under another
    /// label.
    ///
    /// ```
    /// use losslab::solver::SolverSpec;
    /// let solver = SolverSpec::parse("gd:schedule=cosine,horizon=150")?;
    /// let faster = solver.with_settings(&[("learning_rate", "2")], "faster")?;
    /// assert_eq!(
    ///     faster,
    ///     SolverSpec::parse("gd:learning_rate=2,schedule=cosine,horizon=150,label=faster")?
    /// );
    /// # Ok::<(), losslab::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Specification`] for a key or value that the method cannot use, and for such a
    /// label.
    pub fn with_settings(&self, pairs: &[(&str, &str)], label: &str) -> Result<Self> {
        let method = settings::override_settings(self.method.clone(), pairs)
            .map_err(|defect| defect.at(&format!("solver '{}'", self.label)))?;
        let solver = Self { label: label.to_owned(), method };
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

/// The hyper-parameters of a method. Their default is the method's.
pub(crate) trait Hyperparameters: Default {
    /// How the method is introduced.
    const ENTRY: Entry;

    /// Visits each hyper-parameter.
    fn visit<V: Visit>(&mut self, visitor: &mut V) -> std::result::Result<(), Defect>;
}

/// Declares the closed set of methods: each variant holds the hyper-parameters of one.
macro_rules! methods {
    ($($variant:ident($settings:ident): $doc:literal),+ $(,)?) => {
        /// The methods, each with its hyper-parameters. `losslab list solvers` says what
        /// each is for; so does [`Method::entry`].
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[non_exhaustive]
        pub enum Method {
            $(#[doc = $doc] $variant($settings),)+
        }

        impl Method {
            /// Every method with its defaults, this crate's own before argmin's.
            pub fn all() -> Vec<Self> {
                vec![$(Self::$variant($settings::default())),+]
            }

            /// What the method is, for people who choose one.
            pub fn entry(&self) -> &'static Entry {
                match self {
                    $(Self::$variant(_) => &<$settings as Hyperparameters>::ENTRY,)+
                }
            }

            pub(crate) fn visit<V: Visit>(
                &mut self,
                visitor: &mut V,
            ) -> std::result::Result<(), Defect> {
                match self {
                    $(Self::$variant(settings) => settings.visit(visitor),)+
                }
            }
        }
    };
}

methods! {
    Gd(GdSettings): "Gradient descent, the step from a learning rate.",
    Momentum(MomentumSettings): "Gradient descent with heavy-ball momentum.",
    Nesterov(NesterovSettings): "Nesterov's accelerated gradient.",
    GdLineSearch(GdLineSearchSettings): "Steepest descent, the step from a line search.",
    BarzilaiBorwein(BarzilaiBorweinSettings): "Gradient descent with Barzilai–Borwein steps.",
    Cg(CgSettings): "Nonlinear conjugate gradient.",
    Lbfgs(LbfgsSettings): "Limited-memory BFGS.",
    Bfgs(BfgsSettings): "BFGS with the whole inverse matrix.",
    Sr1TrustRegion(Sr1TrustRegionSettings): "Symmetric rank-one in a trust region.",
    NewtonCg(NewtonCgSettings): "Truncated Newton with a line search.",
    TrustRegion(TrustRegionSettings): "Newton in a trust region, by Steihaug–Toint.",
    HessianFree(HessianFreeSettings): "Gauss–Newton by conjugate gradient, damped.",
    Sgd(SgdSettings): "Stochastic gradient descent, with momentum as an option.",
    Adagrad(AdagradSettings): "Adagrad.",
    RmsProp(RmsPropSettings): "RMSProp.",
    Adam(AdamSettings): "Adam.",
    AdamW(AdamWSettings): "Adam with decoupled weight decay.",
    ArgminGd(ArgminGdSettings): "argmin's steepest descent.",
    ArgminCg(ArgminCgSettings): "argmin's nonlinear conjugate gradient.",
    ArgminLbfgs(ArgminLbfgsSettings): "argmin's L-BFGS.",
    ArgminBfgs(ArgminBfgsSettings): "argmin's BFGS.",
    ArgminNewtonCg(ArgminNewtonCgSettings): "argmin's Newton-CG.",
    ArgminTrustRegion(ArgminTrustRegionSettings): "argmin's trust region with Steihaug.",
}

impl Method {
    /// The name in the command line, TOML and records.
    pub fn name(&self) -> &'static str {
        self.entry().name
    }

    /// That a run of this method can be put down and resumed: argmin's cannot.
    ///
    /// # Errors
    /// [`Error::Specification`] for a method of argmin's.
    pub fn check_resumable(&self) -> Result<()> {
        let Some(name) = self.name().strip_prefix("argmin-") else { return Ok(()) };
        Err(Error::Specification {
            place: format!("solver '{}'", self.name()),
            problem: "argmin's own solvers keep no checkpoints".to_owned(),
            remedy: format!("use {name}, or leave out the checkpoints"),
        })
    }
}
