//! How much of each pixel a shape covers: antialiasing.

/// Rows on which the edges of a polygon are computed, per pixel.
const ROWS_PER_PIXEL: usize = 4;

/// How much of each pixel of a rectangle is covered, 0 to 1.
pub(super) struct Coverage {
    pub(super) left: usize,
    pub(super) top: usize,
    pub(super) width: usize,
    pub(super) values: Vec<f32>,
}

impl Coverage {
    /// Nothing covered between two corners, cut to a picture of `size`.
    pub(super) fn between(low: (f64, f64), high: (f64, f64), size: (usize, usize)) -> Self {
        let cut = |value: f64, size: usize| value.clamp(0.0, size as f64) as usize;
        let (left, top) = (cut(low.0.floor(), size.0), cut(low.1.floor(), size.1));
        let (right, bottom) = (cut(high.0.ceil(), size.0), cut(high.1.ceil(), size.1));
        let (width, height) = (right.saturating_sub(left), bottom.saturating_sub(top));
        Self { left, top, width, values: vec![0.0; width * height] }
    }

    /// A segment of a stroke with round ends; overlaps do not add up.
    pub(super) fn add_segment(&mut self, from: (f64, f64), to: (f64, f64), width: f64) {
        if self.width == 0 {
            return;
        }
        let height = self.values.len() / self.width;
        let reach = width / 2.0 + 1.0;
        let (low, high) = bounds(&[from, to], reach);
        let columns = span(low.0, high.0, self.left, self.width);
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let length_squared = dx * dx + dy * dy;
        for row in span(low.1, high.1, self.top, height) {
            let y = (self.top + row) as f64 + 0.5 - from.1;
            for column in columns.clone() {
                let x = (self.left + column) as f64 + 0.5 - from.0;
                let along = if length_squared > 0.0 {
                    ((x * dx + y * dy) / length_squared).clamp(0.0, 1.0)
                } else {
                    0.0
                };
                let distance = (x - along * dx).hypot(y - along * dy);
                let covered = (width / 2.0 + 0.5 - distance).clamp(0.0, width.min(1.0)) as f32;
                let value = &mut self.values[row * self.width + column];
                *value = value.max(covered);
            }
        }
    }

    /// A polygon by the even-odd rule.
    pub(super) fn add_polygon(&mut self, points: &[(f64, f64)]) {
        if self.width == 0 {
            return;
        }
        let share = 1.0 / ROWS_PER_PIXEL as f64;
        let mut crossings = Vec::new();
        for (row, values) in self.values.chunks_mut(self.width).enumerate() {
            for part in 0..ROWS_PER_PIXEL {
                let y = (self.top + row) as f64 + (part as f64 + 0.5) * share;
                crossings.clear();
                crossings.extend(crossings_at(points, y));
                crossings.sort_by(f64::total_cmp);
                for pair in crossings.chunks_exact(2) {
                    add_run(values, pair[0] - self.left as f64, pair[1] - self.left as f64, share);
                }
            }
        }
    }
}

/// Adds `share` to the pixels from `start` to `end`, in part at the two ends.
fn add_run(values: &mut [f32], start: f64, end: f64, share: f64) {
    let start = start.clamp(0.0, values.len() as f64);
    let end = end.clamp(start, values.len() as f64);
    let (first, last) = (start.floor() as usize, end.ceil() as usize);
    for (column, value) in values.iter_mut().enumerate().take(last).skip(first) {
        let overlap = end.min(column as f64 + 1.0) - start.max(column as f64);
        *value += (overlap.max(0.0) * share) as f32;
    }
}

fn crossings_at(points: &[(f64, f64)], y: f64) -> impl Iterator<Item = f64> + '_ {
    let next = points.iter().cycle().skip(1);
    let edges = points.iter().zip(next).filter(move |(a, b)| (a.1 <= y) != (b.1 <= y));
    edges.map(move |(a, b)| a.0 + (y - a.1) / (b.1 - a.1) * (b.0 - a.0))
}

/// The corners of the smallest upright box around `points`, with a margin.
pub(super) fn bounds(points: &[(f64, f64)], margin: f64) -> ((f64, f64), (f64, f64)) {
    let start = ((f64::MAX, f64::MAX), (f64::MIN, f64::MIN));
    let (low, high) = points.iter().fold(start, |(low, high), point| {
        ((low.0.min(point.0), low.1.min(point.1)), (high.0.max(point.0), high.1.max(point.1)))
    });
    ((low.0 - margin, low.1 - margin), (high.0 + margin, high.1 + margin))
}

/// The pixels from `low` to `high` among `size` of them that start at `offset`.
fn span(low: f64, high: f64, offset: usize, size: usize) -> std::ops::Range<usize> {
    let cut = |value: f64| (value - offset as f64).clamp(0.0, size as f64) as usize;
    cut(low.floor())..cut(high.ceil())
}
