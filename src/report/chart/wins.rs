//! Who beats whom: a matrix in colours with numbers.

use plotters::style::text_anchor::HPos;
use plotters::style::{FontStyle, WHITE};
use plotters_backend::DrawingBackend;

use crate::lab::statistics::Wins;
use crate::report::format::one_line;

use super::Drawing;
use super::axis::Axis;
use super::canvas::{Canvas, Lettering, Point};
use super::color_bar::ColorBar;
use super::colormap::{ColorMap, luminance};
use super::frame::{Heading, below_heading, draw_heading};
use super::labels::Area;
use super::panel::{MARGIN, heading};
use super::style::{GRID, INK, TICK_SIZE, WIDTH};
use super::text::{fit_labels, text_width};

const WIDEST_LABEL: f64 = 300.0;
/// Between the matrix and its names.
const SPACE: f64 = 14.0;
const LARGEST_CELL: (f64, f64) = (200.0, 110.0);
const LEAST_ROW: f64 = 34.0;
const LARGEST_NUMBER: f64 = 30.0;
/// The colour bar needs this height for its words.
const LEAST_HEIGHT: f64 = 460.0;
const BELOW: f64 = 40.0;

/// A matrix laid out.
pub(super) struct Chart {
    heading: Heading,
    names: Vec<String>,
    /// At `[row][column]` the words and, on the map, the colour; none on the diagonal.
    cells: Vec<Vec<Option<(String, f64)>>>,
    /// Top left of the matrix.
    corner: Point,
    cell: (f64, f64),
    bar: ColorBar,
    height: f64,
}

impl Chart {
    /// The matrix of the solvers in this `order`, given as indices.
    pub(super) fn new(title: &str, subtitles: &[String], wins: &Wins, order: &[usize]) -> Self {
        let names: Vec<String> =
            order.iter().map(|index| one_line(&wins.solvers[*index])).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let names = fit_labels(&names, TICK_SIZE, WIDEST_LABEL, 1).concat();
        let width = |name: &String| text_width(name, TICK_SIZE, FontStyle::Normal);
        let widest = names.iter().map(width).fold(0.0, f64::max);
        let heading = heading(title, subtitles);
        let count = order.len().max(1) as f64;
        let corner = (MARGIN + widest + SPACE, below_heading(&heading) - 20.0 + widest + SPACE);
        let axis = Axis::linear(-100.0, 100.0);
        let bar = |height| ColorBar::new(axis, ColorMap::Diverging, BAR_LABEL, height);
        let room = WIDTH - MARGIN - corner.0 - bar(LEAST_HEIGHT).width();
        let across = (room / count).floor().min(LARGEST_CELL.0);
        let down = (across * 0.66).round().clamp(LEAST_ROW, LARGEST_CELL.1);
        let tall = (down * count).max(LEAST_HEIGHT);
        let cell = |a: usize, b: usize| {
            let percent = format!("{:.0}", 100.0 * wins.share(a, b));
            (a != b).then(|| (percent, axis.position(100.0 * wins.net(a, b))))
        };
        let cells = order.iter().map(|a| order.iter().map(|b| cell(*a, *b)).collect()).collect();
        let height = corner.1 + tall + BELOW;
        Self { heading, names, cells, corner, cell: (across, down), bar: bar(tall), height }
    }

    fn area(&self, row: usize, column: usize) -> Area {
        let at = |row: usize, column: usize| {
            let x = self.corner.0 + column as f64 * self.cell.0;
            (x.round(), (self.corner.1 + row as f64 * self.cell.1).round())
        };
        Area { low: at(row, column), high: at(row + 1, column + 1) }
    }

    fn draw_names<B: DrawingBackend>(&self, canvas: &mut Canvas<'_, B>) {
        for (index, name) in self.names.iter().enumerate() {
            let Area { low, high } = self.area(index, index);
            let flush = Lettering::new(TICK_SIZE, INK).align(HPos::Right);
            let baseline = f64::midpoint(low.1, high.1) + 0.36 * TICK_SIZE;
            canvas.text(name, (self.corner.0 - SPACE, baseline), flush);
            // Upwards from the matrix.
            let half = text_width(name, TICK_SIZE, FontStyle::Normal) / 2.0;
            let at =
                (f64::midpoint(low.0, high.0) + 0.36 * TICK_SIZE, self.corner.1 - SPACE - half);
            let upwards = Lettering::new(TICK_SIZE, INK).align(HPos::Center).upwards();
            canvas.text(name, at, upwards);
        }
    }

