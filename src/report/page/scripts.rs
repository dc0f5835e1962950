//! The scripts of the page.

use std::sync::OnceLock;

/// The modules in `assets/`, each after those that it imports from.
pub(super) const MODULES: [&str; 30] = [
    include_str!("assets/format.js"),
    include_str!("assets/statistics.js"),
    include_str!("assets/dom.js"),
    include_str!("assets/view.js"),
    include_str!("assets/plot.js"),
    include_str!("assets/switches.js"),
    include_str!("assets/table.js"),
    include_str!("assets/provenance.js"),
    include_str!("assets/steps.js"),
    include_str!("assets/sparse.js"),
    include_str!("assets/curves.js"),
    include_str!("assets/results.js"),
    include_str!("assets/profiles.js"),
    include_str!("assets/sensitivity.js"),
    include_str!("assets/summary.js"),
    include_str!("assets/comparison.js"),
    include_str!("assets/tuning.js"),
    include_str!("assets/colormaps.js"),
    include_str!("assets/scales.js"),
    include_str!("assets/plane.js"),
    include_str!("assets/surface.js"),
    include_str!("assets/path_slider.js"),
    include_str!("assets/profile_line.js"),
    include_str!("assets/landscape_facts.js"),
    include_str!("assets/landscape.js"),
    include_str!("assets/eigenvalues.js"),
    include_str!("assets/along.js"),
    include_str!("assets/spectrum.js"),
    include_str!("assets/connection.js"),
    include_str!("assets/page.js"),
];

/// All modules as one script: a page that is opened from the disk may not import any.
/// Each module exports by the word `export` before a declaration, and imports by lines that
/// begin with `import`; both words go, and names are the same everywhere.
pub(super) fn program() -> String {
    let mut program = String::from("\"use strict\";\n(() => {\n");
    for line in MODULES.iter().flat_map(|module| module.lines()) {
        if !line.starts_with("import ") {
            program += line.strip_prefix("export ").unwrap_or(line);
            program.push('\n');
        }
    }
    program + "})();\n"
}

/// plotly.js with its licence at the head.
pub(super) fn plotly() -> &'static str {
    static SOURCE: OnceLock<String> = OnceLock::new();
    SOURCE.get_or_init(|| {
        let scripts = plotly::Plot::offline_js_sources();
        // The first of the scripts that the crate would put into a page; after it comes one
        // for formulas, of which the page has none.
        let script = scripts.split_once('>').map_or("", |(_, rest)| rest);
        script.split_once("</script>").map_or(script, |(script, _)| script).to_owned()
    })
}
