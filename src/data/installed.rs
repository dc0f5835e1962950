//! Data sets that the operating system's packages bring, found where these put them.

use std::path::{Path, PathBuf};

use super::idx::{label_path, read_images};
use super::origin::Origin;
use super::{Dataset, Targets, Task};
use crate::error::{DataProblem, Error, Place, Result};
use crate::numerics::RowMatrix;

/// A data set of images in a package of the operating system.
#[derive(Clone, Debug)]
pub struct InstalledSet {
    /// The name in the command line.
    pub name: &'static str,
    /// A title for charts.
    pub title: &'static str,
    /// Number of rows.
    pub rows: usize,
    /// Channels, height and width of an image.
    pub image: [usize; 3],
    /// The classes, in order of their label.
    pub class_names: &'static [&'static str],
    /// Where it is from, and its licence.
    pub source: &'static str,
    /// The Debian package.
    pub package: &'static str,
    /// The images, where the package puts them; the labels lie beside them.
    pub path: &'static str,
}

static SETS: [InstalledSet; 1] = [InstalledSet {
    name: "fashion-mnist",
    title: "Articles of clothing (Fashion-MNIST)",
    rows: 60_000,
    image: [1, 28, 28],
    class_names: &[
        "t-shirt/top",
        "trouser",
        "pullover",
        "dress",
        "coat",
        "sandal",
        "shirt",
        "sneaker",
        "bag",
        "ankle boot",
    ],
    source: "Xiao, Rasul & Vollgraf 2017 (Zalando); MIT licence",
    package: "dataset-fashion-mnist",
    path: "/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz",
}];

/// The names of the sets that packages bring, installed or not.
pub fn names() -> Vec<&'static str> {
    SETS.iter().map(|set| set.name).collect()
}

/// The set `name`.
///
/// # Errors
/// [`Error::UnknownName`] with the names that exist.
pub fn find(name: &str) -> Result<&'static InstalledSet> {
    SETS.iter().find(|set| set.name == name).ok_or_else(|| Error::UnknownName {
        kind: "data set",
        name: name.into(),
        known: names().into_iter().map(String::from).collect(),
    })
}

impl InstalledSet {
    /// Whether its package is installed.
    pub fn is_installed(&self) -> bool {
        Path::new(self.path).exists()
    }

    /// The set without its rows: all that a network for it depends on.
    pub fn outline(&self) -> Dataset {
        let features = self.image.iter().product();
        Dataset {
            name: self.name.into(),
            file: self.path.into(),
            title: self.title.into(),
            sha256: String::new(),
            task: Task::MultiClass,
            features: RowMatrix::zeros(0, features).into(),
            feature_names: super::dataset::pixel_names(&self.image[1..]),
            feature_shape: self.image.into(),
            targets: Targets::Classes(Vec::new()),
            target_name: "label".into(),
            target_unit: None,
            class_names: self.class_names.iter().map(|name| (*name).into()).collect(),
            sample_weights: None,
        }
    }

    /// Reads the set. Its images stay in their file, which is read anew at every pass.
    ///
    /// # Errors
    /// [`DataProblem::NotInstalled`] with the package where the files are not there, and
    /// what is wrong with the files where they are.
    pub fn load(&self) -> Result<Dataset> {
        self.load_from(Path::new(self.path))
    }

    fn load_from(&self, images: &Path) -> Result<Dataset> {
        let labels = label_path(images).unwrap_or_default();
        let read = read_images(self.open(images)?, Some(self.open(&labels)?), None)?;
        let shape = (read.rows(), read.feature_shape.as_slice(), read.class_names.len());
        if shape != (self.rows, &self.image, self.class_names.len()) {
            let (rows, image, classes) = shape;
            let problem = format!(
                "it holds {rows} images of {image:?} in {classes} classes, not {} of {:?} in {}",
                self.rows,
                self.image,
                self.class_names.len()
            );
            let remedy = format!("install the package again: `{}`", self.command());
            return Err(Error::data(
                Place::file(read.file),
                DataProblem::Malformed(problem),
                remedy,
            ));
        }
        let Dataset { name, title, class_names, .. } = self.outline();
        Ok(Dataset { name, title, class_names, ..read })
    }

    fn open(&self, path: &Path) -> Result<Origin> {
        Origin::of_file(path).map_err(|error| match error {
            Error::File { path, source } if source.kind() == std::io::ErrorKind::NotFound => {
                self.not_installed(path)
            }
            other => other,
        })
    }

    fn not_installed(&self, path: PathBuf) -> Error {
        let remedy = format!("install its Debian package: `{}`", self.command());
        let place = Place::file(path.display().to_string());
        Error::data(place, DataProblem::NotInstalled(self.name.into()), remedy)
    }

    /// What installs it.
    pub fn command(&self) -> String {
        format!("apt install {}", self.package)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_package_is_named_with_the_place_that_was_looked_at() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("train-images-idx3-ubyte.gz");
        let set = find("fashion-mnist").unwrap();
        let message = set.load_from(&path).unwrap_err().to_string();
        let place = format!("{}: the data set 'fashion-mnist' is not", path.display());
        assert!(message.starts_with(&place), "{message}");
        assert!(message.ends_with("`apt install dataset-fashion-mnist`"), "{message}");
        std::fs::write(&path, [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 7]).unwrap();
        let message = set.load_from(&path).unwrap_err().to_string();
        assert!(message.contains("train-labels-idx1-ubyte.gz: the data set"), "{message}");
        let labels = folder.path().join("train-labels-idx1-ubyte.gz");
        std::fs::write(labels, [0, 0, 8, 1, 0, 0, 0, 1, 3]).unwrap();
        assert!(set.load_from(&path).is_err());
    }

    /// The counts are the authors': 6 000 of each class.
    #[test]
    fn the_set_is_as_its_description_says() {
        let set = find("fashion-mnist").unwrap();
        if !set.is_installed() {
            eprintln!("left out: {} is not installed", set.package);
            return;
        }
        let (read, outline) = (set.load().unwrap(), set.outline());
        assert_eq!(read.rows(), set.rows);
        assert_eq!(read.features.columns(), outline.features.columns());
        assert_eq!(read.feature_shape, outline.feature_shape);
        assert_eq!(read.feature_names, outline.feature_names);
        assert_eq!((read.task, &read.class_names), (outline.task, &outline.class_names));
        assert_eq!((read.outputs(), outline.outputs()), (10, 10));
        let Targets::Classes(classes) = &read.targets else { panic!("no classes") };
        for class in 0..10 {
            assert_eq!(classes.iter().filter(|&&own| own == class).count(), 6000);
        }
    }
}
