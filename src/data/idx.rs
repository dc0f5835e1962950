//! Images and labels in the IDX format of the MNIST database.
//!
//! An IDX file is two zero bytes, the type of its elements (8 for unsigned bytes),
//! the number of dimensions, each dimension as a big-endian 32-bit number, and the
//! elements, last dimension fastest. Reference: Y. LeCun, C. Cortes, C. Burges, *The
//! MNIST database of handwritten digits*.

use std::io::{self, BufRead, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::dataset::{FEATURES_AS_TARGET, pixel_names, row_shape};
use super::feature_rows::BLOCK;
use super::numbers::Numbers;
use super::origin::{Origin, changed};
use super::row_keys::RowKeys;
use super::target::{Target, class_task};
use super::{Dataset, FeatureRows, Targets, Task};
use crate::error::{DataProblem, Error, Place, Result};

const UNSIGNED_BYTE: u8 = 8;

/// One file of a pair: its name in errors, and its bytes, plain or packed with gzip.
#[derive(Clone, Copy, Debug)]
pub struct IdxFile<'a> {
    /// The name that errors give.
    pub name: &'a str,
    /// The contents.
    pub bytes: &'a [u8],
}

/// Reads images and their labels, both of unsigned bytes. Without labels the targets
/// are the pixels themselves.
///
/// Each image is a row of features, named `p0_0`, `p0_1`, … by pixel row and column;
/// values stay 0 to 255, and pixels that are the same in every image are kept. The
/// labels that occur are the classes, in order of their number.
///
/// # Errors
/// [`Error::Data`] naming the file: not IDX, not of unsigned bytes, shorter or longer
/// than its dimensions say, labels that do not match the images, a task that does not
/// match the targets.
pub fn read_idx(images: IdxFile, labels: Option<IdxFile>, task: Option<Task>) -> Result<Dataset> {
    let origin = |file: IdxFile| Origin::of_bytes(file.bytes, file.name);
    read_images(origin(images), labels.map(origin), task)
}

/// [`read_idx`] of any origin.
pub(super) fn read_images(
    images: Origin,
    labels: Option<Origin>,
    task: Option<Task>,
) -> Result<Dataset> {
    let rows = IdxRows::read(images.clone()).map_err(|error| packing_first(&images, error))?;
    let name = images.name();
    let (target, target_name, sha256) = match labels {
        Some(labels) => {
            let target = read_labels(&labels, rows.rows(), task)
                .map_err(|error| packing_first(&labels, error))?;
            (target, "label", Origin::sha256(&[&images, &labels])?)
        }
        None => {
            let features = FeatureRows::Idx(rows.clone()).to_matrix()?;
            let target = Target::features(&features, task, Place::file(name))?;
            (target, FEATURES_AS_TARGET, Origin::sha256(&[&images])?)
        }
    };
    Ok(Dataset {
        name: name.into(),
        file: name.into(),
        title: name.into(),
        sha256,
        task: target.task,
        feature_names: pixel_names(&rows.header.shape[1..]),
        feature_shape: row_shape(&rows.header.shape[1..]),
        features: FeatureRows::Idx(rows),
        targets: target.targets,
        target_name: target_name.into(),
        target_unit: None,
        class_names: target.class_names,
        sample_weights: None,
    })
}

/// The images of a file, which is read anew at every pass.
#[derive(Clone, Debug)]
pub struct IdxRows {
    origin: Origin,
    header: Header,
    keys: Arc<RowKeys>,
}

impl IdxRows {
    /// Reads the whole file, and keeps a key per row.
    fn read(origin: Origin) -> Result<Self> {
        let mut reader = origin.open()?;
        let header = Header::read(&mut reader, &origin)?;
        let mut keys = RowKeys::new(header.row_length());
        header.elements(&mut reader, &origin, &mut |_, pixels| {
            keys.add(Numbers::Bytes(pixels));
            Ok(())
        })?;
        if keys.rows() == 0 {
            return Err(Error::data(
                Place::file(origin.name()),
                DataProblem::Empty,
                "name a file with images with `--data FILE`",
            ));
        }
        Ok(Self { origin, header, keys: Arc::new(keys) })
    }

    /// Number of rows.
    pub(super) fn rows(&self) -> usize {
        self.keys.rows()
    }

    /// Number of pixels of an image.
    pub(super) fn columns(&self) -> usize {
        self.header.row_length()
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
        let mut reader = self.origin.open()?;
        let now = Header::read(&mut reader, &self.origin);
        if now.ok().as_ref() != Some(&self.header) {
            return Err(changed(self.origin.name()));
        }
        self.header.elements(&mut reader, &self.origin, &mut |first, pixels| {
            self.keys.check(first, Numbers::Bytes(pixels), self.origin.name())?;
            visit(first, Numbers::Bytes(pixels))
        })
    }
}

/// A file that cannot be unpacked says so before it says anything else.
fn packing_first(origin: &Origin, error: Error) -> Error {
    origin.check_unpacks().err().unwrap_or(error)
}

