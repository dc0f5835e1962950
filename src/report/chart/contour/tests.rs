use super::super::test_pictures::check;
use super::*;

/// A valley along a parabola with the same kind of growth as a network's loss.
fn valley(n: usize) -> Field {
    let axis: Vec<f64> = (0..n).map(|i| -1.5 + 3.0 * i as f64 / (n - 1) as f64).collect();
    let value = |x: f64, y: f64| (1.0 - x).powi(2) + 20.0 * (y - x * x).powi(2) + 0.02;
    let values = axis.iter().flat_map(|y| axis.iter().map(move |x| value(*x, *y))).collect();
    Field {
        x: axis.clone(),
        y: axis,
        values,
        measured: Vec::new(),
        x_label: "principal component 1, ‖Δθ‖".into(),
        y_label: "principal component 2, ‖Δθ‖".into(),
        value_label: "training loss".into(),
    }
}

fn path(label: &str, bend: f64, steps: usize) -> PathOnPlane {
    let at = |k: usize| {
        let t = k as f64 / (steps - 1) as f64;
        (-1.2 + 2.1 * t, 1.3 * (1.0 - t).powf(bend) + 0.85 * t * t)
    };
    PathOnPlane { label: label.into(), points: (0..steps).map(at).collect() }
}

fn contour() -> Contour {
    Contour {
        title: "Digits: training loss on the plane of two principal components".into(),
        subtitles: vec![
            "joint PCA of the iterates of 4 runs, seed 1; captured variance: gd 71.2%, \
             cg 83.4%, lbfgs 92.1%, adam 77.0%; of a random walk as long: 76.0%"
                .into(),
            "mean distance off the plane: gd 0.41, cg 0.22, lbfgs 0.31, adam 0.52".into(),
        ],
        field: valley(51),
        scale: ValueScale::Log { offset: 0.0 },
        filled: true,
        equal_scale: true,
        paths: vec![
            path("gd", 1.0, 200),
            path("cg", 2.0, 40),
            path("lbfgs", 3.0, 30),
            path("adam", 0.6, 400),
        ],
        marks: vec![NamedPoint { label: "θ₀".into(), at: (0.0, 0.0) }],
    }
}

#[test]
fn a_plane_with_paths() {
    check(&contour().render().unwrap(), "contour-paths");
    let lines = Contour { filled: false, equal_scale: false, ..contour() };
    check(&lines.render().unwrap(), "contour-lines");
}

#[test]
fn a_random_plane_with_a_linear_scale_and_long_names() {
    let mut plane = contour();
    plane.paths.clear();
    plane.scale = ValueScale::Linear;
    plane.field = valley(31);
    for value in &mut plane.field.values {
        *value = (1.0 + *value).ln() - 3.0;
    }
    plane.field.y = plane.field.y.iter().map(|y| 0.4 * y).collect();
    plane.title = plane.title.repeat(3);
    plane.field.x_label = plane.field.x_label.repeat(8);
    check(&plane.render().unwrap(), "contour-linear");
}

#[test]
fn what_is_not_finite_or_not_measured_is_shown_as_such() {
    let mut plane = contour();
    plane.paths.truncate(1);
    let width = plane.field.x.len();
    for (index, value) in plane.field.values.iter_mut().enumerate() {
        let (i, j) = (index % width, index / width);
        if i > 42 && j < 14 {
            *value = f64::INFINITY;
        } else if i == 10 && j == 40 {
            *value = f64::NAN;
        }
    }
    plane.field.measured =
        (0..width * width).map(|k| (k % width) % 4 == 0 && (k / width) % 4 == 0).collect();
    let rendered = plane.render().unwrap();
    check(&rendered, "contour-gaps");
    assert!(rendered.svg.contains("not finite") && rendered.svg.contains("interpolated"));
    // All of it, or a constant: there is still a picture.
    plane.field.values.fill(f64::NAN);
    check(&plane.render().unwrap(), "contour-nothing");
    plane.field.values.fill(0.25);
    check(&plane.render().unwrap(), "contour-constant");
}

#[test]
fn the_log_above_the_least_value_names_it() {
    let mut plane = contour();
    let least = plane.field.finite().fold(f64::INFINITY, f64::min);
    plane.scale = ValueScale::Log { offset: least };
    let rendered = plane.render().unwrap();
    check(&rendered, "contour-above");
    assert!(rendered.svg.contains(&format!("training loss − {}", &least.to_string()[..4])));
}

#[test]
fn fields_that_do_not_fit_are_refused() {
    let mut plane = contour();
    plane.field.values.pop();
    assert!(plane.render().is_err_and(|defect| defect.contains("2601 points")));
    let mut plane = contour();
    plane.field.x[3] = plane.field.x[2];
    assert!(plane.render().is_err());
}
