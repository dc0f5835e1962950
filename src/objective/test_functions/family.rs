//! The families of functions, as one closed type.

use super::SumOfSquares;
use super::{
    bard::Bard, beale::Beale, biggs_exp_six::BiggsExpSix, box_three::BoxThree,
    brown_almost_linear::BrownAlmostLinear, brown_badly_scaled::BrownBadlyScaled,
    brown_dennis::BrownDennis, broyden_banded::BroydenBanded,
    broyden_tridiagonal::BroydenTridiagonal, chained_rosenbrock::ChainedRosenbrock,
    chebyquad::Chebyquad, cube::Cube, discrete_boundary_value::DiscreteBoundaryValue,
    discrete_integral_equation::DiscreteIntegralEquation,
    extended_powell_singular::ExtendedPowellSingular, extended_rosenbrock::ExtendedRosenbrock,
    extended_wood::ExtendedWood, freudenstein_roth::FreudensteinRoth, gaussian::Gaussian,
    generalised_rosenbrock::GeneralisedRosenbrock, gulf_research::GulfResearch,
    helical_valley::HelicalValley, jennrich_sampson::JennrichSampson,
    kowalik_osborne::KowalikOsborne, linear_full_rank::LinearFullRank,
    linear_rank_one::LinearRankOne, linear_rank_one_zeros::LinearRankOneZeros, meyer::Meyer,
    osborne_one::OsborneOne, osborne_two::OsborneTwo, penalty_one::PenaltyOne,
    penalty_two::PenaltyTwo, powell_badly_scaled::PowellBadlyScaled, trigonometric::Trigonometric,
    variably_dimensioned::VariablyDimensioned, watson::Watson,
};
use crate::numerics::Number;

macro_rules! families {
    ($($name:ident),* $(,)?) => {
        /// A sum of squares.
        #[derive(Clone, Debug)]
        pub enum Family {
            $($name($name),)*
        }

        $(
            impl From<$name> for Family {
                fn from(function: $name) -> Self {
                    Self::$name(function)
                }
            }
        )*

        macro_rules! dispatch {
            ($family:expr, $function:ident => $value:expr) => {
                match $family {
                    $(Family::$name($function) => $value,)*
                }
            };
        }
    };
}

families!(
    Bard,
    Beale,
    BiggsExpSix,
    BoxThree,
    BrownAlmostLinear,
    BrownBadlyScaled,
    BrownDennis,
    BroydenBanded,
    BroydenTridiagonal,
    ChainedRosenbrock,
    Chebyquad,
    Cube,
    DiscreteBoundaryValue,
    DiscreteIntegralEquation,
    ExtendedPowellSingular,
    ExtendedRosenbrock,
    ExtendedWood,
    FreudensteinRoth,
    Gaussian,
    GeneralisedRosenbrock,
    GulfResearch,
    HelicalValley,
    JennrichSampson,
    KowalikOsborne,
    LinearFullRank,
    LinearRankOne,
    LinearRankOneZeros,
    Meyer,
    OsborneOne,
    OsborneTwo,
    PenaltyOne,
    PenaltyTwo,
    PowellBadlyScaled,
    Trigonometric,
    VariablyDimensioned,
    Watson,
);

impl SumOfSquares for Family {
    fn dimension(&self) -> usize {
        dispatch!(self, function => function.dimension())
    }

    fn terms(&self) -> usize {
        dispatch!(self, function => function.terms())
    }

    fn start(&self) -> Vec<f64> {
        dispatch!(self, function => function.start())
    }

    fn minimum(&self) -> Option<f64> {
        dispatch!(self, function => function.minimum())
    }

    fn minimiser(&self) -> Option<Vec<f64>> {
        dispatch!(self, function => function.minimiser())
    }

    fn residuals<T: Number>(&self, x: &[T], r: &mut [T]) {
        dispatch!(self, function => function.residuals(x, r));
    }

    fn transposed_jacobian<T: Number>(&self, x: &[T], w: &[T], out: &mut [T]) {
        dispatch!(self, function => function.transposed_jacobian(x, w, out));
    }
}
