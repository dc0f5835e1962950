//! Do known results come out again?
//!
//! Three set-ups whose results others have published: the training curves of scikit-learn's
//! example, with the line for L-BFGS that it lacks; early stopping as in Proben1 on breast
//! cancer; and the toy problems SIN and PARITY of MATLAB's table. Results go to
//! `results/anchors`.

mod curves;
mod early_stopping;
mod files;
mod toys;

use std::path::Path;

use losslab::report::atomic_write;

fn main() -> losslab::Result<()> {
    let folder = Path::new("results/anchors");
    let data = folder.join("data");
    std::fs::create_dir_all(&data).map_err(|source| losslab::Error::file(&data, source))?;
    let mut text = "# Anchors in numbers\n\n".to_owned();
    text += &curves::run(folder)?;
    text += &early_stopping::run(folder)?;
    text += &toys::run(folder)?;
    println!("{text}");
    atomic_write(&folder.join("summary.md"), text.as_bytes())
}
