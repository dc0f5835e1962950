//! Fonts, sizes, colours and dashes.

use plotters::style::{FontStyle, RGBColor, register_font};
use serde::Serialize;

/// Coordinates are handed to the backends in tenths of a pixel, because
/// plotters takes whole numbers only.
pub(super) const UNITS_PER_PIXEL: f64 = 10.0;

/// The SVG backend divides font sizes by this to get em.
pub(super) const SVG_TEXT_SCALE: f64 = 1.24;

/// The font, with what an SVG viewer may take instead.
pub(super) const FONT_FAMILY: &str = "DejaVu Sans, Verdana, sans-serif";

/// Ascender minus descender of DejaVu Sans, in em; plotters sizes glyphs by it.
const LINE_HEIGHT: f64 = (1901.0 + 483.0) / 2048.0;

pub(super) const WIDTH: f64 = 1600.0;
pub(super) const HEIGHT: f64 = 1000.0;

pub(super) const TITLE_SIZE: f64 = 34.0;
pub(super) const SUBTITLE_SIZE: f64 = 22.0;
pub(super) const LABEL_SIZE: f64 = 26.0;
pub(super) const TICK_SIZE: f64 = 22.0;
pub(super) const LEGEND_SIZE: f64 = 24.0;

pub(super) const INK: RGBColor = RGBColor(34, 34, 34);
pub(super) const GREY: RGBColor = RGBColor(95, 95, 95);
pub(super) const GRID: RGBColor = RGBColor(224, 224, 224);

/// The size to ask plotters for so that an em has `em` pixels.
pub(super) fn glyph_size(em: f64) -> f64 {
    em * LINE_HEIGHT
}

/// Makes the fonts known to plotters; doing so again changes nothing.
pub(super) fn register_fonts() -> Result<(), String> {
    let fonts =
        [(FontStyle::Normal, dejavu::sans::regular()), (FontStyle::Bold, dejavu::sans::bold())];
    for (style, bytes) in fonts {
        register_font(FONT_FAMILY, style, bytes)
            .map_err(|_| "the built-in font cannot be read".to_string())?;
    }
    Ok(())
}

/// How a solver is drawn everywhere.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct SeriesStyle {
    pub(super) color: RGBColor,
    /// Pixels drawn and left out, in turn; empty for a solid line.
    pub(super) dash: &'static [f64],
}

const SOLID: &[f64] = &[];
const LONG_DASH: &[f64] = &[20.0, 9.0];
const DASH_DOT: &[f64] = &[18.0, 8.0, 3.0, 8.0];
const SHORT_DASH: &[f64] = &[8.0, 7.0];
const DOTS: &[f64] = &[4.0, 7.0];
const DASH_DOT_DOT: &[f64] = &[22.0, 6.0, 3.0, 6.0, 3.0, 6.0];
const DASHES: [&[f64]; 6] = [SOLID, LONG_DASH, DASH_DOT, SHORT_DASH, DOTS, DASH_DOT_DOT];

/// First the colours of Okabe & Ito 2008 that read on white, then those of Paul
/// Tol's "muted" scheme that lie far from them, with a dash each: colours that
/// a colour-blind reader may confuse have different dashes.
const SERIES: [SeriesStyle; 13] = [
    SeriesStyle { color: RGBColor(230, 159, 0), dash: LONG_DASH },
    SeriesStyle { color: RGBColor(204, 121, 167), dash: DASH_DOT },
    SeriesStyle { color: RGBColor(0, 158, 115), dash: SHORT_DASH },
    SeriesStyle { color: RGBColor(0, 114, 178), dash: SOLID },
    SeriesStyle { color: RGBColor(213, 94, 0), dash: SOLID },
    SeriesStyle { color: RGBColor(86, 180, 233), dash: LONG_DASH },
    SeriesStyle { color: RGBColor(0, 0, 0), dash: SHORT_DASH },
    SeriesStyle { color: RGBColor(202, 186, 40), dash: DASH_DOT },
    SeriesStyle { color: RGBColor(51, 34, 136), dash: DOTS },
    SeriesStyle { color: RGBColor(136, 34, 85), dash: LONG_DASH },
    SeriesStyle { color: RGBColor(17, 119, 51), dash: DASH_DOT_DOT },
    SeriesStyle { color: RGBColor(153, 153, 51), dash: DOTS },
    SeriesStyle { color: RGBColor(170, 68, 153), dash: DASH_DOT_DOT },
];

