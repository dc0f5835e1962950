//! Words on contour lines: placed where a line runs level and nothing else is.

use plotters::style::FontStyle;

use super::canvas::Point;
use super::text::text_width;

/// An upright rectangle in pixels, y downwards.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Area {
    pub(super) low: Point,
    pub(super) high: Point,
}

impl Area {
    /// Around a centre.
    pub(super) fn around(center: Point, width: f64, height: f64) -> Self {
        let (x, y) = (width / 2.0, height / 2.0);
        Self { low: (center.0 - x, center.1 - y), high: (center.0 + x, center.1 + y) }
    }

    pub(super) fn overlaps(&self, other: &Self) -> bool {
        self.low.0 < other.high.0
            && other.low.0 < self.high.0
            && self.low.1 < other.high.1
            && other.low.1 < self.high.1
    }

    pub(super) fn contains(&self, point: Point) -> bool {
        self.low.0 < point.0
            && point.0 < self.high.0
            && self.low.1 < point.1
            && point.1 < self.high.1
    }

    fn is_within(&self, other: &Self) -> bool {
        other.low.0 <= self.low.0
            && self.high.0 <= other.high.0
            && other.low.1 <= self.low.1
            && self.high.1 <= other.high.1
    }

    fn widened(&self, by: f64) -> Self {
        Self { low: (self.low.0 - by, self.low.1 - by), high: (self.high.0 + by, self.high.1 + by) }
    }
}

/// A contour line in pixels with what is to be written on it.
pub(super) struct LabelledLine<'a> {
    pub(super) points: Vec<Point>,
    pub(super) label: &'a str,
}

/// A label with its place.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Label {
    /// The index of its line.
    pub(super) line: usize,
    pub(super) area: Area,
}

/// Candidates along a line lie this far apart, in pixels.
const STEP: f64 = 8.0;
/// A line shorter than this many label widths has none.
const SHORTEST: f64 = 2.2;

