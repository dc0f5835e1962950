//! Lines of equal value and the regions above them, by marching squares.
//!
//! Lorensen & Cline 1987 in two dimensions. A cell whose diagonal corners lie on the same
//! side of the level is a saddle; it is cut as the mean of its four corners says, for
//! lines and regions alike, so that both agree.

use std::collections::HashMap;

use super::canvas::Point;

/// Values at the points (i, j) of an nx × ny grid, i fastest.
#[derive(Clone, Copy)]
pub(super) struct Lattice<'a> {
    pub(super) columns: usize,
    pub(super) rows: usize,
    pub(super) values: &'a [f64],
}

/// A line in grid coordinates, with larger values on its left when the second axis points
/// up. A closed one ends with its first point.
pub(super) type Isoline = Vec<Point>;

/// A crossing of the level: an edge of the grid by its lower end and whether it is upright.
type Edge = (i64, i64, bool);

impl Lattice<'_> {
    fn value(&self, i: i64, j: i64) -> Option<f64> {
        let inside = i >= 0 && j >= 0 && i < self.columns as i64 && j < self.rows as i64;
        inside.then(|| self.values[j as usize * self.columns + i as usize])
    }

    /// The lines where the value is `level`. Cells with a corner that is not finite have
    /// none.
    pub(super) fn isolines(&self, level: f64) -> Vec<Isoline> {
        let finite = |value: Option<f64>| value.filter(|value| value.is_finite());
        let inside = 0..self.rows as i64 - 1;
        let mut segments = Vec::new();
        for j in inside {
            for i in 0..self.columns as i64 - 1 {
                if let Some(corners) = self.corners(i, j, finite) {
                    cut_cell(i, j, corners, level, &mut segments);
                }
            }
        }
        join(segments).into_iter().map(|edges| self.places(&edges, level)).collect()
    }

    /// Closed rings around where the value is at least `level`, anticlockwise outside and
    /// clockwise around holes. What is not finite, or off the grid, lies below.
    pub(super) fn region(&self, level: f64) -> Vec<Isoline> {
        let low = |value: Option<f64>| {
            Some(value.filter(|value| value.is_finite()).unwrap_or(f64::NEG_INFINITY))
        };
        let mut segments = Vec::new();
        for j in -1..self.rows as i64 {
            for i in -1..self.columns as i64 {
                if let Some(corners) = self.corners(i, j, low) {
                    cut_cell(i, j, corners, level, &mut segments);
                }
            }
        }
        join(segments).into_iter().map(|edges| self.places(&edges, level)).collect()
    }

    /// The corners of a cell, anticlockwise from its lowest.
    fn corners(
        &self,
        i: i64,
        j: i64,
        read: impl Fn(Option<f64>) -> Option<f64>,
    ) -> Option<[f64; 4]> {
        let corner = |i, j| read(self.value(i, j));
        Some([corner(i, j)?, corner(i + 1, j)?, corner(i + 1, j + 1)?, corner(i, j + 1)?])
    }

    fn places(&self, edges: &[Edge], level: f64) -> Isoline {
        edges.iter().map(|edge| self.place(*edge, level)).collect()
    }

    /// Where the level crosses an edge; at the end on the grid where the other is not.
    fn place(&self, (i, j, upright): Edge, level: f64) -> Point {
        let (to_i, to_j) = if upright { (i, j + 1) } else { (i + 1, j) };
        let share = match (self.value(i, j), self.value(to_i, to_j)) {
            (Some(a), Some(b)) if a.is_finite() && b.is_finite() => (level - a) / (b - a),
            (Some(_), Some(_)) => 0.5,
            (Some(_), None) => 0.0,
            (None, _) => 1.0,
        };
        let (x, y) = (i as f64, j as f64);
        if upright { (x, y + share) } else { (x + share, y) }
    }
}

/// Adds the cell's pieces, each with the larger values on its left.
fn cut_cell(i: i64, j: i64, corners: [f64; 4], level: f64, segments: &mut Vec<(Edge, Edge)>) {
    let above = corners.map(|value| value >= level);
    let edges = [(i, j, false), (i + 1, j, true), (i, j + 1, false), (i, j, true)];
    // Edge k joins corners k and k + 1. Walking anticlockwise, a piece starts where the
    // values fall below the level and ends where they rise above it again.
    let falls = (0..4).filter(|k| above[*k] && !above[(k + 1) % 4]);
    let saddle = above[0] == above[2] && above[1] == above[3] && above[0] != above[1];
    let joined = saddle && corners.iter().sum::<f64>() / 4.0 >= level;
    for fall in falls {
        let rise = if joined {
            // The high corners are joined: the piece goes around the low corner.
            (fall + 1) % 4
        } else {
            // It goes around what is high, back to where the values rose to it.
            (1..4)
                .map(|back| (fall + 4 - back) % 4)
                .find(|k| !above[*k] && above[(k + 1) % 4])
                .unwrap_or(fall)
        };
        segments.push((edges[fall], edges[rise]));
    }
}

