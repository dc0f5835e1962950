//! Data sets from NumPy's NPZ files: zip archives of arrays.

use std::io::Read;

use flate2::bufread::DeflateDecoder;
use rawzip::{CompressionMethod, ZipArchive, ZipArchiveEntryWayfinder, ZipSliceArchive};

use super::bytes::{sha256_hex, unpacked};
use super::dataset::{FEATURES_AS_TARGET, pixel_names, row_shape};
use super::npy::{Array, Source};
use super::target::Target;
use super::{Dataset, Task, WEIGHT_MAX};
use crate::error::{DataProblem, Error, Place, Result};
use crate::numerics::RowMatrix;

/// Bytes that one byte of a deflated stream unpacks to at most: 258 by a code of two
/// bits. Reference: the zlib technical details, "Maximum Compression Factor".
const DEFLATE_MAX: u64 = 1032;

const FEATURES: &str = "x";
const TARGET: &str = "y";
const SAMPLE_WEIGHTS: &str = "sample_weight";

/// How a file of arrays is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NpzOptions {
    /// The array to predict, by default `y`; or `@features` for the features themselves.
    pub target: Option<String>,
    /// The task; by default the one that the target's type suggests.
    pub task: Option<Task>,
    /// The array that says what each row counts for in the loss; by default
    /// `sample_weight` where there is one.
    pub sample_weights: Option<String>,
}

/// Reads arrays that `np.savez(file, x=…, y=…)` or `np.savez_compressed` has written.
///
/// `x` is `[rows, …]` with at least two dimensions, `y` is `[rows]` or
/// `[rows, targets]`, and `sample_weight`, if there is one, `[rows]`; their elements
/// are floating-point numbers of 4 or 8 bytes, integers or truth values. A row of `x`
/// is flattened, last dimension fastest, and features are named `x0`, `x1`, … or, with
/// more dimensions, `p0_0`, `p0_1`, … by their index. Features that are the same in
/// every row are kept.
///
/// Without [`NpzOptions::task`], floating-point targets are regression; integers and
/// truth values are classes in order of their number, or, in several columns of 0 and
/// 1, labels. With it, whole numbers are classes whatever their type, and 0 and 1 are
/// labels.
///
/// `file` is the name that errors give.
///
/// # Errors
/// [`Error::Data`] with file, array and index at the first defect.
pub fn read_npz(bytes: &[u8], file: &str, options: &NpzOptions) -> Result<Dataset> {
    let contents = unpacked(bytes, file)?;
    let archive = Archive::open(&contents, file)?;
    let x = archive.array(FEATURES, "save it as `np.savez(file, x=…, y=…)`")?;
    check_features(&x, file)?;
    let (rows, columns) = (x.rows(), x.columns());
    let feature_names = match x.shape.as_slice() {
        [_, columns] => (0..*columns).map(|column| format!("x{column}")).collect(),
        shape => pixel_names(&shape[1..]),
    };
    let feature_shape = row_shape(&x.shape[1..]);
    let sample_weights = archive.sample_weights(options, rows)?;
    let features = RowMatrix::from_rows(rows, columns, x.values);
    let target_name = options.target.as_deref().unwrap_or(TARGET);
    let target = if target_name == FEATURES_AS_TARGET {
        Target::features(&features, options.task, Place::file(file))?
    } else {
        let remedy = "name the array to predict with `--target ARRAY`, or `--target @features` \
                      for the features themselves";
        let y = archive.array(target_name, remedy)?;
        check_rows(&y, rows, file)?;
        Target::of_array(&y, file, options.task)?
    };
    Ok(Dataset {
        name: file.into(),
        file: file.into(),
        title: file.into(),
        sha256: sha256_hex(&[bytes]),
        task: target.task,
        features,
        feature_names,
        feature_shape,
        targets: target.targets,
        target_name: target_name.into(),
        target_unit: None,
        class_names: target.class_names,
        sample_weights,
    })
}

/// Whether contents are a zip archive, be it empty.
pub(super) fn is_zip(contents: &[u8]) -> bool {
    contents.starts_with(b"PK\x03\x04") || contents.starts_with(b"PK\x05\x06")
}

fn check_features(x: &Array, file: &str) -> Result<()> {
    if x.shape.len() < 2 {
        return Err(Error::data(
            x.place(file),
            DataProblem::ArrayShape(format!("it is {:?}", x.shape)),
            "give it a row per sample, (rows, features): `x.reshape(-1, 1)` for one feature",
        ));
    }
    if x.rows() == 0 {
        return Err(Error::data(x.place(file), DataProblem::Empty, "save at least two rows"));
    }
    if x.columns() == 0 {
        let remedy = "save at least one feature per row";
        return Err(Error::data(x.place(file), DataProblem::NoFeatures, remedy));
    }
    if x.rows() == 1 {
        let problem = DataProblem::TooFewRows("there is only one row".into());
        return Err(Error::data(x.place(file), problem, "save at least two rows"));
    }
    Ok(())
}

