//! Data sets from NumPy's NPZ files: zip archives of arrays.

use std::io::{BufReader, Read};
use std::sync::Arc;

use flate2::bufread::DeflateDecoder;
use rawzip::{
    CompressionMethod, ErrorKind, MAX_CENTRAL_DIRECTORY_RECORD_SIZE, ReaderAt, ZipArchive,
    ZipArchiveEntryWayfinder, ZipLocator,
};

use super::dataset::{FEATURES_AS_TARGET, pixel_names, row_shape};
use super::feature_rows::BLOCK;
use super::npy::{Array, Elements, Header, Source};
use super::numbers::Numbers;
use super::origin::{Origin, changed};
use super::row_keys::RowKeys;
use super::target::Target;
use super::{Dataset, FeatureRows, Task, WEIGHT_MAX};
use crate::error::{DataProblem, Error, Place, Result};
use crate::numerics::RowMatrix;

/// Bytes that one byte of a deflated stream unpacks to at most: 258 by a code of two
/// bits. Reference: the zlib technical details, "Maximum Compression Factor".
const DEFLATE_MAX: u64 = 1032;

const FEATURES: &str = "x";
const TARGET: &str = "y";
/// What to do where there are no features.
const REMEDY: &str = "save it as `np.savez(file, x=…, y=…)`";
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
    read_arrays(Origin::of_bytes(bytes, file), options)
}

/// [`read_npz`] of any origin. What is packed with gzip as a whole is unpacked in memory,
/// because a zip archive is read from its end.
pub(super) fn read_arrays(origin: Origin, options: &NpzOptions) -> Result<Dataset> {
    let file = origin.name();
    let archive = Archive::open(&origin.unpacked()?)?;
    let (features, shape) = archive.features()?;
    let rows = features.rows();
    let feature_names = match shape.as_slice() {
        [_, columns] => (0..*columns).map(|column| format!("x{column}")).collect(),
        shape => pixel_names(&shape[1..]),
    };
    let sample_weights = archive.sample_weights(options, rows)?;
    let target_name = options.target.as_deref().unwrap_or(TARGET);
    let target = if target_name == FEATURES_AS_TARGET {
        Target::features(&features.to_matrix()?, options.task, Place::file(file))?
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
        sha256: Origin::sha256(&[&origin])?,
        task: target.task,
        features,
        feature_names,
        feature_shape: row_shape(&shape[1..]),
        targets: target.targets,
        target_name: target_name.into(),
        target_unit: None,
        class_names: target.class_names,
        sample_weights,
    })
}

/// The features of a file of arrays, which are read anew at every pass.
#[derive(Clone, Debug)]
pub struct NpzRows {
    origin: Origin,
    header: Header,
    keys: Arc<RowKeys>,
}

impl NpzRows {
    /// Number of rows.
    pub(super) fn rows(&self) -> usize {
        self.keys.rows()
    }

    /// Number of features.
    pub(super) fn columns(&self) -> usize {
        columns(&self.header.shape)
    }

    /// A key per row.
    pub(super) fn keys(&self) -> &[u128] {
        self.keys.keys()
    }