/// The labels of `rows` images.
fn read_labels(labels: &Origin, rows: usize, task: Option<Task>) -> Result<Target> {
    let name = labels.name();
    let mut reader = labels.open()?;
    let header = Header::read(&mut reader, labels)?;
    let mut values = Vec::new();
    header.elements(&mut reader, labels, &mut |_, elements| {
        values.extend_from_slice(elements);
        Ok(())
    })?;
    let shape = header.shape;
    if shape.len() != 1 {
        let problem = format!("labels have one dimension, these {}", shape.len());
        return Err(malformed(name, problem, "name the file of labels with `--target FILE`"));
    }
    if shape[0] != rows {
        let problem = format!("{} labels for {rows} images", shape[0]);
        return Err(malformed(name, problem, "name the matching file with `--target FILE`"));
    }
    let (codes, class_names) = classes(&values);
    let task = class_task(&class_names, task)
        .map_err(|(problem, remedy)| Error::data(Place::file(name), problem, remedy))?;
    Ok(Target { task, targets: Targets::Classes(codes), class_names })
}

/// Whether unpacked contents are meant to be IDX: no text begins with two zero bytes.
pub(super) fn is_idx(contents: &[u8]) -> bool {
    contents.starts_with(&[0, 0])
}

/// The usual path of the labels for a path of images: `…-images-idx3-ubyte` becomes
/// `…-labels-idx1-ubyte`, whatever follows; nothing if the name is another.
pub(super) fn label_path(images: &Path) -> Option<PathBuf> {
    let name = images.file_name()?.to_str()?;
    for mark in ["-", "."] {
        if let Some((before, after)) = name.rsplit_once(&format!("images{mark}idx")) {
            let rest = after.strip_prefix(|digit: char| digit.is_ascii_digit())?;
            return Some(images.with_file_name(format!("{before}labels{mark}idx1{rest}")));
        }
    }
    None
}

const REMEDY: &str = "fetch the file again";

/// The dimensions of a file's elements, at least one.
#[derive(Clone, Debug, PartialEq)]
struct Header {
    shape: Vec<usize>,
}

impl Header {
    fn read(reader: &mut dyn BufRead, origin: &Origin) -> Result<Self> {
        let file = origin.name();
        let (kind, dimensions) = match read_up_to(reader, 4, origin)?[..] {
            [0, 0, kind, dimensions] => (kind, usize::from(dimensions)),
            _ => return Err(malformed(file, "it does not begin as IDX files do".into(), REMEDY)),
        };
        if kind != UNSIGNED_BYTE || dimensions == 0 {
            let problem = format!(
                "it holds elements of type {kind:#04x} in {dimensions} dimensions, not unsigned \
                 bytes (0x08) in at least one"
            );
            return Err(malformed(file, problem, "convert it to unsigned bytes"));
        }
        let sizes = read_up_to(reader, 4 * dimensions, origin)?;
        if sizes.len() < 4 * dimensions {
            return Err(malformed(file, "it ends within its header".into(), REMEDY));
        }
        let (sizes, _) = sizes.as_chunks::<4>();
        Ok(Self { shape: sizes.iter().map(|size| u32::from_be_bytes(*size) as usize).collect() })
    }

    /// Elements of one row.
    fn row_length(&self) -> usize {
        self.shape[1..].iter().fold(1, |length, &size| length.saturating_mul(size))
    }

    /// Visits the elements that follow, in blocks of whole rows: `visit(first_row, elements)`.
    ///
    /// # Errors
    /// More or fewer elements than the header says.
    fn elements(
        &self,
        reader: &mut dyn BufRead,
        origin: &Origin,
        visit: &mut dyn FnMut(usize, &[u8]) -> Result<()>,
    ) -> Result<()> {
        let product = |sizes: &[usize]| {
            sizes.iter().try_fold(1_usize, |product, &size| product.checked_mul(size))
        };
        let (expected, row) = (product(&self.shape), product(&self.shape[1..]));
        let (mut found, mut rows) = (0_u64, 0);
        if let (Some(expected), Some(row @ 1..)) = (expected, row) {
            let block = (BLOCK / row).max(1) * row;
            while found < expected as u64 {
                let left = usize::try_from(expected as u64 - found).unwrap_or(block);
                let elements = read_up_to(reader, block.min(left), origin)?;
                found += elements.len() as u64;
                if elements.len() < block.min(left) {
                    break;
                }
                visit(rows, &elements)?;
                rows += elements.len() / row;
            }
        }
        let rest = io::copy(reader, &mut io::sink()).map_err(|error| origin.failure(error))?;
        found += rest;
        if expected.map(|expected| expected as u64) == Some(found) {
            return Ok(());
        }
        let sizes: Vec<String> = self.shape.iter().map(usize::to_string).collect();
        let sizes = sizes.join(" × ");
        let problem = format!("its header says {sizes} elements, and {found} follow");
        Err(malformed(origin.name(), problem, REMEDY))
    }
}

/// So many bytes, or all where there are fewer.
fn read_up_to(reader: &mut dyn BufRead, count: usize, origin: &Origin) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = reader.take(count as u64).read_to_end(&mut bytes);
    read.map(|_| bytes).map_err(|error| origin.failure(error))
}

