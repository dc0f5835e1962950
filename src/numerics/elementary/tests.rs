//! Every function against correctly rounded numbers, at special values and at
//! every position.

use super::*;

type Function = (&'static str, fn(&mut [f64]));

const FUNCTIONS: [Function; 10] = [
    ("exp", exp),
    ("exp-minus-one", exp_minus_one),
    ("ln", ln),
    ("tanh", tanh),
    ("sigmoid", sigmoid),
    ("softplus", softplus),
    ("sin", sin),
    ("cos", cos),
    ("normal-cdf", normal_cdf),
    ("normal-density", normal_density),
];

/// Distance in units in the last place.
fn distance(a: f64, b: f64) -> u64 {
    if a.is_nan() && b.is_nan() {
        return 0;
    }
    let ordered = |x: f64| {
        let bits = x.to_bits() as i64;
        if bits < 0 { i64::MIN - bits } else { bits }
    };
    ordered(a).abs_diff(ordered(b))
}

/// The expected numbers were rounded from 60 digits and more by mpmath; the script
/// that made them is `tests/golden/elementary.py`.
#[test]
fn errors_are_at_most_four_units_in_the_last_place() {
    let golden = include_str!("../../../tests/golden/elementary.csv");
    let mut worst = [0; FUNCTIONS.len()];
    let mut points = [0; FUNCTIONS.len()];
    for line in golden.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let number = |text: &str| f64::from_bits(u64::from_str_radix(text, 16).unwrap());
        let (x, expected) = (number(cells[1]), number(cells[2]));
        let i = FUNCTIONS.iter().position(|(name, _)| *name == cells[0]).unwrap();
        let mut z = [x];
        FUNCTIONS[i].1(&mut z);
        let error = distance(z[0], expected);
        assert!(error <= 4, "{}({x:e}) = {:e}, not {expected:e}", cells[0], z[0]);
        worst[i] = worst[i].max(error);
        points[i] += 1;
    }
    for (i, (name, _)) in FUNCTIONS.iter().enumerate() {
        assert!(points[i] >= 400, "{name} has {} points", points[i]);
        println!("{name}: largest error {} on {} points", worst[i], points[i]);
    }
}

#[test]
fn special_values_are_exact() {
    let (inf, nan) = (f64::INFINITY, f64::NAN);
    for ((name, function), expected) in FUNCTIONS.into_iter().zip([
        [1.0, inf, 0.0, nan],
        [0.0, inf, -1.0, nan],
        [-inf, inf, nan, nan],
        [0.0, 1.0, -1.0, nan],
        [0.5, 1.0, 0.0, nan],
        [std::f64::consts::LN_2, inf, 0.0, nan],
        [0.0, nan, nan, nan],
        [1.0, nan, nan, nan],
        [0.5, 1.0, 0.0, nan],
        [0.398_942_280_401_432_7, 0.0, 0.0, nan],
    ]) {
        let mut z = [0.0, inf, -inf, nan];
        function(&mut z);
        for (found, expected) in z.into_iter().zip(expected) {
            assert_eq!(distance(found, expected), 0, "{name}: {found} for {expected}");
        }
    }
    for odd in [tanh, sin, exp_minus_one] {
        let mut z = [-0.0, 0.0];
        odd(&mut z);
        assert!(z == [0.0; 2] && z[0].is_sign_negative() && z[1].is_sign_positive());
    }
}

#[test]
fn a_result_does_not_depend_on_the_position() {
    for (name, function) in FUNCTIONS {
        let mut x: Vec<f64> = (0..67).map(|i| f64::from(i) * 0.37 - 9.0).collect();
        x.extend([1e300, f64::INFINITY, f64::NAN, -1e12]);
        let mut together = x.clone();
        function(&mut together);
        for (x, together) in x.into_iter().zip(together) {
            let mut alone = [x];
            function(&mut alone);
            assert_eq!(alone[0].to_bits(), together.to_bits(), "{name}({x})");
        }
    }
}

/// Outside of [`vectorised`] the same steps are compiled for the oldest CPU, one number
/// at a time and without an instruction for fused multiply-adds.
#[test]
fn a_result_does_not_depend_on_the_instructions() {
    let plain: [fn(f64) -> f64; FUNCTIONS.len()] = [
        exp_one,
        exp_minus_one_one,
        logarithm::ln_one,
        tanh_one,
        sigmoid_one,
        softplus_one,
        |x| trigonometric::sin_one(x, 0),
        |x| trigonometric::sin_one(x, 1),
        normal_cdf_one,
        normal::normal_density_one,
    ];
    for ((name, function), plain) in FUNCTIONS.into_iter().zip(plain) {
        let x: Vec<f64> = (0..2000).map(|i| (f64::from(i) * 0.01 - 10.0).powi(3)).collect();
        let mut together = x.clone();
        function(&mut together);
        for (x, together) in x.into_iter().zip(together) {
            let alone = plain(x);
            let same = alone.to_bits() == together.to_bits() || alone.is_nan() && together.is_nan();
            assert!(same, "{name}({x})");
        }
    }
}
