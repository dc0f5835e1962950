//! Arrays for NumPy: NPZ files, which are zip archives of NPY files.
//!
//! NumPy's format 1.0 (numpy.lib.format): a magic string, the header's length, the header
//! as a Python dictionary padded to 64 bytes, then the numbers in row-major order. The
//! arrays lie in the archive unpacked and undated, so that equal numbers give equal bytes.

use std::io::Write;
use std::path::Path;

use rawzip::{CompressionMethod, ZipArchiveWriter};

use super::atomic_write;
use crate::error::{Error, Result};

/// An array with its name.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedArray<'a> {
    /// What NumPy finds it under.
    pub name: &'a str,
    /// The length of each dimension; none for a single number.
    pub shape: Vec<usize>,
    /// Its numbers, the last dimension fastest.
    pub values: ArrayValues<'a>,
}

/// An array of `float64` that owns its name, its shape and its numbers.
pub(super) type Array = (String, Vec<usize>, Vec<f64>);

/// Writes such arrays to a file, as [`write_npz`] does.
pub(super) fn write_arrays(path: &Path, arrays: &[Array]) -> Result<()> {
    let named = arrays.iter().map(|(name, shape, values)| NamedArray {
        name,
        shape: shape.clone(),
        values: ArrayValues::F64(values),
    });
    write_npz(path, &named.collect::<Vec<_>>())
}

/// The numbers of an array.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ArrayValues<'a> {
    /// `float64`.
    F64(&'a [f64]),
    /// `int64`.
    I64(&'a [i64]),
    /// `uint8`.
    U8(&'a [u8]),
    /// `bool`.
    Bool(&'a [bool]),
}

impl ArrayValues<'_> {
    fn len(&self) -> usize {
        match self {
            Self::F64(values) => values.len(),
            Self::I64(values) => values.len(),
            Self::U8(values) => values.len(),
            Self::Bool(values) => values.len(),
        }
    }

    /// NumPy's name of the type.
    fn descriptor(&self) -> &'static str {
        match self {
            Self::F64(_) => "<f8",
            Self::I64(_) => "<i8",
            Self::U8(_) => "|u1",
            Self::Bool(_) => "|b1",
        }
    }

    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::F64(values) => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
            Self::I64(values) => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
            Self::U8(values) => values.to_vec(),
            Self::Bool(values) => values.iter().map(|value| u8::from(*value)).collect(),
        }
    }
}

/// The header of an NPY file, a multiple of 64 bytes long.
fn npy_header(descriptor: &str, shape: &[usize]) -> Vec<u8> {
    const MAGIC: &[u8] = b"\x93NUMPY\x01\x00";
    const ALIGNMENT: usize = 64;
    let lengths: Vec<String> = shape.iter().map(ToString::to_string).collect();
    let tuple = match lengths.as_slice() {
        [only] => format!("({only},)"),
        lengths => format!("({})", lengths.join(", ")),
    };
    let dictionary =
        format!("{{'descr': '{descriptor}', 'fortran_order': False, 'shape': {tuple}, }}");
    // Magic, two bytes of length, the dictionary and a line feed.
    let used = MAGIC.len() + 2 + dictionary.len() + 1;
    let padding = used.next_multiple_of(ALIGNMENT) - used;
    let length = (dictionary.len() + padding + 1) as u16;
    let mut header = MAGIC.to_vec();
    header.extend(length.to_le_bytes());
    header.extend(dictionary.bytes());
    header.extend(std::iter::repeat_n(b' ', padding));
    header.push(b'\n');
    header
}

