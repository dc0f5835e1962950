//! The network of a problem, and what can be said of its layers before there are
//! data.

use super::{ProblemSpec, out_of_range};
use crate::data::Dataset;
use crate::error::{Error, Result};
use crate::model::{LayerKind, LayerSpec, Network};
use crate::solver::settings::Defect;

/// Parameters beyond which a specification is refused: a run of L-BFGS holds
/// about [`VECTORS`] vectors of that length, which are then 2.4 GB.
const PARAMETERS_MAX: u128 = 10_000_000;
/// Twenty of them are the pairs that L-BFGS keeps by default.
const VECTORS: u128 = 30;
/// Numbers that one sample may leave in the layers. Every thread holds 64 samples in a
/// few buffers, half a gigabyte each at the limit.
const NUMBERS_MAX: usize = 1_000_000;
/// Numbers that all samples may leave together: a run keeps them from a loss to its
/// gradient, and they are then 8 GB.
const TAPE_MAX: usize = 1_000_000_000;
/// Numbers that the windows of a convolution may hold together for one sample, which
/// every thread has in one buffer.
const PATCHES_MAX: usize = 10_000_000;

impl ProblemSpec {
    /// The network for these data.
    ///
    /// # Errors
    /// [`Error::Specification`] that names the layer whose shape does not fit, for an
    /// input of another size than a row of features, and for a network that is too
    /// large.
    pub fn network(&self, dataset: &Dataset) -> Result<Network> {
        let (input, layers) = match &self.layers {
            None => (vec![dataset.features.columns()], LayerSpec::fully_connected(&self.hidden)),
            Some(layers) => (self.input_shape(layers, dataset)?, layers.clone()),
        };
        let network = Network::new(&input, &layers, self.activation, dataset.outputs());
        let network = network.map_err(|error| self.placed(error))?;
        self.check_size(&network)?;
        Ok(network)
    }

    /// The shape of a row as the first layer sees it.
    fn input_shape(&self, layers: &[LayerSpec], dataset: &Dataset) -> Result<Vec<usize>> {
        let features = dataset.features.columns();
        let Some(input) = &self.input else {
            let takes_a_row = |layer: &LayerSpec| {
                matches!(layer.kind, LayerKind::Dense { .. } | LayerKind::Shared { .. })
            };
            return Ok(match layers.first().is_some_and(takes_a_row) {
                true => vec![features],
                false => dataset.feature_shape.clone(),
            });
        };
        let size = input.iter().fold(1_usize, |size, &side| size.saturating_mul(side));
        if size != features {
            let problem =
                format!("{input:?} has {size} numbers, and a row has {features} features");
            let remedy = "give a shape of as many numbers as there are features, or leave it out";
            return Err(self.error(Defect::new("input", problem, remedy)));
        }
        Ok(input.clone())
    }

    /// An error of the network, which names no more than a layer, with the problem's
    /// name.
    fn placed(&self, error: Error) -> Error {
        match error {
            Error::Specification { place, problem, remedy } => {
                let place = format!("problem '{}', {place}", self.name);
                Error::Specification { place, problem, remedy }
            }
            other => other,
        }
    }

    fn check_size(&self, network: &Network) -> Result<()> {
        let key = if self.layers.is_some() { "layer" } else { "hidden" };
        let parameters = network.dimension() as u128;
        check_parameters(key, parameters).map_err(|defect| self.error(defect))?;
        let numbers = network.activations_per_row();
        if numbers > NUMBERS_MAX {
            let problem = format!("one sample would leave {numbers} numbers in the layers");
            let remedy = format!("make them smaller: at most {NUMBERS_MAX} are allowed");
            return Err(self.error(Defect::new(key, problem, remedy)));
        }
        for layer in network.layers() {
            // A product with all windows reads each of their numbers once per channel.
            let &[channels, _, _, _] = layer.weight_shape().as_slice() else { continue };
            let numbers = layer.work_per_row() / channels;
            if numbers > PATCHES_MAX {
                let problem = format!("its windows would hold {numbers} numbers of one sample");
                let remedy = format!(
                    "make kernel or padding smaller, or the stride larger: at most {PATCHES_MAX} \
                     are allowed"
                );
                let key = format!("layer {} (conv2d)", layer.index);
                return Err(self.error(Defect::new(&key, problem, remedy)));
            }
        }
        Ok(())
    }

    /// That a run has room for what the rows leave in the layers, on each of so many ranks.
    pub(in crate::lab) fn check_tape(&self, dataset: &Dataset, ranks: usize) -> Result<()> {
        let rows = dataset.features.rows().div_ceil(ranks);
        let numbers = self.network(dataset)?.activations_per_row().saturating_mul(rows);
        if numbers <= TAPE_MAX {
            return Ok(());
        }
        let key = if self.layers.is_some() { "layer" } else { "hidden" };
        let problem = format!("{rows} rows would leave {numbers} numbers in the layers");
        let remedy = format!(
            "make them smaller, take fewer rows, or spread them over ranks: at most {TAPE_MAX} are \
             kept"
        );
        Err(self.error(Defect::new(key, problem, remedy)))
    }

