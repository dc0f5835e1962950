//! Fonts, sizes, colours and dashes.

use plotters::style::{FontStyle, RGBColor, register_font};

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
/// a colour-blind reader may confuse have different dashes. The first four
/// belong to the solvers with known names.
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
const KNOWN: [&str; 4] = ["gd", "gd-line-search", "cg", "lbfgs"];

/// The style of `label` among `labels`: fixed for the known names, by order
/// for others, which take what known solvers leave unused last; when all colours
/// are taken they return with the next dash.
pub(super) fn series_style(label: &str, labels: &[String]) -> SeriesStyle {
    let known = |name: &str| KNOWN.iter().position(|known| *known == name);
    let index = known(label).unwrap_or_else(|| {
        let others = labels.iter().filter(|other| known(other).is_none());
        let unused = (0..KNOWN.len()).filter(|index| labels.iter().all(|l| l != KNOWN[*index]));
        let free: Vec<usize> = (KNOWN.len()..SERIES.len()).chain(unused).collect();
        let order = others.take_while(|other| *other != label).count();
        match free.get(order) {
            Some(index) => *index,
            None => SERIES.len() + order - free.len(),
        }
    });
    style_at(index)
}

/// The style with this number; when all colours are taken they return with the next dash.
fn style_at(index: usize) -> SeriesStyle {
    let base = SERIES[index % SERIES.len()];
    let dash = DASHES.iter().position(|dash| *dash == base.dash).unwrap_or(0);
    SeriesStyle { dash: DASHES[(dash + index / SERIES.len()) % DASHES.len()], ..base }
}

/// Style number `index` of series that are no solvers, in the order of the unknown ones.
pub(super) fn numbered_style(index: usize) -> SeriesStyle {
    style_at(KNOWN.len() - 1 + index)
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
        let mixed: Vec<String> =
            KNOWN.iter().map(ToString::to_string).chain(unknown[..8].to_vec()).collect();
        for all in [unknown, mixed] {
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
