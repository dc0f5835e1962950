//! Methods that use values and gradients, and remember a direction at most.

mod barzilai_borwein;
mod conjugate_gradient;
mod gradient_descent;
mod line_search_descent;
mod momentum;
mod nesterov;

pub use barzilai_borwein::{BarzilaiBorwein, BarzilaiBorweinSettings, BarzilaiBorweinStep};
pub use conjugate_gradient::{BetaRule, CgSettings, ConjugateGradient};
pub use gradient_descent::{GdSettings, GradientDescent};
pub use line_search_descent::{GdLineSearchSettings, LineSearchDescent};
pub use momentum::{Momentum, MomentumSettings};
pub use nesterov::{Nesterov, NesterovSettings};
