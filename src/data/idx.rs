//! Images and labels in the IDX format of the MNIST database.
//!
//! An IDX file is two zero bytes, the type of its elements (8 for unsigned bytes),
//! the number of dimensions, each dimension as a big-endian 32-bit number, and the
//! elements, last dimension fastest. Reference: Y. LeCun, C. Cortes, C. Burges, *The
//! MNIST database of handwritten digits*.

use std::path::{Path, PathBuf};

use super::bytes::{sha256_hex, unpacked};
use super::dataset::{FEATURES_AS_TARGET, pixel_names, row_shape};
use super::target::{Target, class_task};
use super::{Dataset, Targets, Task};
use crate::error::{DataProblem, Error, Place, Result};
use crate::numerics::RowMatrix;

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
    let image_bytes = unpacked(images.bytes, images.name)?;
    let (shape, pixels) = parse(&image_bytes, images.name)?;
    if pixels.is_empty() {
        return Err(Error::data(
            Place::file(images.name),
            DataProblem::Empty,
            "name a file with images with `--data FILE`",
        ));
    }
    let rows = shape[0];
    let feature_names = pixel_names(&shape[1..]);
    let values = pixels.iter().map(|&pixel| f64::from(pixel)).collect();
    let features = RowMatrix::from_rows(rows, feature_names.len(), values);
    let (target, target_name, sha256) = match labels {
        Some(labels) => {
            let sha256 = sha256_hex(&[images.bytes, labels.bytes]);
            (read_labels(labels, rows, task)?, "label", sha256)
        }
        None => {
            let target = Target::features(&features, task, Place::file(images.name))?;
            (target, FEATURES_AS_TARGET, sha256_hex(&[images.bytes]))
        }
    };
    Ok(Dataset {
        name: images.name.into(),
        file: images.name.into(),
        title: images.name.into(),
        sha256,
        task: target.task,
        features,
        feature_names,
        feature_shape: row_shape(&shape[1..]),
        targets: target.targets,
        target_name: target_name.into(),
        target_unit: None,
        class_names: target.class_names,
        sample_weights: None,
    })
}

/// The labels of `rows` images.
fn read_labels(labels: IdxFile, rows: usize, task: Option<Task>) -> Result<Target> {
    let bytes = unpacked(labels.bytes, labels.name)?;
    let (shape, values) = parse(&bytes, labels.name)?;
    if shape.len() != 1 {
        let problem = format!("labels have one dimension, these {}", shape.len());
        return Err(malformed(
            labels.name,
            problem,
            "name the file of labels with `--target FILE`",
        ));
    }
    if shape[0] != rows {
        let problem = format!("{} labels for {rows} images", shape[0]);
        return Err(malformed(labels.name, problem, "name the matching file with `--target FILE`"));
    }
    let (codes, class_names) = classes(values);
    let task = class_task(&class_names, task)
        .map_err(|(problem, remedy)| Error::data(Place::file(labels.name), problem, remedy))?;
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

/// The dimensions, at least one, and as many elements as they say.
fn parse<'a>(contents: &'a [u8], file: &str) -> Result<(Vec<usize>, &'a [u8])> {
    let remedy = "fetch the file again";
    let (kind, dimensions, rest) = match contents {
        [0, 0, kind, dimensions, rest @ ..] => (*kind, usize::from(*dimensions), rest),
        _ => return Err(malformed(file, "it does not begin as IDX files do".into(), remedy)),
    };
    if kind != UNSIGNED_BYTE || dimensions == 0 {
        let problem = format!(
            "it holds elements of type {kind:#04x} in {dimensions} dimensions, not unsigned bytes \
             (0x08) in at least one"
        );
        return Err(malformed(file, problem, "convert it to unsigned bytes"));
    }
    let Some((sizes, elements)) = rest.split_at_checked(4 * dimensions) else {
        return Err(malformed(file, "it ends within its header".into(), remedy));
    };
    let (sizes, _) = sizes.as_chunks::<4>();
    let shape: Vec<usize> = sizes.iter().map(|size| u32::from_be_bytes(*size) as usize).collect();
    let expected = shape.iter().try_fold(1_usize, |product, &size| product.checked_mul(size));
    if expected != Some(elements.len()) {
        let sizes: Vec<String> = shape.iter().map(usize::to_string).collect();
        let (sizes, found) = (sizes.join(" × "), elements.len());
        let problem = format!("its header says {sizes} elements, and {found} follow");
        return Err(malformed(file, problem, remedy));
    }
    Ok((shape, elements))
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
        assert_eq!(dataset.features, RowMatrix::from_rows(3, 2, vec![7., 8., 0., 255., 7., 9.]));
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
        assert_eq!(dataset.targets, Targets::Values(dataset.features.clone()));
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
