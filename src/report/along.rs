//! Curvature along runs, as JSON and as pictures.

use std::path::{Path, PathBuf};

use super::atomic_write;
use super::chart::sharpness::{Sharpness, SharpnessSeries};
use super::format::compact;
use super::pictures::{Picture, write_pictures};
use crate::error::{Error, Result};
use crate::lab::Along;

/// Writes `along.json`, and what there is data for of `sharpness` and `steps` as PNG and
/// SVG. Returns the PNG files.
///
/// # Errors
/// [`Error::File`] and [`Error::Chart`] when something cannot be written or drawn.
pub fn write_along(folder: &Path, along: &Along) -> Result<Vec<PathBuf>> {
    std::fs::create_dir_all(folder).map_err(|source| Error::file(folder, source))?;
    let text = super::records::json_line(along) + "\n";
    atomic_write(&folder.join("along.json"), text.as_bytes())?;
    write_pictures(folder, pictures(along), |stem| matches!(stem, "sharpness" | "steps"))
}

/// What there is data for, by its name.
pub(super) fn pictures(along: &Along) -> Vec<Picture> {
    let pictures = [("sharpness", sharpness(along)), ("steps", steps(along))];
    let drawn = pictures.into_iter().filter(|(_, picture)| !picture.series.is_empty());
    drawn.map(|(stem, picture)| (stem.to_owned(), picture.render())).collect()
}

fn sharpness(along: &Along) -> Sharpness {
    let measured = along.runs.iter().filter(|run| !run.curvature.is_empty());
    let series = measured.map(|run| SharpnessSeries {
        label: run.label.clone(),
        values: run.curvature.iter().map(|at| (at.iteration as f64, at.largest)).collect(),
        limit: run.limit.as_ref().map(|limit| {
            let words = format!("{} = {}", limit.rule, compact(limit.value, 3));
            (limit.value, words)
        }),
        losses: run.losses.iter().map(|(iteration, loss)| (*iteration as f64, *loss)).collect(),
    });
    Sharpness {
        title: format!("{}: sharpness along the run", along.title),
        subtitles: along.notes.clone(),
        value_label: "largest eigenvalue λmax".into(),
        loss_label: "training loss".into(),
        series: series.collect(),
        rules: Vec::new(),
    }
}

fn steps(along: &Along) -> Sharpness {
    let measured = along.runs.iter().filter(|run| !run.steps.is_empty());
    let series = measured.map(|run| SharpnessSeries {
        label: run.label.clone(),
        values: run
            .steps
            .iter()
            .map(|step| (step.iteration as f64, step.step_times_curvature))
            .collect(),
        limit: None,
        losses: run.losses.iter().map(|(iteration, loss)| (*iteration as f64, *loss)).collect(),
    });
    Sharpness {
        title: format!("{}: step times curvature", along.title),
        subtitles: along
            .notes
            .iter()
            .cloned()
            .chain(["sᵀHs / (−gᵀs) of each step s: 1 = minimum of the quadratic model along it, \
                     2 = the model is back where it was"
                .into()])
            .collect(),
        value_label: "step × curvature".into(),
        loss_label: "training loss".into(),
        series: series.collect(),
        rules: vec![(1.0, "minimum".into()), (2.0, "no decrease".into())],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::{AlongRun, CurvatureAt, Hovering, StabilityLimit, StepCurvature};
    use crate::numerics::spectral::End;

    fn at(iteration: u64, largest: f64) -> CurvatureAt {
        CurvatureAt {
            iteration,
            loss: 1.0 / (1.0 + iteration as f64),
            largest,
            largest_residual: 1e-9,
            smallest: Some(-0.5),
            smallest_residual: Some(1e-9),
            end: End::Converged,
            products: 12,
        }
    }

    #[test]
    fn files_hold_what_was_measured() {
        let folder = tempfile::tempdir().unwrap();
        let curvature: Vec<CurvatureAt> = (0..=10).map(|k| at(10 * k, 3.0 + k as f64)).collect();
        let steps = (0..5).map(|iteration| StepCurvature {
            iteration,
            length: 0.1,
            along: 3.0,
            step_times_curvature: 0.7 + 0.1 * iteration as f64,
        });
        let run = AlongRun {
            label: "gd".into(),
            limit: Some(StabilityLimit { value: 12.0, rule: "2/η" }),
            hovering: Hovering::new(&curvature, 12.0),
            losses: curvature.iter().map(|at| (at.iteration, at.loss)).collect(),
            curvature,
            steps: steps.collect(),
        };
        let along = Along { title: "Digits".into(), notes: vec!["tanh".into()], runs: vec![run] };
        let written = write_along(folder.path(), &along).unwrap();
        assert_eq!(written.len(), 2);
        let text = std::fs::read_to_string(folder.path().join("along.json")).unwrap();
        let read: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(read["runs"][0]["curvature"][10]["largest"], 13.0);
        assert_eq!(read["runs"][0]["limit"]["rule"], "2/η");
        let svg = std::fs::read_to_string(folder.path().join("sharpness.svg")).unwrap();
        assert!(svg.contains("2/η = 12"));
    }
}
