//! An evaluation as JSON and as arrays.

use std::path::Path;

use serde::Serialize;

use super::records::json_line;
use crate::data::{Part, TargetScale, Task};
use crate::lab::eval::{ARRAY_PREFIXES, Answer, ClassEncoding, Milliseconds, TargetEncoding};
use crate::model::named_to_safetensors;
use crate::numerics::Vector;

/// The answer as one JSON object on one line, without the newline. A quantity has
/// its key only if it was asked for; one that is not finite is null.
pub fn eval_json(answer: &Answer) -> String {
    json_line(&Line {
        problem: &answer.problem,
        network: answer.network.describe(),
        loss: &answer.loss,
        l2: answer.l2,
        dimension: answer.network.dimension(),
        rows: answer.rows,
        split: answer.split.name(),
        sample_weights: answer.sample_weights,
        standardised: answer.standardised,
        features: Features {
            number: answer.network.inputs(),
            standardised: answer.standardised,
            statistics_of: answer.standardised.then(|| match answer.split {
                Part::All => Part::All.name(),
                _ => Part::Train.name(),
            }),
        },
        targets: targets(&answer.targets),
        seed: answer.seed,
        initialisation: answer.initialisation.map(|initialisation| initialisation.name()),
        weights: answer.weights.as_deref().map(text),
        vector: answer.vector.as_deref().map(text),
        value: answer.value,
        gradient_norm: answer.gradient_norm(),
        vector_hessian_vector: answer.vector_hessian_vector(),
        vector_gauss_newton_vector: answer.vector_gauss_newton_vector(),
        finite: answer.is_finite(),
        milliseconds: answer.milliseconds,
        threads: answer.threads,
    })
}

/// Weights, v, gradient and products as safetensors bytes, as far as there are any:
/// f64, under the weights' names; all but the weights with a prefix, `vector.`,
/// `gradient.`, `hessian_vector.` or `gauss_newton_vector.`.
pub fn eval_arrays(answer: &Answer) -> Vec<u8> {
    let found = [&answer.v, &answer.gradient, &answer.hessian_vector, &answer.gauss_newton_vector];
    let named = ARRAY_PREFIXES.into_iter().zip(found);
    let named = named.filter_map(|(prefix, vector)| Some((prefix, vector.as_ref()?)));
    let vectors: Vec<(&str, &Vector)> = [("", &answer.theta)].into_iter().chain(named).collect();
    named_to_safetensors(&answer.network, &vectors)
}

/// Keys that are None are left out; a number that is not finite is written as null.
#[derive(Serialize)]
struct Line<'a> {
    problem: &'a str,
    network: String,
    loss: &'a str,
    l2: f64,
    dimension: usize,
    rows: usize,
    split: &'a str,
    sample_weights: bool,
    standardised: bool,
    features: Features,
    targets: EncodedTargets<'a>,
    seed: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    initialisation: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    weights: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vector: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gradient_norm: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vector_hessian_vector: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vector_gauss_newton_vector: Option<f64>,
    finite: bool,
    milliseconds: Milliseconds,
    threads: usize,
}

#[derive(Serialize)]
struct Features {
    number: usize,
    standardised: bool,
    /// The rows whose mean and standard deviation they are standardised with.
    #[serde(skip_serializing_if = "Option::is_none")]
    statistics_of: Option<&'static str>,
}

#[derive(Serialize)]
struct EncodedTargets<'a> {
    task: Task,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    classes: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    labels: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    columns: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    binary_logit: Option<String>,
    encoding: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    mean: Option<&'a [f64]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scale: Option<&'a [f64]>,
}

fn targets(targets: &TargetEncoding) -> EncodedTargets<'_> {
    let names = targets.names.as_slice();
    let name = |index: usize| names.get(index).map_or("", String::as_str);
    let is_labels = targets.task == Task::MultiLabel;
    let (kind, encoding) = match targets.classes {
        None if is_labels => ("labels", "1 for each label that the row has, else 0".to_owned()),
        None if targets.scale.is_some() => ("values", "(value - mean) / scale".to_owned()),
        None => ("values", "the value itself".to_owned()),
        Some(ClassEncoding::Index) => ("classes", "the index of the class".to_owned()),
        Some(ClassEncoding::Logit | ClassEncoding::Number) => {
            ("classes", format!("1 for class {}, 0 for class {}", name(1), name(0)))
        }
        Some(ClassEncoding::OneHot) => {
            ("classes", "1 in the output of the class, 0 in the others".to_owned())
        }
    };
    let logit = targets.classes == Some(ClassEncoding::Logit);
    let scale = targets.scale.as_ref();
    EncodedTargets {
        task: targets.task,
        kind,
        classes: (kind == "classes").then_some(names),
        labels: (kind == "labels").then_some(names),
        columns: (kind == "values").then_some(names),
        binary_logit: logit.then(|| format!("the logit is for class {}", name(1))),
        encoding,
        mean: scale.map(|TargetScale { mean, .. }| mean.as_slice()),
        scale: scale.map(|TargetScale { scale, .. }| scale.as_slice()),
    }
}

fn text(path: &Path) -> String {
    path.display().to_string()
}
