//! Weights in the safetensors format.

use losslab::Error;
use losslab::model::{Activation, Initialisation, Network, from_safetensors, to_safetensors};
use losslab::numerics::Seed;

use super::{Case, Draw};

const FILE: &str = "weights.safetensors";

fn network() -> Network {
    Network::dense(&[3, 4, 2], Activation::Tanh)
}

fn written(network: &Network) -> Vec<u8> {
    to_safetensors(network, &network.initialise(Initialisation::Glorot, Seed::new(3)))
}

/// The header's text and the numbers behind it.
fn parts(bytes: &[u8]) -> (String, Vec<u8>) {
    let (length, rest) = bytes.split_first_chunk::<8>().unwrap();
    let (header, numbers) = rest.split_at(u64::from_le_bytes(*length) as usize);
    (String::from_utf8(header.to_vec()).unwrap(), numbers.to_vec())
}

fn joined(header: &str, numbers: &[u8]) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), numbers].concat()
}

/// The weights of another network, or these with another header or other numbers.
pub fn draw(draw: &mut Draw) -> Case {
    let mut bytes = written(&network());
    let what = match draw.below(9) {
        0 => {
            let widths: Vec<usize> = (0..2 + draw.below(3)).map(|_| 1 + draw.below(5)).collect();
            bytes = written(&Network::dense(&widths, Activation::Tanh));
            format!("a network of widths {widths:?}")
        }
        1 => {
            let length = *draw.one_of(&[u64::MAX, 1 << 63, 1 << 40, 100_000_000, 99, 1, 0]);
            bytes[..8].copy_from_slice(&length.to_le_bytes());
            format!("a header of {length} bytes")
        }
        2..=4 => {
            let (header, numbers) = parts(&bytes);
            let (from, to) = *draw.one_of(&[
                ("F64", "I64"),
                ("F64", "F32"),
                ("F64", "F128"),
                ("[4,3]", "[3,4]"),
                ("[4,3]", "[4,-3]"),
                ("[4,3]", "[18446744073709551615,18446744073709551615]"),
                ("[4,3]", "[]"),
                ("[0,", "[8,"),
                ("[0,", "[18446744073709551615,"),
                ("layers.0.weight", "layers.0.bias"),
                ("layers.1.weight", "layers.1"),
                ("layers.1.weight", "layers.7.weight"),
                ("layers.1.", "layers.99999999999999999999."),
                ("layers.0.", ""),
                ("layers.0.bias", "layers.0.\\u0000"),
                ("\"shape\"", "\"form\""),
                ("{", "{\"more\":1,"),
                ("}", "]"),
            ]);
            bytes = joined(&header.replacen(from, to, 1 + draw.below(2)), &numbers);
            format!("{from} is {to} in the header")
        }
        5 => {
            let (header, mut numbers) = parts(&bytes);
            let number = draw.below(numbers.len() / 8);
            let value = *draw.one_of(&[f64::NAN, f64::INFINITY, f64::NEG_INFINITY]);
            numbers[8 * number..8 * number + 8].copy_from_slice(&value.to_le_bytes());
            bytes = joined(&header, &numbers);
            format!("number {number} is {value}")
        }
        6 => {
            let (_, numbers) = parts(&bytes);
            let deep = "[".repeat(1 << (4 + draw.below(14)));
            bytes = joined(&format!("{{\"a\":{deep}"), &numbers);
            format!("a header {} deep", deep.len())
        }
        _ => {
            let region = if draw.below(2) == 0 { bytes.len() } else { 60 };
            draw.change_bytes(&mut bytes, region)
        }
    };
    let read = |folder: &std::path::Path| {
        let path = folder.join(FILE);
        let bytes = std::fs::read(&path).map_err(|error| Error::file(&path, error))?;
        from_safetensors(&network(), &bytes, FILE).map(|_| ())
    };
    Case { what, files: vec![(FILE, bytes)], read: Box::new(read), check }
}

fn check(error: &Error) -> Option<&'static str> {
    match error {
        Error::Weights { place, .. } if place.starts_with(FILE) => None,
        Error::Weights { .. } => Some("no file is named"),
        _ => Some("it is no error of weights"),
    }
}