/// The style of every method under its own name, in any company. From 13 on a colour has a
/// second dash: for methods that are seldom compared with the first of that colour.
const KNOWN: [(&str, usize); 23] = [
    ("gd", 0),
    ("gd-line-search", 1),
    ("cg", 2),
    ("lbfgs", 3),
    ("adam", 4),
    ("trust-region", 5),
    ("sgd", 6),
    ("momentum", 7),
    ("newton-cg", 8),
    ("argmin-lbfgs", 9),
    ("argmin-cg", 10),
    ("nesterov", 11),
    ("bfgs", 12),
    ("argmin-newton-cg", 13),
    ("hessian-free", 14),
    ("argmin-trust-region", 17),
    ("argmin-bfgs", 19),
    ("argmin-gd", 20),
    ("adamw", 21),
    ("barzilai-borwein", 22),
    ("sr1-trust-region", 23),
    ("adagrad", 24),
    ("rmsprop", 25),
];

/// From here on styles are no method's own.
const OTHERS: usize = 2 * SERIES.len();

/// Where series without a name of their own begin to take styles: blue and what follows it.
const FIRST_FREE: usize = 3;

/// The style of `label` among `labels`: fixed for the methods' own names. Others take, in
/// order, the colours that no method in their company has, with dashes that no method has, then
/// other dashes.
pub(super) fn series_style(label: &str, labels: &[String]) -> SeriesStyle {
    if let Some(index) = known(label) {
        return style_at(index);
    }
    let taken: Vec<usize> = labels.iter().filter_map(|label| known(label)).collect();
    let has_color = |index: usize| taken.iter().any(|taken| taken % SERIES.len() == index);
    let colors = (FIRST_FREE + 1..SERIES.len()).chain(0..=FIRST_FREE);
    // With dashes that no method has.
    let free = colors.filter(|index| !has_color(*index)).map(|index| OTHERS + index);
    let again = OTHERS + SERIES.len()..;
    let others = labels.iter().filter(|other| known(other).is_none());
    let order = others.take_while(|other| *other != label).count();
    style_at(free.chain(again).nth(order).unwrap_or(FIRST_FREE))
}

/// The number of the style that a method's own name has.
fn known(name: &str) -> Option<usize> {
    KNOWN.iter().find(|known| known.0 == name).map(|known| known.1)
}

/// The style with this number; when all colours are taken they return with the next dash.
fn style_at(index: usize) -> SeriesStyle {
    let base = SERIES[index % SERIES.len()];
    let dash = DASHES.iter().position(|dash| *dash == base.dash).unwrap_or(0);
    SeriesStyle { dash: DASHES[(dash + index / SERIES.len()) % DASHES.len()], ..base }
}

/// Style number `index` of series that are no solvers.
pub(super) fn numbered_style(index: usize) -> SeriesStyle {
    style_at(FIRST_FREE + index)
}

/// How a page draws a series: as the charts do.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(in crate::report) struct PageStyle {
    label: String,
    /// `#rrggbb`.
    color: String,
    /// Pixels drawn and left out, in turn; empty for a solid line.
    dash: &'static [f64],
}

/// The style of each label among all of them.
pub(in crate::report) fn page_styles(labels: &[String]) -> Vec<PageStyle> {
    let style = |label: &String| {
        let SeriesStyle { color: RGBColor(red, green, blue), dash } = series_style(label, labels);
        PageStyle { label: label.clone(), color: format!("#{red:02x}{green:02x}{blue:02x}"), dash }
    };
    labels.iter().map(style).collect()
}