    /// Everything about the network that can be checked without the data.
    pub(super) fn check_network(&self) -> std::result::Result<(), Defect> {
        if self.hidden.contains(&0) {
            let remedy = "give widths of at least 1, or none at all for a linear model";
            return Err(out_of_range("hidden", &self.hidden, remedy));
        }
        let Some(layers) = &self.layers else {
            if self.input.is_some() {
                return Err(Defect::new(
                    "input",
                    "there are no layers that it could be the input of".to_owned(),
                    "add [[problem.layer]] tables, or leave it out: with hidden a row of \
                     features comes in",
                ));
            }
            return check_parameters("hidden", at_least(&self.hidden));
        };
        if !self.hidden.is_empty() {
            return Err(hidden_and_layers());
        }
        let is_shape = |input: &[usize]| matches!(input.len(), 1 | 3) && !input.contains(&0);
        if let Some(input) = self.input.as_deref().filter(|input| !is_shape(input)) {
            let problem = format!("{input:?} is no shape of a sample");
            let remedy = "give [features], or [channels, height, width], of at least 1 each";
            return Err(Defect::new("input", problem, remedy));
        }
        if layers.is_empty() {
            let remedy = "add [[problem.layer]] tables, the last of kind dense";
            return Err(Defect::new("layer", "there is none".to_owned(), remedy));
        }
        check_layers(layers).map_err(|(index, Defect { key, problem, remedy })| {
            let place = format!("layer {index} ({}), {key}", layers[index].kind.name());
            Defect { key: place, problem, remedy }
        })
    }
}

/// The defect of a problem that describes its network twice.
pub(super) fn hidden_and_layers() -> Defect {
    let problem = "there are layers too, and both describe the network".to_owned();
    Defect::new("hidden", problem, "leave out hidden, or the [[problem.layer]] tables")
}

/// Parameters of a fully connected network with these hidden layers, on one feature
/// and one output.
fn at_least(hidden: &[usize]) -> u128 {
    let widths = [&[1], hidden, &[1]].concat();
    let pairs = widths.windows(2);
    pairs
        .map(|pair| (pair[0] as u128 + 1).saturating_mul(pair[1] as u128))
        .fold(0_u128, u128::saturating_add)
}

fn check_parameters(key: &str, parameters: u128) -> std::result::Result<(), Defect> {
    if parameters > PARAMETERS_MAX {
        return Err(Defect::new(
            key,
            format!("the network would have {parameters} parameters or more"),
            format!(
                "make its layers smaller: at most {PARAMETERS_MAX} are allowed, because a method \
                 keeps some {VECTORS} vectors of that length in memory"
            ),
        ));
    }
    Ok(())
}

/// Checks what needs no shapes. A defect comes with its layer's place in the list.
pub(super) fn check_layers(layers: &[LayerSpec]) -> std::result::Result<(), (usize, Defect)> {
    for index in 0..layers.len() {
        check_layer(layers, index).map_err(|defect| (index, defect))?;
    }
    Ok(())
}

fn check_layer(layers: &[LayerSpec], index: usize) -> std::result::Result<(), Defect> {
    let LayerSpec { kind, activation } = &layers[index];
    match kind {
        LayerKind::Dense { units: Some(units), .. } => positive("units", &[*units])?,
        LayerKind::Dense { units: None, .. } if index + 1 < layers.len() => {
            let remedy = "add units = 16, say; only those of the last layer follow from the data";
            return Err(Defect::new("units", "they are missing".to_owned(), remedy));
        }
        LayerKind::Dense { .. } => {}
        LayerKind::Shared { layer, .. } => check_share(&layers[..index], *layer)?,
        LayerKind::Conv2d { channels, window, .. } => {
            positive("channels", &[*channels])?;
            positive("kernel", &window.kernel)?;
            positive("stride", &window.stride)?;
        }
        LayerKind::AvgPool2d(window) | LayerKind::MaxPool2d(window) => {
            positive("kernel", &window.kernel)?;
            positive("stride", &window.stride)?;
        }
        LayerKind::Flatten => {}
    }
    match activation {
        Some(_) if !may_have_activation(kind) => Err(no_activation(kind.name())),
        _ => Ok(()),
    }
}

fn may_have_activation(kind: &LayerKind) -> bool {
    !matches!(kind, LayerKind::AvgPool2d(_) | LayerKind::MaxPool2d(_) | LayerKind::Flatten)
}

/// The defect of an activation where there is none.
pub(super) fn no_activation(kind: &str) -> Defect {
    let problem = format!("a layer of kind {kind} has none");
    Defect::new("activation", problem, "put the activation on the layer before it")
}

fn check_share(earlier: &[LayerSpec], shared: usize) -> std::result::Result<(), Defect> {
    let is_dense = |layer: &LayerSpec| matches!(layer.kind, LayerKind::Dense { .. });
    if earlier.get(shared).is_some_and(is_dense) {
        return Ok(());
    }
    let dense = earlier.iter().enumerate().filter(|(_, layer)| is_dense(layer));
    let dense: Vec<String> = dense.map(|(index, _)| index.to_string()).collect();
    let remedy = match dense.as_slice() {
        [] => "put a dense layer with units before it".to_owned(),
        known => format!("share a dense layer, {} (the first layer is 0)", known.join(" or ")),
    };
    let problem = format!("layer {shared} is no earlier dense layer with parameters of its own");
    Err(Defect::new("share", problem, remedy))
}

fn positive(key: &str, numbers: &[usize]) -> std::result::Result<(), Defect> {
    match numbers.contains(&0) {
        true => Err(out_of_range(key, 0, "give at least 1")),
        false => Ok(()),
    }
}
