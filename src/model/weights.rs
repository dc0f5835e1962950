//! Weights in and out, in the safetensors format.

use std::collections::{BTreeMap, BTreeSet};

use safetensors::tensor::{Dtype, SafeTensors, TensorView, serialize};

use super::{Network, Tensor};
use crate::error::{Error, Result};
use crate::numerics::Vector;

/// The weights as safetensors bytes: `layers.{i}.weight` (`[outputs, inputs]`,
/// `[channels, input channels, height, width]`) and `layers.{i}.bias`, f64, for
/// every layer with parameters of its own; layers are counted from 0 as the list
/// that describes the network counts them.
///
/// # Panics
/// If θ has another length than the network's dimension.
pub fn to_safetensors(network: &Network, theta: &Vector) -> Vec<u8> {
    named_to_safetensors(network, &[("", theta)])
}

/// Several vectors of the network's dimension in one file, each under the weights'
/// names with a prefix: `gradient.layers.0.weight`, say.
///
/// # Panics
/// If a vector has another length than the network's dimension, or two have the
/// same prefix.
pub fn named_to_safetensors(network: &Network, vectors: &[(&str, &Vector)]) -> Vec<u8> {
    let mut tensors = Vec::new();
    for (prefix, vector) in vectors {
        assert_eq!(vector.len(), network.dimension(), "'{prefix}' is not of this network");
        for Tensor { layer, part, shape, place } in network.tensors() {
            let data = bytes(&vector.as_slice()[place]);
            tensors.push((format!("{prefix}layers.{layer}.{part}"), shape, data));
        }
    }
    let views = tensors.iter().map(|(name, shape, data)| {
        let view = TensorView::new(Dtype::F64, shape.clone(), data)
            .expect("the bytes are as many as the shape says");
        (name.as_str(), view)
    });
    serialize(views, None).expect("names are unique and shapes fit")
}

/// Reads θ for `network` from safetensors bytes. Names are `layers.{i}.weight`
/// and `.bias`, or those of a PyTorch `Sequential` (`0.weight`, `2.weight`, …):
/// any prefix that ends in a number, in increasing order, one per layer with
/// parameters of its own. f32 and f64 are read. `file` is the name to put into
/// errors.
///
/// # Errors
/// [`Error::Weights`] when the bytes are not safetensors, a tensor is missing,
/// has another shape or type, holds a number that is not finite, or belongs to
/// no layer.
pub fn from_safetensors(network: &Network, bytes: &[u8], file: &str) -> Result<Vector> {
    named_from_safetensors(network, &[], "", bytes, file)
}

/// Reads one of several vectors that [`named_to_safetensors`] wrote: the one under
/// `prefix`, if any tensor's name begins with it, and else the one whose names begin
/// with none of `prefixes`. Everything else is as in [`from_safetensors`].
///
/// # Errors
/// As [`from_safetensors`].
pub fn named_from_safetensors(
    network: &Network,
    prefixes: &[&str],
    prefix: &str,
    bytes: &[u8],
    file: &str,
) -> Result<Vector> {
    let tensors = SafeTensors::deserialize(bytes).map_err(|e| {
        refuse(file, format!("not a safetensors file ({e})"), "save the weights as safetensors")
    })?;
    let mut names = tensors.names();
    names.sort_unstable();
    let is_there = !prefix.is_empty() && names.iter().any(|name| name.starts_with(prefix));
    let tensors: Tensors = tensors
        .iter()
        .filter(|(name, _)| match is_there {
            true => name.starts_with(prefix),
            false => !prefixes.iter().any(|other| name.starts_with(other)),
        })
        .map(|(name, view)| (name.to_owned(), view))
        .collect();
    if tensors.is_empty() {
        let problem = match names.as_slice() {
            [] => "the file has no tensors".to_owned(),
            [name, ..] => format!("the file has other arrays only, such as '{name}'"),
        };
        let remedy = "tensors are named layers.0.weight, layers.0.bias, … or 0.weight, 0.bias, …";
        return Err(refuse(file, problem, remedy));
    }
    let prefixes = layers_by_number(&tensors, file)?;
    let own = network.tensors();
    let layers: BTreeSet<usize> = own.iter().map(|tensor| tensor.layer).collect();
    if prefixes.len() != layers.len() {
        let (found, expected) = (prefixes.len(), layers.len());
        return Err(refuse(
            file,
            format!("the file has {found} layers with parameters, the network {expected}"),
            "describe the saved network with --hidden or in a specification",
        ));
    }
    let prefix_of: BTreeMap<usize, &String> = layers.into_iter().zip(prefixes.values()).collect();
    let mut theta = Vector::zeros(network.dimension());
    for Tensor { layer, part, shape, place } in &own {
        let name = format!("{}.{part}", prefix_of[layer]);
        copy(&tensors, file, &name, shape, &mut theta.as_mut_slice()[place.clone()])?;
    }
    refuse_others(&tensors, file, own.len())?;
    Ok(theta)
}

