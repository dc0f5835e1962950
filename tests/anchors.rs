//! Evaluations on standard problems against published counts.

use losslab::lab::anchors::{Anchors, anchors};
use losslab::solver::Status;

fn all() -> Anchors {
    anchors().unwrap()
}

#[test]
fn lbfgs_takes_no_more_than_the_published_codes() {
    let anchors = all().cutest;
    assert_eq!(anchors.len(), 18);
    for a in &anchors {
        assert_eq!(a.status, Status::Converged, "{a:?}");
        assert!(a.ratio() <= 1.5, "{a:?}");
    }
    let ours: u64 = anchors.iter().map(|a| a.evaluations).sum();
    let fortran: u64 = anchors.iter().map(|a| a.fortran).sum();
    assert_eq!(fortran, 2867);
    assert!(ours <= fortran, "{ours}");
}

#[test]
fn second_order_methods_do_as_scipys_within_a_fifth() {
    for a in all().rosenbrock {
        assert_eq!(a.status, Status::Converged, "{a:?}");
        let (ours, scipy) = (a.counts, a.scipy.counts);
        for (ours, scipy) in [
            (ours.iterations, scipy.iterations),
            (ours.values, scipy.values),
            (ours.gradients, scipy.gradients),
            (ours.products, scipy.products),
        ] {
            assert!(5 * ours <= 6 * scipy, "{a:?}");
        }
    }
}
