//! Functions with known minima, for holding solvers to them: the 35 of Moré, Garbow and
//! Hillstrom, three more of the CUTEst collection, and two without that framework.
//!
//! Reference: Moré, Garbow and Hillstrom 1981, *Testing unconstrained optimization
//! software*, ACM TOMS 7(1).

mod bard;
mod beale;
mod biggs_exp_six;
mod box_three;
mod brown_almost_linear;
mod brown_badly_scaled;
mod brown_dennis;
mod broyden_banded;
mod broyden_tridiagonal;
mod catalogue;
mod chained_rosenbrock;
mod chebyquad;
mod cube;
mod discrete_boundary_value;
mod discrete_integral_equation;
mod extended_powell_singular;
mod extended_rosenbrock;
mod extended_wood;
mod family;
mod freudenstein_roth;
mod gaussian;
mod generalised_rosenbrock;
mod gulf_research;
mod helical_valley;
mod jennrich_sampson;
mod kowalik_osborne;
mod linear_full_rank;
mod linear_rank_one;
mod linear_rank_one_zeros;
mod meyer;
mod osborne_one;
mod osborne_two;
mod penalty_one;
mod penalty_two;
mod powell_badly_scaled;
mod quadratic;
mod rosenbrock;
mod sum_of_squares;
mod test_function;
mod trigonometric;
mod variably_dimensioned;
mod watson;

pub use quadratic::Quadratic;
pub use rosenbrock::Rosenbrock;
use sum_of_squares::SumOfSquares;
pub use test_function::TestFunction;