/// The tensors to be read, by name.
type Tensors<'a> = BTreeMap<String, TensorView<'a>>;

/// Every tensor was read, unless the file has a bias where the network has none.
fn refuse_others(tensors: &Tensors, file: &str, read: usize) -> Result<()> {
    if tensors.len() == read {
        return Ok(());
    }
    Err(refuse(
        file,
        format!("the file has {} tensors, the network {read}", tensors.len()),
        "a layer without bias is described with bias = false",
    ))
}

/// Maps the number that ends each prefix to the prefix: `2` to `layers.2`.
fn layers_by_number(tensors: &Tensors, file: &str) -> Result<BTreeMap<u64, String>> {
    let mut layers = BTreeMap::new();
    for name in tensors.keys() {
        let prefix = name.strip_suffix(".weight").or_else(|| name.strip_suffix(".bias"));
        let number = prefix.and_then(|p| p.rsplit('.').next()).and_then(|n| n.parse().ok());
        let (Some(prefix), Some(number)) = (prefix, number) else {
            return Err(refuse(
                &format!("{file}, tensor '{name}'"),
                "the name belongs to no layer".into(),
                "tensors are named layers.0.weight, layers.0.bias, … or 0.weight, 0.bias, …",
            ));
        };
        let known = layers.entry(number).or_insert_with(|| prefix.to_owned());
        if known != prefix {
            return Err(refuse(
                &format!("{file}, tensor '{name}'"),
                format!("two prefixes end in {number}: '{known}' and '{prefix}'"),
                "keep the tensors of one network in a file",
            ));
        }
    }
    Ok(layers)
}

fn copy(tensors: &Tensors, file: &str, name: &str, shape: &[usize], out: &mut [f64]) -> Result<()> {
    let place = format!("{file}, tensor '{name}'");
    let tensor = tensors.get(name).ok_or_else(|| {
        refuse(
            &place,
            "the tensor is missing".into(),
            "every layer has a weight and, without bias = false, a bias",
        )
    })?;
    if tensor.shape() != shape {
        return Err(refuse(
            &place,
            format!("the shape is {:?}, the network's is {shape:?}", tensor.shape()),
            "give the widths of the saved network with --hidden, and the same data",
        ));
    }
    match tensor.dtype() {
        Dtype::F64 => {
            for (out, bytes) in out.iter_mut().zip(tensor.data().as_chunks().0) {
                *out = f64::from_le_bytes(*bytes);
            }
        }
        Dtype::F32 => {
            for (out, bytes) in out.iter_mut().zip(tensor.data().as_chunks().0) {
                *out = f64::from(f32::from_le_bytes(*bytes));
            }
        }
        other => {
            return Err(refuse(
                &place,
                format!("the numbers are {other:?}"),
                "save the weights as f32 or f64",
            ));
        }
    }
    if out.iter().any(|x| !x.is_finite()) {
        return Err(refuse(&place, "a number is not finite".into(), "save finite numbers"));
    }
    Ok(())
}

