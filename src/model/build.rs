//! From a list of layers to a network: every shape is checked here, before anything
//! runs.

use std::ops::Range;

use super::network::{Geometry, Layer, Network, Operation};
use super::{Activation, LayerKind, LayerSpec, Window};
use crate::error::{Error, Result};

/// Numbers beyond which a layer is refused: no vector of that length fits in memory.
const NUMBERS_MAX: usize = 1 << 40;

/// See [`Network::new`].
pub(super) fn build(
    input: &[usize],
    specs: &[LayerSpec],
    activation: Activation,
    outputs: usize,
) -> Result<Network> {
    let mut builder = Builder {
        specs,
        activation,
        outputs,
        shape: input.to_vec(),
        layers: Vec::new(),
        dimension: 0,
    };
    if !matches!(input.len(), 1 | 3) || input.contains(&0) {
        return Err(Error::Specification {
            place: "input".to_owned(),
            problem: format!("{input:?} is no shape of a sample"),
            remedy: "give [features], or [channels, height, width], of at least 1 each".to_owned(),
        });
    }
    for (index, spec) in specs.iter().enumerate() {
        builder.add(index).map_err(|defect| defect.in_layer(index, &spec.kind))?;
    }
    builder.check_end()?;
    let Builder { mut layers, dimension, .. } = builder;
    mark_last_users(&mut layers);
    Ok(Network { input_shape: input.to_vec(), layers, dimension })
}

/// What is wrong with a layer, and the way out.
struct Defect {
    problem: String,
    remedy: String,
}

impl Defect {
    fn new(problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { problem: problem.into(), remedy: remedy.into() }
    }

    fn in_layer(self, index: usize, kind: &LayerKind) -> Error {
        let place = format!("layer {index} ({})", kind.name());
        Error::Specification { place, problem: self.problem, remedy: self.remedy }
    }
}

struct Builder<'a> {
    specs: &'a [LayerSpec],
    activation: Activation,
    outputs: usize,
    /// What the layers so far give for one sample.
    shape: Vec<usize>,
    layers: Vec<Layer>,
    dimension: usize,
}