/// A place for the label of every line that has room for one: inside `bounds`, off the
/// `taken` areas, off the other lines, where its line is most nearly level and straight.
/// Long lines choose first.
pub(super) fn place_labels(
    lines: &[LabelledLine<'_>],
    size: f64,
    bounds: Area,
    taken: &[Area],
) -> Vec<Label> {
    let mut order: Vec<usize> = (0..lines.len()).collect();
    let lengths: Vec<f64> = lines.iter().map(|line| length(&line.points)).collect();
    order.sort_by(|a, b| lengths[*b].total_cmp(&lengths[*a]).then(a.cmp(b)));
    let mut placed: Vec<Label> = Vec::new();
    for index in order {
        let width = text_width(lines[index].label, size, FontStyle::Normal) + 10.0;
        if lengths[index] < SHORTEST * width {
            continue;
        }
        let is_free = |area: &Area| {
            let margin = area.widened(4.0);
            area.is_within(&bounds)
                && !taken.iter().any(|other| margin.overlaps(other))
                && !placed.iter().any(|other| margin.overlaps(&other.area))
                && !lines.iter().enumerate().any(|(other, line)| {
                    other != index && line.points.iter().any(|point| area.contains(*point))
                })
        };
        let spots = spots(&lines[index].points, width, size * 1.05);
        let best = spots.into_iter().filter(|(_, area)| is_free(area));
        if let Some((_, area)) = best.min_by(|a, b| a.0.total_cmp(&b.0)) {
            placed.push(Label { line: index, area });
        }
    }
    placed
}

/// Places along a line with what speaks against each.
fn spots(points: &[Point], width: f64, height: f64) -> Vec<(f64, Area)> {
    let places = resampled(points);
    let reach = ((width / 2.0 / STEP).ceil() as usize).max(1);
    if places.len() <= 2 * reach {
        return Vec::new();
    }
    let middle = places.len() as f64 / 2.0;
    (reach..places.len() - reach)
        .map(|k| {
            let (from, at, to) = (places[k - reach], places[k], places[k + reach]);
            let (dx, dy) = (to.0 - from.0, to.1 - from.1);
            let tilt = dy.abs().atan2(dx.abs());
            let bend = 1.0 - dx.hypot(dy) / (2.0 * reach as f64 * STEP);
            let off = (k as f64 - middle).abs() / middle;
            (tilt + 3.0 * bend + 0.15 * off, Area::around(at, width, height))
        })
        .collect()
}

/// Points every [`STEP`] pixels along a line.
fn resampled(points: &[Point]) -> Vec<Point> {
    let mut places: Vec<Point> = points.first().copied().into_iter().collect();
    let mut left = STEP;
    for pair in points.windows(2) {
        let (mut from, to) = (pair[0], pair[1]);
        let mut distance = (to.0 - from.0).hypot(to.1 - from.1);
        while distance > left {
            let share = left / distance;
            from = (from.0 + share * (to.0 - from.0), from.1 + share * (to.1 - from.1));
            places.push(from);
            distance -= left;
            left = STEP;
        }
        left -= distance;
    }
    places
}

fn length(points: &[Point]) -> f64 {
    points.windows(2).map(|pair| (pair[1].0 - pair[0].0).hypot(pair[1].1 - pair[0].1)).sum()
}

/// What is left of a line outside an area.
pub(super) fn outside(points: &[Point], area: &Area) -> Vec<Vec<Point>> {
    let mut pieces: Vec<Vec<Point>> = vec![Vec::new()];
    for pair in points.windows(2) {
        let inner = super::canvas::clip(pair, area.low, area.high);
        let mut keep = |from: Point, to: Point| match pieces.last_mut() {
            Some(piece) if !piece.is_empty() => piece.push(to),
            _ => pieces.push(vec![from, to]),
        };
        match inner.first().map(Vec::as_slice) {
            Some([enter, leave]) => {
                if *enter != pair[0] {
                    keep(pair[0], *enter);
                }
                pieces.push(Vec::new());
                if *leave != pair[1] {
                    pieces.push(vec![*leave, pair[1]]);
                }
            }
            _ => keep(pair[0], pair[1]),
        }
    }
    pieces.retain(|piece| piece.len() > 1);
    pieces
}

#[cfg(test)]
mod tests {
    use super::super::style::register_fonts;
    use super::*;

    const PICTURE: Area = Area { low: (0.0, 0.0), high: (800.0, 800.0) };

    fn ring(radius: f64) -> Vec<Point> {
        let angle = |k: i32| f64::from(k) * std::f64::consts::TAU / 120.0;
        let at = |a: f64| (400.0 + radius * a.cos(), 400.0 + radius * a.sin());
        (0..=120).map(|k| at(angle(k))).collect()
    }

    #[test]
    fn labels_overlap_neither_each_other_nor_other_lines_nor_what_is_taken() {
        register_fonts().unwrap();
        let radii: Vec<f64> = (1..9).map(|k| 45.0 * f64::from(k)).collect();
        let lines: Vec<LabelledLine<'_>> = radii
            .iter()
            .map(|radius| LabelledLine { points: ring(*radius), label: "0.125" })
            .collect();
        let taken = [Area::around((400.0, 130.0), 120.0, 300.0)];
        let labels = place_labels(&lines, 18.0, PICTURE, &taken);
        assert!(labels.len() >= 6, "{}", labels.len());
        for (index, label) in labels.iter().enumerate() {
            assert!(label.area.is_within(&PICTURE));
            assert!(!label.area.overlaps(&taken[0]));
            assert!(labels[..index].iter().all(|other| !other.area.overlaps(&label.area)));
            for (other, line) in lines.iter().enumerate() {
                let touches = line.points.iter().any(|point| label.area.contains(*point));
                assert_eq!(touches, other == label.line);
            }
            // Where the ring is level: near its top or bottom.
            let y = (label.area.low.1 + label.area.high.1) / 2.0;
            let radius = radii[label.line];
            assert!((y - 400.0).abs() > 0.6 * radius || radius > 250.0, "{radius}: {y}");
        }
    }

    #[test]
    fn short_lines_have_no_label() {
        register_fonts().unwrap();
        let lines = [LabelledLine { points: ring(4.0), label: "0.125" }];
        assert!(place_labels(&lines, 18.0, PICTURE, &[]).is_empty());
    }

    #[test]
    fn a_line_is_left_out_under_its_label() {
        let area = Area { low: (4.0, -1.0), high: (6.0, 1.0) };
        let line = [(0.0, 0.0), (10.0, 0.0), (10.0, 5.0)];
        let pieces = outside(&line, &area);
        assert_eq!(
            pieces,
            [vec![(0.0, 0.0), (4.0, 0.0)], vec![(6.0, 0.0), (10.0, 0.0), (10.0, 5.0)]]
        );
        let bent = [(0.0, 0.0), (5.0, 0.0), (5.0, 5.0)];
        let pieces = outside(&bent, &area);
        assert_eq!(pieces, [vec![(0.0, 0.0), (4.0, 0.0)], vec![(5.0, 1.0), (5.0, 5.0)]]);
        assert_eq!(outside(&line[..2], &PICTURE).len(), 0);
    }
}
