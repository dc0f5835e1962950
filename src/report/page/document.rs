//! The page itself: the frame in `assets/page.html` with everything put into it.

use std::path::Path;

use serde::Serialize;

use super::folders::{Part, inline_json};
use super::scripts::{plotly, program};

const FRAME: &str = include_str!("assets/page.html");
const STYLE: &str = include_str!("assets/style.css");

#[derive(Serialize)]
struct Document<'a> {
    /// The name of the folder.
    name: &'a str,
    version: &'static str,
    parts: &'a [Part],
}

/// The whole page.
pub(super) fn document(folder: &Path, parts: &[Part]) -> String {
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_path_buf());
    let name = absolute.file_name().map(|name| name.to_string_lossy().into_owned());
    let name = name.unwrap_or_else(|| "results".to_owned());
    let data = inline_json(&Document { name: &name, version: env!("CARGO_PKG_VERSION"), parts });
    // One pass, so that nothing in what is put in is taken for a place to put something.
    let mut page = String::with_capacity(FRAME.len() + data.len() + plotly().len() + STYLE.len());
    let mut rest = FRAME;
    let program = program();
    let title = escaped(&name);
    while let Some((before, after)) = rest.split_once("{{") {
        let (place, after) = after.split_once("}}").unwrap_or((after, ""));
        page += before;
        page += match place {
            "title" => &title,
            "style" => STYLE,
            "data" => &data,
            "program" => &program,
            "plotly" => plotly(),
            _ => "",
        };
        rest = after;
    }
    page + rest
}

/// Text in HTML.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