fn check_rows(array: &Array, rows: usize, file: &str) -> Result<()> {
    if array.shape.first() == Some(&rows) {
        return Ok(());
    }
    let problem = match array.shape.first() {
        Some(found) => format!("it has {found} rows, and x has {rows}"),
        None => format!("it is a single number, and x has {rows} rows"),
    };
    Err(Error::data(
        array.place(file),
        DataProblem::ArrayShape(problem),
        "save as many rows of both, in the same order",
    ))
}

/// A zip archive of arrays.
struct Archive<'a> {
    file: &'a str,
    zip: ZipSliceArchive<&'a [u8]>,
    entries: Vec<Entry>,
}

struct Entry {
    /// The array's name.
    name: String,
    method: CompressionMethod,
    encrypted: bool,
    wayfinder: ZipArchiveEntryWayfinder,
}

impl<'a> Archive<'a> {
    fn open(contents: &'a [u8], file: &'a str) -> Result<Self> {
        let broken = |error: rawzip::Error| broken(Place::file(file), &error.to_string());
        let zip = ZipArchive::from_slice(contents).map_err(broken)?;
        let mut entries = Vec::new();
        for entry in zip.entries() {
            let entry = entry.map_err(broken)?;
            let path = String::from_utf8_lossy(entry.file_path().as_bytes()).into_owned();
            if let Some(name) = path.strip_suffix(".npy") {
                entries.push(Entry {
                    name: name.into(),
                    method: entry.compression_method(),
                    encrypted: entry.flags().is_encrypted(),
                    wayfinder: entry.wayfinder(),
                });
            }
        }
        Ok(Self { file, zip, entries })
    }

    fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|entry| entry.name == name)
    }

    /// The array `name`; `remedy` says what to do if there is none.
    fn array(&self, name: &str, remedy: &str) -> Result<Array> {
        let Some(entry) = self.entries.iter().find(|entry| entry.name == name) else {
            let known = self.entries.iter().map(|entry| entry.name.clone()).collect();
            let problem = DataProblem::MissingArray { name: name.into(), known };
            return Err(Error::data(Place::file(self.file), problem, remedy));
        };
        let place = || Place::file(self.file).in_array(name);
        if entry.encrypted {
            return Err(broken(place(), "it is encrypted"));
        }
        let found = self
            .zip
            .get_entry(entry.wayfinder)
            .map_err(|error| broken(place(), &error.to_string()))?;
        let (packed, bytes) = (found.data(), entry.wayfinder.uncompressed_size_hint());
        // What is written of its size is believed only where the bytes can hold it.
        let size_most = match entry.method {
            CompressionMethod::STORE => packed.len() as u64,
            _ => (packed.len() as u64).saturating_mul(DEFLATE_MAX),
        };
        if bytes > size_most {
            let problem = format!("{} bytes cannot hold the {bytes} it should have", packed.len());
            return Err(broken(place(), &problem));
        }
        let reader: Box<dyn Read> = match entry.method {
            CompressionMethod::STORE => Box::new(found.verifying_reader(packed)),
            CompressionMethod::DEFLATE => {
                Box::new(found.verifying_reader(DeflateDecoder::new(packed)))
            }
            method => return Err(broken(place(), &format!("it is packed with {method}"))),
        };
        Source { file: self.file, name, bytes, reader }.read()
    }

    fn sample_weights(&self, options: &NpzOptions, rows: usize) -> Result<Option<Vec<f64>>> {
        let name = match &options.sample_weights {
            Some(name) => name,
            None if self.has(SAMPLE_WEIGHTS) => SAMPLE_WEIGHTS,
            None => return Ok(None),
        };
        let weights =
            self.array(name, "name the array of weights with `--sample-weights ARRAY`")?;
        check_rows(&weights, rows, self.file)?;
        if weights.shape.len() != 1 {
            let problem = DataProblem::ArrayShape(format!("it is {:?}", weights.shape));
            let remedy = "give it one weight per row, (rows,)";
            return Err(Error::data(weights.place(self.file), problem, remedy));
        }
        if let Some(row) = weights.values.iter().position(|&weight| weight < 0.0) {
            return Err(Error::data(
                weights.element_place(self.file, row),
                DataProblem::NegativeWeight(weights.values[row].to_string()),
                "write 0 for a row that is not to count",
            ));
        }
        if let Some(row) = weights.values.iter().position(|&weight| weight > WEIGHT_MAX) {
            return Err(Error::data(
                weights.element_place(self.file, row),
                DataProblem::LargeWeight(format!("{:e}", weights.values[row])),
                "divide all weights by the same number",
            ));
        }
        if weights.values.iter().all(|&weight| weight == 0.0) {
            return Err(Error::data(
                weights.place(self.file),
                DataProblem::NoWeight("every one is 0".into()),
                "give rows that are to count a weight above 0, or save the file without it",
            ));
        }
        Ok(Some(weights.values))
    }
}

fn broken(place: Place, problem: &str) -> Error {
    Error::data(
        place,
        DataProblem::Malformed(format!("its zip archive cannot be read ({problem})")),
        "write the file again with `np.savez`, or fetch it again",
    )
}
