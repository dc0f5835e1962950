//! The collections.

use super::family::Family;
use super::{
    TestFunction, bard::Bard, beale::Beale, biggs_exp_six::BiggsExpSix, box_three::BoxThree,
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

impl TestFunction {
    /// The 35 functions of Moré, Garbow and Hillstrom 1981 in the order of the paper,
    /// those of variable dimension in one that it uses.
    pub fn all() -> Vec<Self> {
        paper()
            .into_iter()
            .zip(1..)
            .map(|((name, family), number)| {
                let source = format!("Moré, Garbow and Hillstrom 1981, problem {number}");
                Self::new(name, source, None, family)
            })
            .collect()
    }

    /// 18 unconstrained problems of CUTEst in their default dimensions, with the starts
    /// given there.
    pub fn cutest() -> Vec<Self> {
        let problem = |(name, family): (&'static str, Family)| {
            let start = match name {
                "BOX3" => Some(vec![0.0, 10.0, 1.0]),
                "SROSENBR" => Some([1.2, 1.0].repeat(2500)),
                _ => None,
            };
            Self::new(name, format!("CUTEst, {name}"), start, family)
        };
        collection().into_iter().map(problem).collect()
    }
}

fn paper() -> [(&'static str, Family); 35] {
    [
        ("rosenbrock", ExtendedRosenbrock { dimension: 2 }.into()),
        ("freudenstein-roth", FreudensteinRoth.into()),
        ("powell-badly-scaled", PowellBadlyScaled.into()),
        ("brown-badly-scaled", BrownBadlyScaled.into()),
        ("beale", Beale.into()),
        ("jennrich-sampson", JennrichSampson.into()),
        ("helical-valley", HelicalValley.into()),
        ("bard", Bard.into()),
        ("gaussian", Gaussian.into()),
        ("meyer", Meyer.into()),
        ("gulf-research", GulfResearch.into()),
        ("box-three", BoxThree.into()),
        ("powell-singular", ExtendedPowellSingular { dimension: 4 }.into()),
        ("wood", ExtendedWood { dimension: 4 }.into()),
        ("kowalik-osborne", KowalikOsborne.into()),
        ("brown-dennis", BrownDennis.into()),
        ("osborne-one", OsborneOne.into()),
        ("biggs-exp-six", BiggsExpSix.into()),
        ("osborne-two", OsborneTwo.into()),
        ("watson", Watson { dimension: 6 }.into()),
        ("extended-rosenbrock", ExtendedRosenbrock { dimension: 10 }.into()),
        ("extended-powell-singular", ExtendedPowellSingular { dimension: 12 }.into()),
        ("penalty-one", PenaltyOne { dimension: 10 }.into()),
        ("penalty-two", PenaltyTwo { dimension: 10 }.into()),
        ("variably-dimensioned", VariablyDimensioned { dimension: 10 }.into()),
        ("trigonometric", Trigonometric { dimension: 10 }.into()),
        ("brown-almost-linear", BrownAlmostLinear { dimension: 10 }.into()),
        ("discrete-boundary-value", DiscreteBoundaryValue { dimension: 10 }.into()),
        ("discrete-integral-equation", DiscreteIntegralEquation { dimension: 10 }.into()),
        ("broyden-tridiagonal", BroydenTridiagonal { dimension: 10 }.into()),
        ("broyden-banded", BroydenBanded { dimension: 10 }.into()),
        ("linear-full-rank", LinearFullRank { dimension: 10, terms: 20 }.into()),
        ("linear-rank-one", LinearRankOne { dimension: 10, terms: 20 }.into()),
        ("linear-rank-one-zeros", LinearRankOneZeros { dimension: 10, terms: 20 }.into()),
        ("chebyquad", Chebyquad { dimension: 8 }.into()),
    ]
}

fn collection() -> [(&'static str, Family); 18] {
    [
        ("ROSENBR", ExtendedRosenbrock { dimension: 2 }.into()),
        ("BEALE", Beale.into()),
        ("HELIX", HelicalValley.into()),
        ("BARD", Bard.into()),
        ("KOWOSB", KowalikOsborne.into()),
        ("BIGGS6", BiggsExpSix.into()),
        ("CUBE", Cube.into()),
        ("BOX3", BoxThree.into()),
        ("OSBORNEA", OsborneOne.into()),
        ("OSBORNEB", OsborneTwo.into()),
        ("WATSON", Watson { dimension: 12 }.into()),
        ("VARDIM", VariablyDimensioned { dimension: 200 }.into()),
        ("PENALTY1", PenaltyOne { dimension: 1000 }.into()),
        ("SROSENBR", ExtendedRosenbrock { dimension: 5000 }.into()),
        ("POWELLSG", ExtendedPowellSingular { dimension: 5000 }.into()),
        ("WOODS", ExtendedWood { dimension: 4000 }.into()),
        ("CHNROSNB", ChainedRosenbrock { dimension: 50 }.into()),
        ("GENROSE", GeneralisedRosenbrock { dimension: 500 }.into()),
    ]
}