fn malformed(file: &str, problem: String, remedy: &str) -> Error {
    Error::data(Place::file(file), DataProblem::Malformed(problem), remedy)
}

/// Class indices by increasing label, and the labels that occur.
fn classes(labels: &[u8]) -> (Vec<u32>, Vec<String>) {
    let mut code_of = [None; 256];
    for &label in labels {
        code_of[usize::from(label)] = Some(0);
    }
    let mut names = Vec::new();
    for ((label, code), next) in
        code_of.iter_mut().enumerate().filter(|(_, c)| c.is_some()).zip(0..)
    {
        *code = Some(next);
        names.push(label.to_string());
    }
    (labels.iter().filter_map(|&label| code_of[usize::from(label)]).collect(), names)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numerics::RowMatrix;

    /// Three images of 1 × 2 pixels.
    const IMAGES: [u8; 22] = [0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, 7, 8, 0, 255, 7, 9];
    const LABELS: [u8; 11] = [0, 0, 8, 1, 0, 0, 0, 3, 5, 3, 5];

    fn read(images: &[u8], labels: &[u8], task: Option<Task>) -> Result<Dataset> {
        let images = IdxFile { name: "images", bytes: images };
        read_idx(images, Some(IdxFile { name: "labels", bytes: labels }), task)
    }

    fn message(images: &[u8], labels: &[u8]) -> String {
        read(images, labels, None).unwrap_err().to_string()
    }

    #[test]
    fn reads_a_pair_written_by_hand() {
        let dataset = read(&IMAGES, &LABELS, None).unwrap();
        let features = dataset.features.to_matrix().unwrap();
        assert_eq!(features, RowMatrix::from_rows(3, 2, vec![7., 8., 0., 255., 7., 9.]));
        assert_eq!(dataset.feature_names, ["p0_0", "p0_1"]);
        assert_eq!(dataset.targets, Targets::Classes(vec![1, 0, 1]));
        assert_eq!(dataset.class_names, ["3", "5"]);
        assert_eq!(dataset.task, Task::Binary);
        assert_eq!(dataset.feature_shape, [1, 1, 2]);
    }

    #[test]
    fn images_without_labels_are_their_own_targets() {
        let images = IdxFile { name: "images", bytes: &IMAGES };
        let dataset = read_idx(images, None, None).unwrap();
        assert_eq!(dataset.targets, Targets::Values(dataset.features.to_matrix().unwrap()));
        assert_eq!((dataset.task, dataset.outputs()), (Task::Regression, 2));
        let message = read_idx(images, None, Some(Task::Binary)).unwrap_err().to_string();
        assert!(message.contains("leave out `--task binary`"), "{message}");
    }

    #[test]
    fn every_shortened_or_lengthened_file_is_refused() {
        for end in 0..IMAGES.len() {
            assert!(message(&IMAGES[..end], &LABELS).starts_with("images: "));
        }
        for end in 0..LABELS.len() {
            assert!(message(&IMAGES, &LABELS[..end]).starts_with("labels: "));
        }
        let longer = [&IMAGES[..], &[0]].concat();
        assert!(message(&longer, &LABELS).contains("3 × 1 × 2 elements, and 7 follow"));
    }

    #[test]
    fn wrong_types_counts_and_sizes_are_refused() {
        let mut floats = IMAGES;
        floats[2] = 0x0d;
        assert!(message(&floats, &LABELS).contains("type 0x0d in 3 dimensions"));
        let two_labels = [0, 0, 8, 1, 0, 0, 0, 2, 5, 3];
        assert!(message(&IMAGES, &two_labels).contains("2 labels for 3 images"));
        assert!(message(&IMAGES, &IMAGES).contains("labels have one dimension, these 3"));
        let huge = [&[0, 0, 8, 4][..], &[255; 16]].concat();
        assert!(message(&huge, &LABELS).contains("4294967295 × 4294967295"));
        assert!(
            message(&[0, 0, 8, 2, 0, 0, 0, 0, 0, 0, 0, 2], &[0, 0, 8, 1, 0, 0, 0, 0])
                .contains("there are no rows")
        );
    }

    #[test]
    fn tasks_that_do_not_match_are_refused() {
        assert!(read(&IMAGES, &LABELS, Some(Task::Binary)).is_ok());
        for task in [Task::Regression, Task::MultiClass, Task::MultiLabel] {
            let message = read(&IMAGES, &LABELS, Some(task)).unwrap_err().to_string();
            assert!(message.contains("--task"), "{message}");
        }
    }

    #[test]
    fn labels_lie_beside_their_images() {
        let of = |path: &str| label_path(Path::new(path)).map(|path| path.display().to_string());
        assert_eq!(of("d/t10k-images-idx3-ubyte.gz").unwrap(), "d/t10k-labels-idx1-ubyte.gz");
        assert_eq!(of("train-images.idx3-ubyte").unwrap(), "train-labels.idx1-ubyte");
        assert_eq!(of("images-idx3/digits"), None);
    }
}
