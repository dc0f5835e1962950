//! Fonts, sizes, colours and dashes.

use plotters::style::{FontDesc, FontFamily, FontStyle, RGBColor, register_font};

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

/// The width of a line of text in pixels.
pub(super) fn text_width(text: &str, size: f64, style: FontStyle) -> f64 {
    // Measured large, because plotters rounds to whole pixels.
    const MAGNIFICATION: f64 = 16.0;
    let font =
        FontDesc::new(FontFamily::Name(FONT_FAMILY), glyph_size(size * MAGNIFICATION), style);
    font.layout_box(text).map_or(0.0, |(_, (right, _))| f64::from(right) / MAGNIFICATION)
}

/// `text`, cut with an ellipsis where it is wider than `width` pixels.
pub(super) fn fit(text: &str, size: f64, style: FontStyle, width: f64) -> String {
    if text_width(text, size, style) <= width {
        return text.to_string();
    }
    let characters: Vec<char> = text.chars().collect();
    let cut =
        |count: usize| characters[..count].iter().collect::<String>().trim_end().to_string() + "…";
    // The longest cut that fits, by bisection: the width grows with the count.
    let (mut fits, mut fails) = (0, characters.len());
    while fails - fits > 1 {
        let middle = usize::midpoint(fits, fails);
        if text_width(&cut(middle), size, style) <= width { fits = middle } else { fails = middle }
    }
    cut(fits)
}

/// `text` on as many lines of at most `width` pixels as it needs, `lines` at most.
pub(super) fn wrap(
    text: &str,
    size: f64,
    style: FontStyle,
    width: f64,
    lines: usize,
) -> Vec<String> {
    let mut wrapped: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let is_full = wrapped.len() >= lines;
        match wrapped.last_mut() {
            Some(line) if text_width(&format!("{line} {word}"), size, style) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            Some(line) if is_full => {
                line.push(' ');
                line.push_str(word);
            }
            _ => wrapped.push(word.to_string()),
        }
    }
    wrapped.into_iter().map(|line| fit(&line, size, style, width)).collect()
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

/// The colours of Okabe & Ito 2008 that read on white, with a dash each; the
/// first four belong to the solvers with known names.
const SERIES: [SeriesStyle; 8] = [
    SeriesStyle { color: RGBColor(230, 159, 0), dash: LONG_DASH },
    SeriesStyle { color: RGBColor(204, 121, 167), dash: DASH_DOT },
    SeriesStyle { color: RGBColor(0, 158, 115), dash: SHORT_DASH },
    SeriesStyle { color: RGBColor(0, 114, 178), dash: SOLID },
    SeriesStyle { color: RGBColor(213, 94, 0), dash: SOLID },
    SeriesStyle { color: RGBColor(86, 180, 233), dash: LONG_DASH },
    SeriesStyle { color: RGBColor(0, 0, 0), dash: SHORT_DASH },
    SeriesStyle { color: RGBColor(202, 186, 40), dash: DASH_DOT },
];
const KNOWN: [&str; 4] = ["gd", "gd-line-search", "cg", "lbfgs"];

/// The style of `label` among `labels`: fixed for the known names, by order
/// for others, which take what known solvers leave unused last; from the ninth on the colours return with the next dash.
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
    let base = SERIES[index % SERIES.len()];
    let dashes = [SOLID, LONG_DASH, DASH_DOT, SHORT_DASH];
    let dash = dashes.iter().position(|dash| *dash == base.dash).unwrap_or(0);
    SeriesStyle { dash: dashes[(dash + index / SERIES.len()) % dashes.len()], ..base }
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

    #[test]
    fn long_text_is_cut_to_fit() {
        register_fonts().unwrap();
        let text = "a very long label that does not fit";
        let cut = fit(text, 20.0, FontStyle::Normal, 120.0);
        assert!(cut.ends_with('…') && text.starts_with(cut.trim_end_matches('…')), "{cut}");
        assert!(text_width(&cut, 20.0, FontStyle::Normal) <= 120.0);
        assert_eq!(fit("short", 20.0, FontStyle::Normal, 120.0), "short");
        let lines = wrap(text, 20.0, FontStyle::Normal, 120.0, 2);
        assert_eq!(lines.len(), 2);
    }

    #[test]
    fn text_is_as_wide_as_the_font_says() {
        register_fonts().unwrap();
        // The advance of a digit in DejaVu Sans is 1303 of 2048 units.
        let width = text_width("0000000000", 20.0, FontStyle::Normal);
        assert!((width - 10.0 * 20.0 * 1303.0 / 2048.0).abs() < 0.2, "{width}");
    }
}
