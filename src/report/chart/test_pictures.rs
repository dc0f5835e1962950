//! What tests ask of a picture: that its words lie inside it and not on each other.

use plotters::style::FontStyle;

use super::Rendered;
use super::labels::Area;
use super::text::text_width;

/// The words of an SVG with their areas in pixels.
pub(super) fn words(svg: &str) -> Vec<(String, Area)> {
    let texts = svg.split("<text ").skip(1).map(|text| text.split_once('>').unwrap());
    texts
        .map(|(attributes, rest)| {
            let get = |name: &str| {
                let (_, value) = attributes.split_once(&format!("{name}=\""))?;
                value.split_once('"').map(|(value, _)| value)
            };
            let number = |name: &str| get(name).unwrap().parse::<f64>().unwrap() / 10.0;
            let (x, y, size) = (number("x"), number("y"), number("font-size"));
            let text = rest.split_once("</text>").unwrap().0.trim();
            let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
            let bold = attributes.contains("bold");
            let style = if bold { FontStyle::Bold } else { FontStyle::Normal };
            let width = text_width(&text, size, style);
            let start = match get("text-anchor").unwrap_or("start") {
                "middle" => -width / 2.0,
                "end" => -width,
                _ => 0.0,
            };
            let tall = 0.36 * size;
            let area = if attributes.contains("rotate(270") {
                Area { low: (x - tall, y - start - width), high: (x + tall, y - start) }
            } else {
                Area { low: (x + start, y - tall), high: (x + start + width, y + tall) }
            };
            (text, area)
        })
        .collect()
}

/// Fails where words leave the picture or overlap; keeps the picture for a look when
/// `LOSSLAB_RENDER` names a folder.
pub(super) fn check(rendered: &Rendered, name: &str) {
    if let Some(folder) = std::env::var_os("LOSSLAB_RENDER") {
        let path = std::path::Path::new(&folder);
        std::fs::write(path.join(format!("{name}.png")), &rendered.png).unwrap();
        std::fs::write(path.join(format!("{name}.svg")), &rendered.svg).unwrap();
    }
    let reader = ::png::Decoder::new(std::io::Cursor::new(&rendered.png)).read_info().unwrap();
    let (width, height) = (f64::from(reader.info().width), f64::from(reader.info().height));
    assert_eq!(width, 1600.0, "{name}");
    let words = words(&rendered.svg);
    assert!(!words.is_empty());
    for (index, (text, area)) in words.iter().enumerate() {
        let inside =
            area.low.0 >= 0.0 && area.low.1 >= 0.0 && area.high.0 <= width && area.high.1 <= height;
        assert!(inside, "{name}: '{text}' leaves the picture: {area:?}");
        for (other, taken) in &words[..index] {
            assert!(!area.overlaps(taken), "{name}: '{text}' lies on '{other}'");
        }
        assert!(!text.contains("NaN") && !text.contains("inf"), "{name}: '{text}'");
    }
}
