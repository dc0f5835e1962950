//! The axes that fit a chart's data.

use crate::lab::statistics::{Spread, quantile};

use super::axis::Axis;

/// The most decades a logarithmic axis spans.
const MOST_DECADES: i32 = 18;

/// A logarithmic axis for positive values, linear when there are none. A run
/// on its way to infinity does not press the others flat: the axis ends at ten
/// times the largest start value.
pub(super) fn log_axis(curves: &[&[Spread]], target: Option<f64>) -> Axis {
    let spreads = || curves.iter().flat_map(|curve| curve.iter());
    let values = || spreads().flat_map(|spread| [spread.low, spread.high]).chain(target);
    let positive = || values().filter(|value| *value > 0.0);
    let highest = positive().fold(0.0, f64::max);
    if highest == 0.0 {
        let low = values().fold(f64::INFINITY, f64::min);
        return Axis::padded(low, values().fold(f64::NEG_INFINITY, f64::max), 0.05);
    }
    let starts = curves.iter().filter_map(|curve| curve.first()).map(|spread| spread.high);
    let start = starts.chain(target).fold(0.0, f64::max);
    let high = if start > 0.0 { highest.min(10.0 * start) } else { highest };
    let low = positive().fold(high, f64::min).max(high * 10f64.powi(-MOST_DECADES));
    let margin = (high / low).powf(0.03).max(1.02);
    Axis::log(low / margin, (high * margin).min(f64::MAX))
}

/// A linear axis that the first iterations do not ruin. Of the medians at 200
/// places spread evenly over `0 … end`, the worst tenth may lie outside; the
/// best values and every solver's last median lie inside. Solvers that end
/// worse than all of them started have run away and do not count.
pub(super) fn robust_axis(curves: &[&[Spread]], end: f64, higher_is_better: bool) -> Axis {
    const PLACES: usize = 200;
    const OUTSIDE: f64 = 0.1;
    let places = || (1..=PLACES).map(|place| end * place as f64 / PLACES as f64);
    let kept = || {
        let all_ran_away = curves.iter().all(|curve| ran_away(curves, curve, higher_is_better));
        let curves_kept =
            move |curve: &&&[Spread]| all_ran_away || !ran_away(curves, curve, higher_is_better);
        curves.iter().filter(curves_kept)
    };
    let medians = kept().flat_map(|curve| places().filter_map(|x| median_at(curve, x)));
    let worst_share = if higher_is_better { OUTSIDE } else { 1.0 - OUTSIDE };
    let typical = quantile(medians, worst_share);
    let lasts = kept().filter_map(|curve| curve.last()).map(|spread| spread.median);
    let spreads = curves.iter().flat_map(|curve| curve.iter());
    let best = if higher_is_better {
        spreads.map(|spread| spread.high).reduce(f64::max)
    } else {
        spreads.map(|spread| spread.low).reduce(f64::min)
    };
    let shown = || lasts.clone().chain(typical).chain(best);
    match (shown().reduce(f64::min), shown().reduce(f64::max)) {
        (Some(low), Some(high)) => Axis::padded(low, high, 0.06),
        _ => Axis::linear(0.0, 1.0),
    }
}

fn ran_away(curves: &[&[Spread]], curve: &[Spread], higher_is_better: bool) -> bool {
    let starts = curves.iter().filter_map(|curve| curve.first()).map(|spread| spread.median);
    let Some(last) = curve.last().map(|spread| spread.median) else { return false };
    if higher_is_better {
        starts.reduce(f64::min).is_some_and(|worst| last < worst)
    } else {
        starts.reduce(f64::max).is_some_and(|worst| last > worst)
    }
}

fn median_at(curve: &[Spread], x: f64) -> Option<f64> {
    let after = curve.partition_point(|spread| spread.x <= x);
    let ended = curve.last().is_none_or(|last| x > last.x);
    if ended { None } else { Some(curve[after.checked_sub(1)?].median) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(values: &[f64]) -> Vec<Spread> {
        let places = values.iter().enumerate();
        places.map(|(x, v)| Spread { x: x as f64, low: *v, median: *v, high: *v }).collect()
    }

    #[test]
    fn a_diverging_run_does_not_press_the_others_flat() {
        let diverging = curve(&[2.0, 1e6, 1e200]);
        let good = curve(&[2.0, 0.5, 0.02]);
        let axis = log_axis(&[&diverging, &good], None);
        assert!(axis.position(20.0) <= 1.0 && axis.position(25.0) > 1.0);
        assert!(axis.position(0.02) >= 0.0);
    }

    #[test]
    fn zero_and_negative_losses_have_an_axis() {
        let axis = log_axis(&[&curve(&[1.0, 0.1, 0.0])], None);
        assert!(axis.position(0.1) >= 0.0 && axis.position(0.0) < 0.0);
        let axis = log_axis(&[&curve(&[-1.0, -3.0])], None);
        assert!(axis.position(-3.0) >= 0.0 && axis.position(-1.0) <= 1.0);
        log_axis(&[], None);
    }

    #[test]
    fn the_first_iterations_lie_outside_a_robust_axis() {
        let mut values = vec![0.1, 0.4];
        values.extend((0..98).map(|step| 0.9 + 0.0005 * f64::from(step)));
        let axis = robust_axis(&[&curve(&values)], 99.0, true);
        assert!(axis.position(0.4) < 0.0, "{axis:?}");
        assert!(axis.position(values[99]) <= 1.0);
        // A slow solver's last value is shown all the same.
        let slow = curve(&[0.1; 2]);
        let axis = robust_axis(&[&curve(&values), &slow], 99.0, true);
        assert!(axis.position(0.1) >= 0.0);
        robust_axis(&[], 0.0, false);
    }

    #[test]
    fn a_solver_that_ran_away_does_not_set_a_robust_axis() {
        let good = curve(&[9.0, 5.0, 4.0, 3.0]);
        let wild = curve(&[9.0, 90.0, 1e40, 1e80]);
        let axis = robust_axis(&[&good, &wild], 3.0, false);
        assert!(axis.position(3.0) >= 0.0 && axis.position(3.0) < 0.5, "{axis:?}");
        assert!(axis.position(90.0) > 1.0, "{axis:?}");
        assert!(robust_axis(&[&wild], 3.0, false).position(1e80) <= 1.0);
    }
}
