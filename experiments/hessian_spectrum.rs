//! How does the Hessian of a classifier look, before and after training?
//!
//! Digits with 64-32-16-10 tanh under cross-entropy, trained by L-BFGS: at the start and at
//! the end the 25 largest and smallest eigenvalues, trace and density of the Hessian, of its
//! Gauss–Newton part and of the remainder.
//!
//! Outliers are counted by a rule fixed before anything was measured: the largest ratio of
//! consecutive eigenvalues among the 2C = 20 largest, C the number of classes. About C are
//! expected after training (Sagun et al. 1706.04454, Papyan 1811.07062). Results go to
//! `results/hessian_spectrum`.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use losslab::lab::spectrum::{Answer, MatrixSpectrum, PointSpectrum, Request, measure};
use losslab::lab::{Event, ExperimentSpec};
use losslab::landscape::curvature::CurvatureMatrix;
use losslab::report;

fn main() -> losslab::Result<()> {
    let mut spec = ExperimentSpec::named("hessian_spectrum", &["digits"], &["lbfgs"])?;
    spec.seeds = vec![0];
    spec.budget = 150.0;
    let request = Request {
        count: 25,
        matrices: CurvatureMatrix::ALL.to_vec(),
        layers: true,
        start: true,
        ..Request::default()
    };
    let answer = measure(&mut spec, &request, &AtomicBool::new(false), &mut |event| match event {
        Event::Measured { what, done, total } if done == total => eprintln!("{what}: {done}"),
        _ => {}
    })?;
    println!("{}", report::spectrum_text(&answer));
    let folder = Path::new("results/hessian_spectrum");
    let written = report::write_spectrum(folder, &answer, &spec.to_toml())?;
    report::atomic_write(&folder.join("summary.md"), summary(&answer).as_bytes())?;
    eprintln!("{} files are in {}", written.len() + 1, folder.display());
    Ok(())
}

fn summary(answer: &Answer) -> String {
    let mut text = format!(
        "# The spectrum of a Hessian\n\n{}, {}; {}, mean over {} rows; all {} parameters; \
         seed {}.\n\nOutliers: eigenvalues above the largest ratio of consecutive ones among \
         the 20 largest, a rule fixed before measuring. Errors of the trace are standard \
         errors.\n",
        answer.title,
        answer.network.describe(),
        answer.loss,
        answer.rows,
        answer.network.dimension(),
        answer.seed
    );
    for point in &answer.points {
        text += &format!(
            "\n## {}\n\nLoss {:.5}, gradient norm {:.2e}, {} of whose square lies in the space \
             of the 25 largest eigenvectors.\n\n",
            capitalised(point.place.name()),
            point.loss,
            point.gradient_norm,
            point.gradient_share.map_or("–".into(), |share| format!("{:.1} %", 100.0 * share))
        );
        text += "| matrix | outliers | ratio there | largest | 10th | 11th | smallest | trace |\n";
        text += "|---|---|---|---|---|---|---|---|\n";
        point.matrices.iter().for_each(|matrix| text += &row(matrix));
        text += &layers(point);
    }
    text += "\n";
    answer.caveats.iter().for_each(|caveat| text += &format!("- {caveat}\n"));
    text
}

fn row(matrix: &MatrixSpectrum) -> String {
    let value = |i: usize| {
        matrix.extremes.largest.get(i).map_or("–".into(), |pair| format!("{:.4}", pair.value))
    };
    let smallest = matrix.extremes.smallest.first();
    let (outliers, ratio) = matrix.gap.map_or(("–".into(), "–".into()), |gap| {
        (gap.outliers.to_string(), format!("{:.2}", gap.ratio))
    });
    format!(
        "| {} | {outliers} | {ratio} | {} | {} | {} | {} | {:.3} ± {:.3} |\n",
        matrix.matrix.name(),
        value(0),
        value(9),
        value(10),
        smallest.map_or("–".into(), |pair| format!("{:.4}", pair.value)),
        matrix.trace.mean,
        matrix.trace.standard_error
    )
}

fn layers(point: &PointSpectrum) -> String {
    let mut text =
        "\n| layer of the Hessian | parameters | largest | smallest | trace |\n".to_owned();
    text += "|---|---|---|---|---|\n";
    for layer in &point.layers {
        let ends = [&layer.extremes.largest, &layer.extremes.smallest];
        let [largest, smallest] =
            ends.map(|pairs| pairs.first().map_or(f64::NAN, |pair| pair.value));
        text += &format!(
            "| {} | {} | {largest:.4} | {smallest:.4} | {:.3} ± {:.3} |\n",
            layer.layer, layer.dimension, layer.trace.mean, layer.trace.standard_error
        );
    }
    text
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}