impl Builder<'_> {
    fn add(&mut self, index: usize) -> std::result::Result<(), Defect> {
        let spec = &self.specs[index];
        match spec.kind {
            LayerKind::Dense { units, bias } => {
                let inputs = self.flat()?;
                let units = match units {
                    Some(units) => units,
                    None if index + 1 == self.specs.len() => self.outputs,
                    None => {
                        return Err(Defect::new("it has no width", "give it units = 16, say"));
                    }
                };
                if units == 0 {
                    return Err(Defect::new("its width is 0", "give at least 1 unit"));
                }
                let (weight, bias) = self.own(inputs, units, units, bias)?;
                let operation = Operation::Dense { transposed: false };
                self.push(index, operation, units, weight, bias, [inputs, units]);
                self.shape = vec![units];
            }
            LayerKind::Shared { layer, transpose } => self.add_shared(index, layer, transpose)?,
            LayerKind::Conv2d { channels, window, padding, bias } => {
                if channels == 0 {
                    return Err(Defect::new("it has no channels", "give at least 1 channel"));
                }
                let geometry = self.geometry(Some(channels), window, padding)?;
                let [height, width] = window.kernel;
                let fan_in = product(&[geometry.input[0], height, width])?;
                let fan_out = product(&[channels, height, width])?;
                let (weight, bias) = self.own(fan_in, channels, channels, bias)?;
                self.push_image(
                    index,
                    Operation::Conv2d,
                    geometry,
                    weight,
                    bias,
                    [fan_in, fan_out],
                );
            }
            LayerKind::AvgPool2d(window) => self.add_pool(index, Operation::AvgPool2d, window)?,
            LayerKind::MaxPool2d(window) => self.add_pool(index, Operation::MaxPool2d, window)?,
            LayerKind::Flatten => {
                self.no_activation(index)?;
                self.shape = vec![self.shape.iter().product()];
            }
        }
        Ok(())
    }

    fn add_shared(
        &mut self,
        index: usize,
        earlier: usize,
        transpose: bool,
    ) -> std::result::Result<(), Defect> {
        let inputs = self.flat()?;
        let dense = Operation::Dense { transposed: false };
        let owner = self
            .layers
            .iter()
            .find(|layer| layer.index == earlier && layer.owns_weight && layer.operation == dense);
        let Some(owner) = owner else {
            let dense_layers: Vec<String> = self
                .layers
                .iter()
                .filter(|layer| layer.owns_weight && layer.operation == dense)
                .map(|layer| layer.index.to_string())
                .collect();
            let remedy = match dense_layers.as_slice() {
                [] => "put a dense layer with units before it".to_owned(),
                known => format!("share one of the dense layers {}", known.join(", ")),
            };
            return Err(Defect::new(
                format!("layer {earlier} is no earlier dense layer with parameters of its own"),
                remedy,
            ));
        };
        let (owner_inputs, owner_outputs) = match transpose {
            false => (owner.inputs, owner.outputs),
            true => (owner.outputs, owner.inputs),
        };
        if owner_inputs != inputs {
            let transposed = if transpose { " transposed" } else { "" };
            return Err(Defect::new(
                format!(
                    "the weight of layer {earlier}{transposed} takes {owner_inputs} numbers, and \
                     {inputs} come in"
                ),
                "make the widths before the two layers equal, or let it have its own units",
            ));
        }
        let (weight, mut bias) = (owner.weight.clone(), owner.bias.clone());
        if transpose {
            let length = if bias.is_empty() { 0 } else { owner_outputs };
            bias = self.dimension..self.dimension + length;
            self.dimension = bias.end;
        }
        let operation = Operation::Dense { transposed: transpose };
        self.push(index, operation, owner_outputs, weight, bias, [inputs, owner_outputs]);
        let layer = self.layers.last_mut().expect("it was just pushed");
        layer.owns_weight = false;
        layer.owns_bias &= transpose;
        self.shape = vec![owner_outputs];
        Ok(())
    }

    fn add_pool(
        &mut self,
        index: usize,
        operation: fn(Geometry) -> Operation,
        window: Window,
    ) -> std::result::Result<(), Defect> {
        self.no_activation(index)?;
        let geometry = self.geometry(None, window, [0, 0])?;
        self.push_image(index, operation, geometry, 0..0, 0..0, [0, 0]);
        Ok(())
    }

    fn no_activation(&self, index: usize) -> std::result::Result<(), Defect> {
        match self.specs[index].activation {
            None => Ok(()),
            Some(activation) => Err(Defect::new(
                format!("it has no activation, and {} is given", activation.name()),
                "put the activation on the layer before it",
            )),
        }
    }

    /// The length of what comes in, if it is one row.
    fn flat(&self) -> std::result::Result<usize, Defect> {
        match self.shape.as_slice() {
            [length] => Ok(*length),
            shape => Err(Defect::new(
                format!("an image of {} comes in, and it takes a row", text(shape)),
                "put a flatten layer before it",
            )),
        }
    }

    fn geometry(
        &self,
        channels: Option<usize>,
        window: Window,
        padding: [usize; 2],
    ) -> std::result::Result<Geometry, Defect> {
        let &[depth, height, width] = self.shape.as_slice() else {
            return Err(Defect::new(
                format!("a row of {} numbers comes in, and it takes an image", self.shape[0]),
                "give the problem input = [channels, height, width], and no flatten or dense \
                 layer before it",
            ));
        };
        let Window { kernel, stride } = window;
        if kernel.contains(&0) || stride.contains(&0) {
            return Err(Defect::new("its kernel or stride is 0", "give at least 1"));
        }
        let side = |size: usize, i: usize| -> std::result::Result<usize, Defect> {
            let padded = padding[i].checked_mul(2).and_then(|twice| twice.checked_add(size));
            let padded = padded.filter(|padded| *padded < NUMBERS_MAX).ok_or_else(too_large)?;
            if kernel[i] > padded {
                return Err(Defect::new(
                    format!(
                        "its kernel of {} is larger than the image of {}{}",
                        text(&kernel),
                        text(&[height, width]),
                        if channels.is_some() { " with its padding" } else { "" }
                    ),
                    match channels {
                        Some(_) => "make the kernel smaller, or the padding larger",
                        None => "make the kernel smaller",
                    },
                ));
            }
            Ok((padded - kernel[i]) / stride[i] + 1)
        };
        let output = [channels.unwrap_or(depth), side(height, 0)?, side(width, 1)?];
        product(&output)?;
        Ok(Geometry { input: [depth, height, width], output, window, padding })
    }

    /// Room in θ for a weight and a bias of its own.
    fn own(
        &mut self,
        inputs: usize,
        outputs: usize,
        biases: usize,
        has_bias: bool,
    ) -> std::result::Result<(Range<usize>, Range<usize>), Defect> {
        let start = self.dimension;
        let end = start.saturating_add(product(&[inputs, outputs])?);
        let weight = start..end;
        let bias = end..end.saturating_add(if has_bias { biases } else { 0 });
        if bias.end > NUMBERS_MAX {
            return Err(too_large());
        }
        self.dimension = bias.end;
        Ok((weight, bias))
    }

    fn push_image(
        &mut self,
        index: usize,
        operation: fn(Geometry) -> Operation,
        geometry: Geometry,
        weight: Range<usize>,
        bias: Range<usize>,
        fans: [usize; 2],
    ) {
        let outputs = geometry.output.iter().product();
        self.push(index, operation(geometry), outputs, weight, bias, fans);
        self.shape = geometry.output.to_vec();
    }

    fn push(
        &mut self,
        index: usize,
        operation: Operation,
        outputs: usize,
        weight: Range<usize>,
        bias: Range<usize>,
        fans: [usize; 2],
    ) {
        let last = index + 1 == self.specs.len();
        let default =
            if last || weight.is_empty() { Activation::Identity } else { self.activation };
        self.layers.push(Layer {
            index,
            operation,
            inputs: self.shape.iter().product(),
            outputs,
            activation: self.specs[index].activation.unwrap_or(default),
            owns_weight: !weight.is_empty(),
            owns_bias: !bias.is_empty(),
            last_with_weight: false,
            last_with_bias: false,
            weight,
            bias,
            fans,
        });
    }

    /// That the last layer gives what the data ask for, and that there is something
    /// to train.
    fn check_end(&self) -> Result<()> {
        let Some(last) = self.specs.last().filter(|_| !self.layers.is_empty()) else {
            return Err(Error::Specification {
                place: "layer".to_owned(),
                problem: "the network has no layer".to_owned(),
                remedy: "end it with a dense layer".to_owned(),
            });
        };
        let index = self.specs.len() - 1;
        if self.dimension == 0 {
            let defect = Defect::new("the network has no parameters", "add a dense layer");
            return Err(defect.in_layer(index, &last.kind));
        }
        if self.shape != [self.outputs] {
            let defect = Defect::new(
                format!(
                    "the network ends in {} numbers, and the data ask for {}",
                    text(&self.shape),
                    self.outputs
                ),
                "end it with a dense layer, whose units may be left out",
            );
            return Err(defect.in_layer(index, &last.kind));
        }
        Ok(())
    }
}

fn too_large() -> Defect {
    Defect::new("it is too large", "make it smaller")
}

fn product(factors: &[usize]) -> std::result::Result<usize, Defect> {
    let product = factors.iter().try_fold(1_usize, |product, factor| product.checked_mul(*factor));
    product.filter(|product| *product <= NUMBERS_MAX).ok_or_else(too_large)
}

fn text(shape: &[usize]) -> String {
    shape.iter().map(usize::to_string).collect::<Vec<_>>().join(" × ")
}

fn mark_last_users(layers: &mut [Layer]) {
    for i in 0..layers.len() {
        let later = &layers[i + 1..];
        let weight = later.iter().all(|other| other.weight != layers[i].weight);
        let bias = later.iter().all(|other| other.bias != layers[i].bias);
        layers[i].last_with_weight = weight && !layers[i].weight.is_empty();
        layers[i].last_with_bias = bias && !layers[i].bias.is_empty();
    }
}

#[cfg(test)]
mod tests;
