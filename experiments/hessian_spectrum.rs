//! How does the Hessian of a classifier look, before and after training?
//!
//! Digits with 64-32-16-10 tanh, trained by L-BFGS under squared error on one-hot targets and
//! under cross-entropy: at the start and at the end the 25 largest and smallest eigenvalues,
//! trace and density of the Hessian, of its Gauss–Newton part and of the remainder; and the
//! count of outliers for two further seeds.
//!
//! Outliers are counted by one rule, fixed in advance and not changed since: the largest
//! ratio of consecutive eigenvalues among the 2C = 20 largest, C the number of classes. About
//! C are expected after training (Sagun et al. 1706.04454, Papyan 1811.07062). Squared error
//! stands beside cross-entropy because with cross-entropy, late in training, the outliers do
//! not show as one gap. Results go to `results/hessian_spectrum`.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use losslab::lab::environment::Environment;
use losslab::lab::spectrum::{Answer, MatrixSpectrum, PointSpectrum, Request, measure};
use losslab::lab::{Event, ExperimentSpec, ProblemSettings, problems};
use losslab::landscape::curvature::CurvatureMatrix;
use losslab::model::Loss;
use losslab::report;

/// The losses, the first on one-hot targets.
const LOSSES: [Loss; 2] = [Loss::SquaredError, Loss::CrossEntropy];
/// The first for the whole measurement, the others for outliers alone.
const SEEDS: [u64; 3] = [0, 1, 2];

const INTRODUCTION: &str = "\
# The spectrum of a Hessian

Outliers are the eigenvalues above the largest ratio of consecutive ones among the 20 largest,
twice the number of classes. This rule was fixed in advance, and counts for every matrix and
loss here; with a ratio near 1 there is no gap, and the count means nothing. Squared error on
one-hot targets is reported beside cross-entropy because with cross-entropy the outliers do not
show as one gap late in training. Errors of traces are standard errors.
";

fn main() -> losslab::Result<()> {
    let folder = Path::new("results/hessian_spectrum");
    let mut text = INTRODUCTION.to_owned();
    for loss in LOSSES {
        let spec = specification(loss, SEEDS[0])?;
        let answer = study(spec.clone(), true)?;
        text += &summary(&answer, loss);
        report::write_spectrum(&folder.join(loss.name()), &answer, &spec.to_toml())?;
        report::write_environment(&folder.join(loss.name()), &Environment::of_process(&[]))?;
        text += "\n| seed | outliers of the Hessian at the end | ratio there |\n|---|---|---|\n";
        text += &outliers(&answer);
        for seed in &SEEDS[1..] {
            text += &outliers(&study(specification(loss, *seed)?, false)?);
        }
    }
    println!("{text}");
    report::atomic_write(&folder.join("summary.md"), text.as_bytes())?;
    eprintln!("the results are in {}", folder.display());
    Ok(())
}

fn specification(loss: Loss, seed: u64) -> losslab::Result<ExperimentSpec> {
    let mut spec = ExperimentSpec::named("hessian_spectrum", &["digits"], &["lbfgs"])?;
    let settings = ProblemSettings { loss: Some(loss), ..ProblemSettings::default() };
    spec.problems = vec![settings.apply_to(problems::find("digits")?)?];
    spec.seeds = vec![seed];
    Ok(spec)
}

/// All that is measured, or the largest eigenvalues at the end alone.
fn study(mut spec: ExperimentSpec, whole: bool) -> losslab::Result<Answer> {
    let default = Request { count: 25, sharpness: None, ..Request::default() };
    let request = match whole {
        true => Request {
            matrices: CurvatureMatrix::ALL.to_vec(),
            layers: true,
            start: true,
            ..default
        },
        false => Request { density: None, ..default },
    };
    measure(&mut spec, &request, &AtomicBool::new(false), &mut |event| {
        if let Event::Measured { what, done, total } = event
            && done == total
        {
            eprintln!("{what}: {done}");
        }
    })
}

fn outliers(answer: &Answer) -> String {
    let end = answer.points.last().and_then(|point| point.matrices.first()?.gap);
    let found =
        end.map_or("– | –".into(), |gap| format!("{} | {:.2}", gap.outliers, gap.ratio));
    format!("| {} | {found} |\n", answer.seed)
}

fn summary(answer: &Answer, loss: Loss) -> String {
    let mut text = format!(
        "\n## {}\n\n{}, {}; {}, mean over {} rows; all {} parameters; seed {}.\n",
        capitalised(loss.name()),
        answer.title,
        answer.network.describe(),
        answer.loss,
        answer.rows,
        answer.network.dimension(),
        answer.seed
    );
    for point in &answer.points {
        text += &format!(
            "\n### {}\n\nLoss {:.5}, gradient norm {:.2e}, {} of whose square lies in the space \
             of the 25 largest eigenvectors.\n\n",
            capitalised(&point.place.name()),
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