fn refuse(place: &str, problem: String, remedy: &str) -> Error {
    Error::Weights { place: place.into(), problem, remedy: remedy.into() }
}

fn bytes(values: &[f64]) -> Vec<u8> {
    values.iter().flat_map(|x| x.to_le_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Activation, Initialisation};
    use crate::numerics::Seed;

    fn network() -> Network {
        Network::dense(&[3, 4, 2], Activation::Tanh)
    }

    #[test]
    fn what_is_written_reads_back_bit_for_bit() {
        let network = network();
        let theta = network.initialise(Initialisation::He, Seed::new(5));
        let bytes = to_safetensors(&network, &theta);
        assert_eq!(from_safetensors(&network, &bytes, "w").unwrap(), theta);
    }

    #[test]
    fn a_sequential_state_dict_in_f32_reads_as_it_is() {
        let network = Network::dense(&[2, 1], Activation::Tanh);
        let weight: Vec<u8> = [1.5f32, -2.0].iter().flat_map(|x| x.to_le_bytes()).collect();
        let bias: Vec<u8> = 0.25f32.to_le_bytes().to_vec();
        let tensors = [
            ("4.weight", TensorView::new(Dtype::F32, vec![1, 2], &weight).unwrap()),
            ("4.bias", TensorView::new(Dtype::F32, vec![1], &bias).unwrap()),
        ];
        let bytes = serialize(tensors, None).unwrap();
        let theta = from_safetensors(&network, &bytes, "w").unwrap();
        assert_eq!(theta.as_slice(), [1.5, -2.0, 0.25]);
    }

    #[test]
    fn one_of_several_vectors_is_read_by_its_prefix() {
        let network = network();
        let [a, b, c] = [1, 2, 3].map(|n| network.initialise(Initialisation::He, Seed::new(n)));
        let bytes = named_to_safetensors(&network, &[("", &a), ("g.", &b), ("v.", &c)]);
        let read = |prefix: &str, bytes: &[u8]| {
            named_from_safetensors(&network, &["g.", "v."], prefix, bytes, "w").unwrap()
        };
        assert_eq!([read("", &bytes), read("g.", &bytes), read("v.", &bytes)], [a.clone(), b, c]);
        assert_eq!(read("v.", &to_safetensors(&network, &a)), a);
        let others = named_to_safetensors(&network, &[("g.", &a)]);
        let message = named_from_safetensors(&network, &["g.", "v."], "", &others, "w");
        let message = message.unwrap_err().to_string();
        assert!(message.contains("other arrays only, such as 'g.layers.0.bias'"), "{message}");
        let message = from_safetensors(&network, &bytes, "w").unwrap_err().to_string();
        assert!(
            message.contains("two prefixes end in 0: 'g.layers.0' and 'layers.0'"),
            "{message}"
        );
    }

    #[test]
    fn what_does_not_fit_is_refused_by_name() {
        let network = network();
        let theta = network.initialise(Initialisation::He, Seed::new(5));
        let bytes = to_safetensors(&network, &theta);
        let message =
            |n: &Network, b: &[u8]| from_safetensors(n, b, "w.st").unwrap_err().to_string();
        let other = Network::dense(&[3, 5, 2], Activation::Tanh);
        assert!(message(&other, &bytes).contains("w.st, tensor 'layers.0.weight'"));
        let deep = Network::dense(&[3, 4, 4, 2], Activation::Tanh);
        assert!(message(&deep, &bytes).contains("2 layers with parameters, the network 3"));
        assert!(message(&network, &bytes[..20]).contains("not a safetensors file"));
        let mut nan = theta.clone();
        nan[3] = f64::NAN;
        assert!(message(&network, &to_safetensors(&network, &nan)).contains("not finite"));
    }
}
