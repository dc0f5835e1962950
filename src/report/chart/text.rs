//! Text measured, cut and wrapped to fit.

use plotters::style::{FontDesc, FontFamily, FontStyle};

use super::style::{FONT_FAMILY, glyph_size};

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
    cut_to_fit(text, size, style, width, |characters, count| {
        let kept: String = characters[..count].iter().collect();
        kept.trim_end().to_string() + "…"
    })
}

/// `text`, cut in the middle where it is wider than `width` pixels: labels that
/// differ do so at their ends more often than halfway.
fn fit_middle(text: &str, size: f64, width: f64) -> String {
    cut_to_fit(text, size, FontStyle::Normal, width, |characters, count| {
        let head: String = characters[..count.div_ceil(2)].iter().collect();
        let tail: String = characters[characters.len() - count / 2..].iter().collect();
        format!("{}…{}", head.trim_end(), tail.trim_start())
    })
}

/// `text` if it fits, or else the longest of `cut(characters, count)` that does.
fn cut_to_fit(
    text: &str,
    size: f64,
    style: FontStyle,
    width: f64,
    cut: impl Fn(&[char], usize) -> String,
) -> String {
    if text_width(text, size, style) <= width {
        return text.to_string();
    }
    let characters: Vec<char> = text.chars().collect();
    // By bisection: the width grows with the count.
    let (mut fits, mut fails) = (0, characters.len());
    while fails - fits > 1 {
        let middle = usize::midpoint(fits, fails);
        let is_narrow = text_width(&cut(&characters, middle), size, style) <= width;
        if is_narrow { fits = middle } else { fails = middle }
    }
    cut(&characters, fits)
}

/// Each label on as many lines of at most `width` pixels as it needs, `lines`
/// at most. What is too long is cut in the middle; labels that differ but read
/// the same after the cut are numbered.
pub(super) fn fit_labels(labels: &[&str], size: f64, width: f64, lines: usize) -> Vec<Vec<String>> {
    let cut = |label: &str, width: f64| -> Vec<String> {
        let wrapped = broken(label, size, FontStyle::Normal, width, lines);
        wrapped.iter().map(|line| fit_middle(line, size, width)).collect()
    };
    let shown: Vec<Vec<String>> = labels.iter().map(|label| cut(label, width)).collect();
    let fitted = labels.iter().zip(&shown).map(|(label, text)| {
        // The labels that read the same, each once.
        let mut twins: Vec<&str> = Vec::new();
        for (other, _) in labels.iter().zip(&shown).filter(|(_, other)| *other == text) {
            if !twins.contains(other) {
                twins.push(other);
            }
        }
        let place = twins.iter().position(|twin| twin == label).filter(|_| twins.len() > 1);
        let Some(place) = place else { return text.clone() };
        let number = format!(" #{}", place + 1);
        let mut text = cut(label, width - text_width(&number, size, FontStyle::Normal));
        if let Some(last) = text.last_mut() {
            last.push_str(&number);
        }
        text
    });
    fitted.collect()
}

/// `text` on as many lines of at most `width` pixels as it needs, `lines` at
/// most, each cut at its end where it is too long.
pub(super) fn wrap(
    text: &str,
    size: f64,
    style: FontStyle,
    width: f64,
    lines: usize,
) -> Vec<String> {
    let wrapped = broken(text, size, style, width, lines);
    wrapped.into_iter().map(|line| fit(&line, size, style, width)).collect()
}

/// `text` broken between words; a single word, and the last line, may be wider
/// than `width`.
fn broken(text: &str, size: f64, style: FontStyle, width: f64, lines: usize) -> Vec<String> {
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
    wrapped
}

#[cfg(test)]
mod tests {
    use super::super::style::register_fonts;
    use super::*;

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

    #[test]
    fn labels_that_differ_stay_different() {
        register_fonts().unwrap();
        let labels = [
            "cg beta=polak-ribiere line_search=hager-zhang",
            "cg beta=polak-ribiere line_search=backtracking",
            "cg beta=polak-ribiere",
        ];
        // Room for about half of the longest.
        let cut = fit_labels(&labels, 24.0, 300.0, 1);
        assert!(cut[0][0].starts_with("cg ") && cut[0][0].ends_with("-zhang"), "{cut:?}");
        assert!(cut[1][0].contains('…') && cut[1][0].ends_with("tracking"), "{cut:?}");
        assert_eq!(cut[2], ["cg beta=polak-ribiere"]);
        let two = fit_labels(&labels, 24.0, 360.0, 2);
        assert_eq!(two[0], ["cg beta=polak-ribiere", "line_search=hager-zhang"]);
        let twins: Vec<String> =
            ["x", "y"].map(|core| format!("{}{core}{}", "a".repeat(60), "b".repeat(60))).to_vec();
        let twins = fit_labels(&[&twins[0], &twins[1], &twins[0]], 24.0, 300.0, 1);
        assert!(twins[0][0].ends_with(" #1") && twins[1][0].ends_with(" #2"), "{twins:?}");
        assert_eq!(twins[0], twins[2]);
        for line in cut.iter().chain(&twins).flatten() {
            assert!(text_width(line, 24.0, FontStyle::Normal) <= 300.0, "{line}");
        }
    }
}