/// Segments joined end to start into lines; a closed one repeats its first edge.
fn join(segments: Vec<(Edge, Edge)>) -> Vec<Vec<Edge>> {
    let mut next: HashMap<Edge, Edge> = segments.iter().copied().collect();
    let ends: std::collections::HashSet<Edge> = segments.iter().map(|segment| segment.1).collect();
    let starts = segments.iter().map(|segment| segment.0);
    // Open lines first, from their start; then the rings, each from its first segment.
    let order = starts.clone().filter(|start| !ends.contains(start)).chain(starts);
    let mut lines = Vec::new();
    for start in order {
        let mut line = vec![start];
        let mut at = start;
        while let Some(to) = next.remove(&at) {
            line.push(to);
            at = to;
        }
        if line.len() > 1 {
            lines.push(line);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sampled(n: usize, f: impl Fn(f64, f64) -> f64) -> Vec<f64> {
        (0..n * n).map(|k| f((k % n) as f64, (k / n) as f64)).collect()
    }

    fn square(n: usize, values: &[f64]) -> Lattice<'_> {
        Lattice { columns: n, rows: n, values }
    }

    /// By the shoelace formula; positive anticlockwise.
    fn area(ring: &[Point]) -> f64 {
        ring.windows(2).map(|p| (p[0].0 * p[1].1 - p[1].0 * p[0].1) / 2.0).sum()
    }

    #[test]
    fn a_circle_is_one_closed_ring_of_the_right_radius() {
        let values = sampled(41, |x, y| (x - 20.0).hypot(y - 20.0));
        for (level, sign) in [(5.0, -1.0), (12.5, -1.0)] {
            let lines = square(41, &values).isolines(level);
            assert_eq!(lines.len(), 1);
            assert_eq!(lines[0].first(), lines[0].last());
            for (x, y) in &lines[0] {
                let radius = (x - 20.0).hypot(y - 20.0);
                // Linear along an edge: off by at most 1/(8 r).
                assert!((radius - level).abs() < 1.0 / (8.0 * level), "{radius}");
            }
            // Larger values lie outside, so the ring runs clockwise.
            let expected = sign * std::f64::consts::PI * level * level;
            assert!((area(&lines[0]) / expected - 1.0).abs() < 0.01);
        }
    }

    #[test]
    fn a_circle_cut_by_the_edge_is_open() {
        let values = sampled(21, |x, y| x.hypot(y));
        let lines = square(21, &values).isolines(10.0);
        assert_eq!(lines.len(), 1);
        let (first, last) = (lines[0][0], lines[0][lines[0].len() - 1]);
        assert!(first != last);
        assert!([first, last].contains(&(10.0, 0.0)) && [first, last].contains(&(0.0, 10.0)));
    }

    #[test]
    fn a_saddle_is_cut_as_its_middle_says() {
        // Corners 1, 0, 1, 0 anticlockwise; the mean is ½.
        let values = [1.0, 0.0, 0.0, 1.0];
        let joined = square(2, &values).isolines(0.4);
        let parted = square(2, &values).isolines(0.6);
        assert_eq!((joined.len(), parted.len()), (2, 2));
        // Each piece stays with one low corner, or with one high corner.
        let near = |lines: &[Isoline], corner: Point| {
            lines
                .iter()
                .any(|line| line.iter().all(|p| (p.0 - corner.0).hypot(p.1 - corner.1) < 0.5))
        };
        assert!(near(&joined, (1.0, 0.0)) && near(&joined, (0.0, 1.0)));
        assert!(near(&parted, (0.0, 0.0)) && near(&parted, (1.0, 1.0)));
        // The regions agree: joined has one ring, parted two.
        assert_eq!(square(2, &values).region(0.4).len(), 1);
        assert_eq!(square(2, &values).region(0.6).len(), 2);
        let hyperbola = sampled(31, |x, y| (x - 15.0) * (y - 15.0));
        assert_eq!(square(31, &hyperbola).isolines(20.0).len(), 2);
        assert_eq!(square(31, &hyperbola).isolines(-20.0).len(), 2);
    }

    #[test]
    fn a_plateau_at_the_level_has_an_outline_and_no_fill_of_lines() {
        // A table mountain whose top is exactly the level.
        let values = sampled(7, |x, y| {
            if (2.0..=4.0).contains(&x) && (2.0..=4.0).contains(&y) { 1.0 } else { 0.0 }
        });
        let lines = square(7, &values).isolines(1.0);
        assert_eq!(lines.len(), 1);
        assert!((area(&lines[0]) - 4.0).abs() < 1e-12, "{lines:?}");
        // A plateau below every level has none, and one everywhere above has none either.
        assert!(square(7, &values).isolines(2.0).is_empty());
        assert!(square(7, &values).isolines(-1.0).is_empty());
        assert!((area(&square(7, &values).region(-1.0)[0]) - 36.0).abs() < 1e-12);
    }

    #[test]
    fn a_region_with_a_hole_has_rings_of_both_signs() {
        let values = sampled(41, |x, y| -((x - 20.0).hypot(y - 20.0) - 10.0).abs());
        let rings = square(41, &values).region(-3.0);
        let mut areas: Vec<f64> = rings.iter().map(|ring| area(ring)).collect();
        areas.sort_by(f64::total_cmp);
        let disc = |r: f64| std::f64::consts::PI * r * r;
        assert_eq!(areas.len(), 2);
        assert!((areas[0] / -disc(7.0) - 1.0).abs() < 0.02 && areas[1] > 0.98 * disc(13.0));
    }

    #[test]
    fn cells_that_are_not_finite_have_no_lines() {
        let mut values = sampled(11, |x, _| x);
        values[5 * 11 + 4] = f64::NAN;
        let lines = square(11, &values).isolines(4.5);
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines.iter().flatten().all(|p| p.0 == 4.5 && (p.1 <= 4.0 || p.1 >= 6.0)));
        let infinite = vec![f64::INFINITY; 9];
        assert!(square(3, &infinite).isolines(1.0).is_empty());
        assert!(square(3, &infinite).region(1.0).is_empty());
    }
}
