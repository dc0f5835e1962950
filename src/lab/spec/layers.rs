//! `[[problem.layer]]` tables ↔ layers.

use super::network::{check_layers, no_activation};
use super::section::Section;
use super::write::{Lines, list, text};
use crate::error::Result;
use crate::model::{Activation, LayerKind, LayerSpec, Window};
use crate::solver::settings::Defect;

/// The kinds by name, as [`LayerKind::name`] gives them.
const KINDS: [&str; 5] = ["dense", "conv2d", "avg_pool2d", "max_pool2d", "flatten"];

/// The layers of a problem, checked as far as this needs no shapes; none where the
/// problem has no such tables.
pub(super) fn read_layers(problem: &mut Section<'_>) -> Result<Option<Vec<LayerSpec>>> {
    if problem.value("layer").is_none() {
        return Ok(None);
    }
    let mut tables = problem.tables("layer")?;
    let mut layers = Vec::with_capacity(tables.len());
    for (index, table) in tables.iter_mut().enumerate() {
        table.subject = format!("{}, layer {index}", problem.subject);
        layers.push(layer(table)?);
    }
    check_layers(&layers).map_err(|(index, defect)| tables[index].error(defect))?;
    for (table, layer) in tables.iter_mut().zip(&layers) {
        check_transposed_bias(table, layer, &layers)?;
    }
    Ok(Some(layers))
}

fn layer(table: &mut Section<'_>) -> Result<LayerSpec> {
    let kind = table.choice("kind", &KINDS.map(|kind| (kind, kind)))?;
    let kind = needed(table, "kind", kind, "add kind = \"dense\", say")?;
    table.subject += &format!(" ({kind})");
    let has_activation = matches!(kind, "dense" | "conv2d");
    let kind = match kind {
        "conv2d" => conv2d(table)?,
        "avg_pool2d" => LayerKind::AvgPool2d(window(table, None)?),
        "max_pool2d" => LayerKind::MaxPool2d(window(table, None)?),
        "flatten" => LayerKind::Flatten,
        _ => dense(table)?,
    };
    let activation = match has_activation {
        true => table.choice("activation", &Activation::ALL.map(|a| (a.name(), a)))?,
        false if table.others().any(|(key, _)| key == "activation") => {
            return Err(table.error(no_activation(kind.name())));
        }
        false => None,
    };
    table.finish()?;
    Ok(LayerSpec { kind, activation })
}

fn dense(table: &mut Section<'_>) -> Result<LayerKind> {
    let units = table.count("units")?.map(|units| units as usize);
    let bias = table.flag("bias")?;
    let share = table.count("share")?;
    let transpose = table.flag("transpose")?;
    let refuse = |key, problem: String, remedy| Err(table.error(Defect::new(key, problem, remedy)));
    let Some(layer) = share else {
        if transpose.is_some() {
            let problem = "there is no share that it could belong to".to_owned();
            return refuse("transpose", problem, "add share = 0, say, or leave it out");
        }
        return Ok(LayerKind::Dense { units, bias: bias.unwrap_or(true) });
    };
    let transpose = transpose.unwrap_or(false);
    if units.is_some() {
        let problem = format!("the parameters are those of layer {layer}, and the width with them");
        return refuse("units", problem, "leave it out, or leave out share");
    }
    if bias.is_some() && !transpose {
        let problem = format!("the parameters are those of layer {layer}, and the bias with them");
        return refuse("bias", problem, "leave it out, or leave out share");
    }
    Ok(LayerKind::Shared { layer: layer as usize, transpose })
}

/// A transposed layer has a bias of its own where the earlier layer has one. It may
/// be said, but it cannot be chosen.
fn check_transposed_bias(
    table: &mut Section<'_>,
    layer: &LayerSpec,
    layers: &[LayerSpec],
) -> Result<()> {
    let LayerKind::Shared { layer: earlier, .. } = layer.kind else { return Ok(()) };
    let LayerKind::Dense { bias: expected, .. } = layers[earlier].kind else { return Ok(()) };
    match table.flag("bias")? {
        Some(bias) if bias != expected => Err(table.error(Defect::new(
            "bias",
            format!("{bias} is not what layer {earlier} has, whose weight is transposed here"),
            format!("leave it out, or give layer {earlier} the same"),
        ))),
        _ => Ok(()),
    }
}

fn conv2d(table: &mut Section<'_>) -> Result<LayerKind> {
    let channels = table.count("channels")?;
    let channels = needed(table, "channels", channels, "add channels = 8, say")? as usize;
    let window = window(table, Some([1, 1]))?;
    let padding = table.pair("padding")?.unwrap_or([0, 0]);
    let bias = table.flag("bias")?.unwrap_or(true);
    Ok(LayerKind::Conv2d { channels, window, padding, bias })
}

/// Kernel and stride; without a default the stride is the kernel.
fn window(table: &mut Section<'_>, stride: Option<[usize; 2]>) -> Result<Window> {
    let kernel = table.pair("kernel")?;
    let kernel = needed(table, "kernel", kernel, "add kernel = 2, say, or kernel = [2, 3]")?;
    let stride = table.pair("stride")?.or(stride).unwrap_or(kernel);
    Ok(Window { kernel, stride })
}

fn needed<T>(table: &Section<'_>, key: &str, value: Option<T>, remedy: &str) -> Result<T> {
    value.ok_or_else(|| table.missing(key, "it is missing", remedy))
}

/// Writes the layers with every default spelled out.
pub(super) fn layer_lines(out: &mut Lines, layers: &[LayerSpec]) {
    for LayerSpec { kind, activation } in layers {
        out.table("[[problem.layer]]");
        out.key("kind", text(kind.name()));
        match kind {
            LayerKind::Dense { units, bias } => {
                if let Some(units) = units {
                    out.key("units", units);
                }
                out.key("bias", bias);
            }
            LayerKind::Shared { layer, transpose } => {
                out.key("share", layer);
                out.key("transpose", transpose);
            }
            LayerKind::Conv2d { channels, window, padding, bias } => {
                out.key("channels", channels);
                window_lines(out, window);
                out.key("padding", list(padding, usize::to_string));
                out.key("bias", bias);
            }
            LayerKind::AvgPool2d(window) | LayerKind::MaxPool2d(window) => {
                window_lines(out, window);
            }
            LayerKind::Flatten => {}
        }
        if let Some(activation) = activation {
            out.key("activation", text(activation.name()));
        }
    }
}

fn window_lines(out: &mut Lines, window: &Window) {
    out.key("kernel", list(&window.kernel, usize::to_string));
    out.key("stride", list(&window.stride, usize::to_string));
}

#[cfg(test)]
mod tests;
