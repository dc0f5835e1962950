//! Numerical tools that know nothing of networks: seeds and random streams,
//! row-major matrices, dual numbers, sums in a fixed order.

pub(crate) mod dispatch;
mod dual;
pub mod elementary;
mod elementwise;
mod matrix;
mod operator;
mod pca;
mod quadrature;
mod seed;
pub mod spectral;
mod symmetric;
mod tree;
mod vectors;

pub use dual::{Dual, Number};
pub use elementwise::{Elementwise, update_entries};
pub use matrix::RowMatrix;
pub use operator::SymmetricOperator;
pub use pca::PrincipalComponents;
pub use quadrature::gauss_legendre;
pub use seed::{RandomStream, Seed};
pub use symmetric::SymmetricMatrix;
pub use tree::reduce_tree;
pub use vectors::{add_scaled, axpby, axpby_dot, axpy, dot, largest, norm};

/// The vector type of parameters, gradients and solver state.
pub type Vector = nalgebra::DVector<f64>;
