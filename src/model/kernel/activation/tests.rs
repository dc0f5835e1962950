//! Activations at known points, and every derivative against differences.

use super::*;

const POINTS: [f64; 8] = [-6.0, -2.5, -0.7, -1e-3, 2e-3, 0.4, 1.3, 5.0];

fn kept(activation: Activation, z: &[f64]) -> Vec<f64> {
    let mut kept = z.to_vec();
    if !activation.slope_needs_input() {
        activate(activation, &mut kept);
    }
    kept
}

/// φ′ at each z.
fn slope(activation: Activation, z: &[f64]) -> Vec<f64> {
    let mut slope = vec![1.0; z.len()];
    pull_back(activation, &kept(activation, z), &mut slope);
    slope
}

/// Closed forms to 20 digits by mpmath, at −2, 0 and 3.
#[test]
fn values_at_points_that_are_known() {
    for (activation, values) in [
        (Activation::Identity, [-2.0, 0.0, 3.0]),
        (Activation::Tanh, [-0.964_027_580_075_816_9, 0.0, 0.995_054_753_686_730_5]),
        (Activation::Sigmoid, [0.119_202_922_022_117_56, 0.5, 0.952_574_126_822_433_2]),
        (Activation::Relu, [0.0, 0.0, 3.0]),
        (Activation::Softplus, [0.126_928_011_042_972_5, 2.0f64.ln(), 3.048_587_351_573_742]),
        (Activation::LeakyRelu, [-0.02, 0.0, 3.0]),
        (Activation::Elu, [-0.864_664_716_763_387_3, 0.0, 3.0]),
        (Activation::Gelu, [-0.045_500_263_896_358_4, 0.0, 2.995_950_305_905_11]),
        (Activation::Silu, [-0.238_405_844_044_235_1, 0.0, 2.857_722_380_467_299_7]),
        (Activation::Sin, [-0.909_297_426_825_681_7, 0.0, 0.141_120_008_059_867_2]),
    ] {
        let mut z = [-2.0, 0.0, 3.0, f64::NAN];
        activate(activation, &mut z);
        for (found, expected) in z.iter().zip(values) {
            assert!((found - expected).abs() < 1e-15, "{activation:?}: {found}");
        }
        assert!(z[3].is_nan(), "a NaN must stay visible");
    }
}

#[test]
fn slopes_agree_with_central_differences() {
    let h = 1e-5;
    for activation in Activation::ALL {
        let slopes = slope(activation, &POINTS);
        for (z, slope) in POINTS.into_iter().zip(slopes) {
            let mut around = [z + h, z - h];
            activate(activation, &mut around);
            let difference = (around[0] - around[1]) / (2.0 * h);
            assert!((slope - difference).abs() < 1e-9, "{activation:?} at {z}: {slope}");
        }
    }
}

/// PyTorch's: 0 for ReLU, 0.01 for leaky ReLU, 1 for ELU.
#[test]
fn slopes_at_zero() {
    use Activation::*;
    for (activation, expected) in [(Relu, 0.0), (LeakyRelu, 0.01), (Elu, 1.0), (Gelu, 0.5)] {
        assert_eq!(slope(activation, &[0.0]), [expected]);
    }
}

/// e^(−750) and its like vanish, and nothing of the form 0 · ∞ appears.
#[test]
fn slopes_far_out() {
    for activation in Activation::ALL {
        for z in [-1e300, -1e4, -750.0, 750.0, 1e4, 1e300] {
            let mut work = [1.0];
            let slopes = slope(activation, &[z]);
            assert!(slopes[0].is_finite(), "{activation:?} at {z}");
            if activation.slope_needs_input() {
                let (mut first, mut second) = ([0.0], [0.0]);
                linearize(activation, &[z], &mut work, &mut first, &mut second);
                assert!(second[0].is_finite(), "{activation:?} at {z}");
                let gate = f64::from(u8::from(z > 0.0));
                assert!(activation == Activation::Sin || first[0] == gate);
            }
        }
    }
}

/// Softplus falls as eᶻ, and so must its slope, where 1 − e⁻ᵃ would be 0.
#[test]
fn the_slope_of_softplus_is_accurate_where_it_is_small() {
    for z in [-40.0f64, -100.0, -700.0] {
        let found = slope(Activation::Softplus, &[z])[0];
        assert!((found / z.exp() - 1.0).abs() < 1e-15, "{found:e} at {z}");
    }
}

/// R{f} = d/dε f(… + ε ·), by central differences of [`pull_back`] and
/// [`activate`] in z and g together.
#[test]
fn tangents_agree_with_central_differences() {
    let n = POINTS.len();
    let spread =
        |scale: f64| -> Vec<f64> { (0..n).map(|i| (scale * (1.0 + i as f64)).sin()).collect() };
    let (g, tangent, u) = (spread(1.0), spread(1.7), spread(2.9));
    let h = 1e-5;
    for activation in Activation::ALL {
        let moved = |h: f64| {
            let z: Vec<f64> = POINTS.iter().zip(&tangent).map(|(z, t)| z + h * t).collect();
            let mut delta: Vec<f64> = g.iter().zip(&u).map(|(g, u)| g + h * u).collect();
            pull_back(activation, &kept(activation, &z), &mut delta);
            let mut a = vec![f64::NAN; n];
            activate_into(activation, &z, &mut a);
            (delta, a)
        };
        let ((delta_above, above), (delta_below, below)) = (moved(h), moved(-h));
        let kept = kept(activation, &POINTS);
        let mut found = u.clone();
        let mut delta = g.clone();
        if activation.slope_needs_input() {
            let (mut first, mut second) = (vec![f64::NAN; n], vec![f64::NAN; n]);
            linearize(activation, &kept, &mut delta, &mut first, &mut second);
            pull_back_tangent_stored(&first, &second, &tangent, &mut found);
        } else {
            pull_back(activation, &kept, &mut delta);
            pull_back_tangent(activation, &kept, &delta, &tangent, &mut found);
        }
        assert_eq!(delta, moved(0.0).0);
        let mut forward = vec![f64::NAN; n];
        push_forward(activation, &kept, &tangent, &mut forward);
        for i in 0..n {
            let difference = (delta_above[i] - delta_below[i]) / (2.0 * h);
            let what = format!("{activation:?} at {}", POINTS[i]);
            assert!((found[i] - difference).abs() < 1e-8, "{what}: {}", found[i]);
            let difference = (above[i] - below[i]) / (2.0 * h);
            assert!((forward[i] - difference).abs() < 1e-8, "{what}: {}", forward[i]);
        }
    }
}

#[test]
fn a_nan_stays_visible_everywhere() {
    let nan = f64::NAN;
    for activation in Activation::ALL {
        if activation == Activation::Identity {
            continue;
        }
        let mut z = [nan];
        activate(activation, &mut z);
        assert!(z[0].is_nan() && slope(activation, &[nan])[0].is_nan(), "{activation:?}");
        let mut u = [1.0];
        if activation.slope_needs_input() {
            let (mut g, mut first, mut second) = ([1.0], [0.0], [0.0]);
            linearize(activation, &[nan], &mut g, &mut first, &mut second);
            assert!(g[0].is_nan() && first[0].is_nan() && second[0].is_nan());
            pull_back_tangent_stored(&first, &second, &[0.0], &mut u);
        } else {
            pull_back_tangent(activation, &[nan], &[1.0], &[0.0], &mut u);
        }
        assert!(u[0].is_nan(), "{activation:?}");
    }
}