    fn draw_cell<B: DrawingBackend>(&self, canvas: &mut Canvas<'_, B>, row: usize, column: usize) {
        let Area { low, high } = self.area(row, column);
        let inner = ((low.0 + 1.0, low.1 + 1.0), (high.0 - 1.0, high.1 - 1.0));
        let Some((percent, share)) = &self.cells[row][column] else {
            canvas.rectangle(inner.0, inner.1, GRID);
            return;
        };
        let ground = ColorMap::Diverging.step(*share);
        canvas.rectangle(inner.0, inner.1, ground);
        let color = if luminance(ground) < 0.2 { WHITE } else { INK };
        let size = (0.4 * self.cell.0).min(0.62 * self.cell.1).min(LARGEST_NUMBER);
        let middle = (f64::midpoint(low.0, high.0), f64::midpoint(low.1, high.1) + 0.36 * size);
        canvas.text(percent, middle, Lettering::new(size, color).align(HPos::Center));
    }
}

const BAR_LABEL: &str = "wins minus losses (% of goals)";

impl Drawing for Chart {
    fn height(&self) -> f64 {
        self.height
    }

    fn draw<B: DrawingBackend>(&self, canvas: &mut Canvas<'_, B>) {
        draw_heading(canvas, &self.heading, self.height);
        self.draw_names(canvas);
        for row in 0..self.names.len() {
            for column in 0..self.names.len() {
                self.draw_cell(canvas, row, column);
            }
        }
        let count = self.names.len() as f64;
        let bottom = (self.cell.1 * count).max(LEAST_HEIGHT);
        let high = (self.corner.0 + self.cell.0 * count, self.corner.1 + bottom);
        self.bar.draw(canvas, &Area { low: self.corner, high });
    }
}

#[cfg(test)]
mod tests {
    use super::super::draw_on_both;
    use super::super::style::register_fonts;
    use super::super::test_pictures::check;
    use super::*;

    /// Of 400 goals the solver with the lower number wins the more, the further apart.
    fn wins(solvers: usize) -> Wins {
        let won = |a: usize, b: usize| match a.cmp(&b) {
            std::cmp::Ordering::Equal => 0,
            std::cmp::Ordering::Less => 200 + 180 * (b - a) / solvers,
            std::cmp::Ordering::Greater => 180 - 180 * (a - b) / solvers,
        };
        let all = 0..solvers;
        let wins: Vec<Vec<usize>> =
            all.clone().map(|a| all.clone().map(|b| won(a, b)).collect()).collect();
        let ties = vec![vec![0; solvers]; solvers];
        let names = ["lbfgs", "gd", "cg beta=polak-ribiere line_search=hager-zhang"];
        let name =
            |index: usize| names.get(index).map_or(format!("solver-{index}"), |n| (*n).into());
        Wins { solvers: all.map(name).collect(), goals: 400, wins, both_missed: ties.clone(), ties }
    }

    #[test]
    fn few_and_many_solvers() {
        register_fonts().unwrap();
        for solvers in [2, 3, 7, 23] {
            let order: Vec<usize> = (0..solvers).collect();
            let subtitles = ["a number: the goals, in per cent, that its row won".to_string()];
            let chart = Chart::new("Wins over goals", &subtitles, &wins(solvers), &order);
            let rendered = draw_on_both(&chart).unwrap();
            check(&rendered, &format!("wins-{solvers}"));
        }
    }

    #[test]
    fn rows_win_against_columns_in_the_order_asked_for() {
        register_fonts().unwrap();
        let chart = Chart::new("", &[], &wins(3), &[2, 0, 1]);
        assert_eq!(chart.names[1], "lbfgs");
        // Solver 0 against 2: 200 + 180 · 2/3 = 320 of 400 won, 180 − 120 = 60 lost.
        assert_eq!(chart.cells[1][0], Some(("80".into(), 0.5 + 0.5 * 0.65)));
        assert_eq!(chart.cells[1][1], None);
    }
}