    /// [`FeatureRows::pass`].
    pub(super) fn pass(
        &self,
        visit: &mut dyn FnMut(usize, Numbers<'_>) -> Result<()>,
    ) -> Result<()> {
        let file = self.origin.name();
        let archive = Archive::open(&self.origin)?;
        let elements = archive.elements(FEATURES, REMEDY)?;
        if elements.header() != &self.header {
            return Err(changed(file));
        }
        let (columns, mut first) = (self.columns(), 0);
        elements.visit(block(columns), &mut |numbers| {
            self.keys.check(first, numbers, file)?;
            visit(first, numbers)?;
            first += numbers.len() / columns;
            Ok(())
        })
    }
}

/// The product of all dimensions but the first.
fn columns(shape: &[usize]) -> usize {
    // Without rows a header may say what no array could hold.
    shape.iter().skip(1).fold(1, |product: usize, size| product.saturating_mul(*size))
}

/// Numbers of a block of whole rows.
fn block(columns: usize) -> usize {
    (BLOCK / columns.max(1)).max(1) * columns.max(1)
}

/// Whether contents are a zip archive, be it empty.
pub(super) fn is_zip(contents: &[u8]) -> bool {
    contents.starts_with(b"PK\x03\x04") || contents.starts_with(b"PK\x05\x06")
}

fn check_features(shape: &[usize], place: Place) -> Result<()> {
    let (problem, remedy) = match *shape {
        [] | [_] => (
            DataProblem::ArrayShape(format!("it is {shape:?}")),
            "give it a row per sample, (rows, features): `x.reshape(-1, 1)` for one feature",
        ),
        [0, ..] => (DataProblem::Empty, "save at least two rows"),
        [_, ..] if columns(shape) == 0 => {
            (DataProblem::NoFeatures, "save at least one feature per row")
        }
        [1, ..] => {
            let problem = DataProblem::TooFewRows("there is only one row".into());
            (problem, "save at least two rows")
        }
        _ => return Ok(()),
    };
    Err(Error::data(place, problem, remedy))
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
struct Archive {
    origin: Origin,
    bytes: u64,
    zip: ZipArchive<Box<dyn ReaderAt>>,
    entries: Vec<Entry>,
}

struct Entry {
    /// The array's name.
    name: String,
    method: CompressionMethod,
    encrypted: bool,
    wayfinder: ZipArchiveEntryWayfinder,
}

impl Archive {
    fn open(origin: &Origin) -> Result<Self> {
        let broken = |error: rawzip::Error| broken(Place::file(origin.name()), &error.to_string());
        let (reader, bytes) = origin.at_any_place()?;
        let mut buffer = vec![0; MAX_CENTRAL_DIRECTORY_RECORD_SIZE];
        let zip = ZipLocator::new()
            .locate_in_reader(reader, &mut buffer, bytes)
            .map_err(|(_, error)| broken(error))?;
        let mut entries = Vec::new();
        let mut records = zip.entries(&mut buffer);
        while let Some(entry) = records.next_entry().map_err(broken)? {
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
        Ok(Self { origin: origin.clone(), bytes, zip, entries })
    }

    fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|entry| entry.name == name)
    }

    /// The features, which are read once and not kept, and the array's shape. Columns that
    /// lie one after the other are kept, because rows cannot be read from them.
    fn features(&self) -> Result<(FeatureRows, Vec<usize>)> {
        let elements = self.elements(FEATURES, REMEDY)?;
        let place = Place::file(self.origin.name()).in_array(FEATURES);
        let header = elements.header().clone();
        if header.fortran_order {
            let x = elements.read()?;
            check_features(&x.shape, place)?;
            let matrix = RowMatrix::from_rows(x.rows(), x.columns(), x.values);
            return Ok((matrix.into(), x.shape));
        }
        let columns = columns(&header.shape);
        let mut keys = RowKeys::new(columns);
        elements.visit(block(columns), &mut |numbers| {
            keys.add(numbers);
            Ok(())
        })?;
        check_features(&header.shape, place)?;
        let shape = header.shape.clone();
        let rows = NpzRows { origin: self.origin.clone(), header, keys: Arc::new(keys) };
        Ok((FeatureRows::Npz(rows), shape))
    }

    /// The array `name`, in memory; `remedy` says what to do if there is none.
    fn array(&self, name: &str, remedy: &str) -> Result<Array> {
        self.elements(name, remedy)?.read()
    }

    /// The array `name`, to be read.
    fn elements<'a>(
        &'a self,
        name: &'a str,
        remedy: &str,
    ) -> Result<Elements<'a, Box<dyn Read + 'a>>> {
        let file = self.origin.name();
        let Some(entry) = self.entries.iter().find(|entry| entry.name == name) else {
            let known = self.entries.iter().map(|entry| entry.name.clone()).collect();
            let problem = DataProblem::MissingArray { name: name.into(), known };
            return Err(Error::data(Place::file(file), problem, remedy));
        };
        let place = || Place::file(file).in_array(name);
        if entry.encrypted {
            return Err(broken(place(), "it is encrypted"));
        }
        let found = self
            .zip
            .get_entry(entry.wayfinder)
            .map_err(|error| broken(place(), &error.to_string()))?;
        let (start, end) = found.compressed_data_range();
        if end > self.bytes {
            return Err(broken(place(), &ErrorKind::Eof.to_string()));
        }
        let (packed, bytes) = (end - start, entry.wayfinder.uncompressed_size_hint());
        // What is written of its size is believed only where the bytes can hold it.
        let size_most = match entry.method {
            CompressionMethod::STORE => packed,
            _ => packed.saturating_mul(DEFLATE_MAX),
        };
        if bytes > size_most {
            let problem = format!("{packed} bytes cannot hold the {bytes} it should have");
            return Err(broken(place(), &problem));
        }
        let contents = BufReader::with_capacity(BLOCK, found.reader());
        let reader: Box<dyn Read + 'a> = match entry.method {
            CompressionMethod::STORE => Box::new(found.verifying_reader(contents)),
            CompressionMethod::DEFLATE => {
                Box::new(found.verifying_reader(DeflateDecoder::new(contents)))
            }
            method => return Err(broken(place(), &format!("it is packed with {method}"))),
        };
        Source { file, name, bytes, reader }.open()
    }

    fn sample_weights(&self, options: &NpzOptions, rows: usize) -> Result<Option<Vec<f64>>> {
        let name = match &options.sample_weights {
            Some(name) => name,
            None if self.has(SAMPLE_WEIGHTS) => SAMPLE_WEIGHTS,
            None => return Ok(None),
        };
        let weights =
            self.array(name, "name the array of weights with `--sample-weights ARRAY`")?;
        check_rows(&weights, rows, self.origin.name())?;
        if weights.shape.len() != 1 {
            let problem = DataProblem::ArrayShape(format!("it is {:?}", weights.shape));
            let remedy = "give it one weight per row, (rows,)";
            return Err(Error::data(weights.place(self.origin.name()), problem, remedy));
        }
        if let Some(row) = weights.values.iter().position(|&weight| weight < 0.0) {
            return Err(Error::data(
                weights.element_place(self.origin.name(), row),
                DataProblem::NegativeWeight(weights.values[row].to_string()),
                "write 0 for a row that is not to count",
            ));
        }
        if let Some(row) = weights.values.iter().position(|&weight| weight > WEIGHT_MAX) {
            return Err(Error::data(
                weights.element_place(self.origin.name(), row),
                DataProblem::LargeWeight(format!("{:e}", weights.values[row])),
                "divide all weights by the same number",
            ));
        }
        if weights.values.iter().all(|&weight| weight == 0.0) {
            return Err(Error::data(
                weights.place(self.origin.name()),
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