impl SeriesStyle {
    pub(super) fn solid(self) -> Self {
        Self { dash: SOLID, ..self }
    }

    pub(super) fn dashed(self) -> Self {
        Self { dash: SHORT_DASH, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_string()).collect()
    }

    #[test]
    fn known_solvers_keep_their_colour_in_any_company() {
        let alone = series_style("lbfgs", &labels(&["lbfgs"]));
        let among = series_style("lbfgs", &labels(&["mine", "gd", "lbfgs"]));
        assert_eq!(alone, among);
        assert_eq!(alone.color, RGBColor(0, 114, 178));
    }

    #[test]
    fn every_method_has_a_style_of_its_own() {
        let all: Vec<String> =
            crate::solver::Method::all().iter().map(|m| m.name().to_owned()).collect();
        let styles: Vec<SeriesStyle> = all.iter().map(|name| series_style(name, &[])).collect();
        for (index, style) in styles.iter().enumerate() {
            assert!(known(&all[index]).is_some(), "{} has no style", all[index]);
            assert!(!styles[..index].contains(style), "{} repeats a style", all[index]);
        }
    }

    #[test]
    fn others_take_colours_that_no_method_beside_them_has() {
        let all = labels(&["adam", "mine", "lbfgs", "yours"]);
        let colors: Vec<RGBColor> = all.iter().map(|name| series_style(name, &all).color).collect();
        assert!(colors.iter().enumerate().all(|(i, color)| !colors[..i].contains(color)));
    }

    #[test]
    fn many_solvers_differ_in_colour_or_dash() {
        let names: Vec<String> = (0..28).map(|index| format!("solver-{index}")).collect();
        let all: Vec<String> = names.into_iter().chain(labels(&["cg", "gd"])).collect();
        let styles: Vec<SeriesStyle> = all.iter().map(|label| series_style(label, &all)).collect();
        for (index, style) in styles.iter().enumerate() {
            assert!(!styles[..index].contains(style), "{} repeats a style", all[index]);
        }
    }

    /// The colour as a reader without long-wave cones sees it: Viénot, Brettel
    /// & Mollon 1999, on linear light.
    fn as_protanope(color: RGBColor) -> [f64; 3] {
        let linear = |channel: u8| (f64::from(channel) / 255.0).powf(2.2);
        let (r, g, b) = (linear(color.0), linear(color.1), linear(color.2));
        let yellow = 0.11238 * r + 0.88762 * g;
        let blue = 0.00401 * r - 0.00401 * g + b;
        [yellow, yellow, blue].map(|channel| 255.0 * channel.max(0.0).powf(1.0 / 2.2))
    }

    fn distance(a: [f64; 3], b: [f64; 3]) -> f64 {
        a.iter().zip(b).map(|(x, y)| (x - y) * (x - y)).sum::<f64>().sqrt()
    }

    #[test]
    fn no_two_of_twelve_look_alike() {
        let unknown: Vec<String> = (0..12).map(|index| format!("solver-{index}")).collect();
        let known: Vec<String> = KNOWN[..13].iter().map(|known| known.0.to_owned()).collect();
        let mixed: Vec<String> = known[..4].iter().chain(&unknown[..8]).cloned().collect();
        for all in [unknown, mixed, known] {
            let styles: Vec<_> = all.iter().map(|label| series_style(label, &all)).collect();
            for (index, a) in styles.iter().enumerate() {
                for b in &styles[..index] {
                    let plain = |c: RGBColor| [c.0, c.1, c.2].map(f64::from);
                    let apart = distance(plain(a.color), plain(b.color));
                    assert!(apart > 55.0, "{a:?} and {b:?}: {apart}");
                    let apart = distance(as_protanope(a.color), as_protanope(b.color));
                    assert!(apart > 40.0 || a.dash != b.dash, "{a:?} and {b:?}: {apart}");
                }
            }
        }
    }
}