/// The bytes of an NPZ file, as `np.savez` writes it.
///
/// # Errors
/// When a name is longer than a zip archive takes.
///
/// # Panics
/// When an array has not as many numbers as its shape says.
///
/// ```
/// use losslab::report::{ArrayValues, NamedArray, npz_bytes};
/// let loss = NamedArray {
///     name: "loss",
///     shape: vec![2, 3],
///     values: ArrayValues::F64(&[0.0, 1.0, 2.0, 3.0, 4.0, f64::NAN]),
/// };
/// assert!(npz_bytes(&[loss])?.starts_with(b"PK"));
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn npz_bytes(arrays: &[NamedArray<'_>]) -> std::io::Result<Vec<u8>> {
    let mut archive = ZipArchiveWriter::new(Vec::new());
    for array in arrays {
        let points: usize = array.shape.iter().product();
        assert_eq!(points, array.values.len(), "{}: shape and numbers differ", array.name);
        let file = format!("{}.npy", array.name);
        let (mut entry, config) = archive
            .new_file(&file)
            .compression_method(CompressionMethod::STORE)
            .start()
            .map_err(std::io::Error::other)?;
        let mut writer = config.wrap(&mut entry);
        writer.write_all(&npy_header(array.values.descriptor(), &array.shape))?;
        writer.write_all(&array.values.bytes())?;
        let (_, output) = writer.finish().map_err(std::io::Error::other)?;
        entry.finish(output).map_err(std::io::Error::other)?;
    }
    archive.finish().map_err(std::io::Error::other)
}

/// Writes [`npz_bytes`] to a file, whole or not at all.
///
/// # Errors
/// [`Error::File`] when it cannot be written.
///
/// # Panics
/// As [`npz_bytes`].
pub fn write_npz(path: &Path, arrays: &[NamedArray<'_>]) -> Result<()> {
    let bytes = npz_bytes(arrays).map_err(|source| Error::file(path, source))?;
    atomic_write(path, &bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{NpzOptions, Task, read_npz};

    fn arrays() -> Vec<NamedArray<'static>> {
        let array =
            |name, shape: &[usize], values| NamedArray { name, shape: shape.to_vec(), values };
        vec![
            array("x", &[3, 2], ArrayValues::F64(&[1.5, -2.0, 0.1, 1e300, 5e-324, 3.0])),
            array("y", &[3], ArrayValues::I64(&[2, 0, 1])),
            array("sample_weight", &[3], ArrayValues::U8(&[1, 255, 7])),
            array("measured", &[3, 1], ArrayValues::Bool(&[true, false, true])),
            array("gap", &[1], ArrayValues::F64(&[f64::NAN])),
            array("seed", &[], ArrayValues::I64(&[-7])),
        ]
    }

    #[test]
    fn the_reader_of_data_sets_reads_it_back() {
        let bytes = npz_bytes(&arrays()).unwrap();
        if let Some(folder) = std::env::var_os("LOSSLAB_RENDER") {
            std::fs::write(Path::new(&folder).join("arrays.npz"), &bytes).unwrap();
        }
        let read = read_npz(&bytes, "check.npz", &NpzOptions::default()).unwrap();
        let features = read.features.to_matrix().unwrap();
        assert_eq!(features.row(0), [1.5, -2.0]);
        assert_eq!(features.row(1), [0.1, 1e300]);
        assert_eq!(features.row(2), [5e-324, 3.0]);
        assert_eq!(read.task, Task::MultiClass);
        assert_eq!(read.sample_weights, Some(vec![1.0, 255.0, 7.0]));
    }

    #[test]
    fn equal_arrays_give_equal_bytes() {
        assert_eq!(npz_bytes(&arrays()).unwrap(), npz_bytes(&arrays()).unwrap());
    }

    #[test]
    fn headers_are_those_of_numpy() {
        // np.lib.format.write_array_header_1_0 of NumPy 2.4 for a 51 × 51 array.
        let header = npy_header("<f8", &[51, 51]);
        let dictionary = "{'descr': '<f8', 'fortran_order': False, 'shape': (51, 51), }";
        assert_eq!(&header[..8], b"\x93NUMPY\x01\x00");
        assert_eq!(header.len(), 128);
        assert_eq!(u16::from_le_bytes([header[8], header[9]]), 118);
        assert!(header[10..].starts_with(dictionary.as_bytes()) && header.ends_with(b" \n"));
        let text =
            |shape: &[usize]| String::from_utf8_lossy(&npy_header("|b1", shape)).into_owned();
        assert!(text(&[3]).contains("(3,)") && text(&[]).contains("()"));
    }
}
