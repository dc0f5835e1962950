//! The data sets that come with the program. `data/README.md` says where they are from.

use super::idx::IdxFile;
use super::{CsvOptions, Dataset, Task, read_csv, read_idx};
use crate::error::{Error, Result};

/// A data set within the program.
#[derive(Clone, Debug)]
pub struct EmbeddedSet {
    /// The name in the command line.
    pub name: &'static str,
    /// A title for charts.
    pub title: &'static str,
    /// Number of rows.
    pub rows: usize,
    /// Number of features.
    pub features: usize,
    /// What is predicted.
    pub task: Task,
    /// The target's name.
    pub target: &'static str,
    /// The target's unit, where it has one.
    pub unit: Option<&'static str>,
    /// Where it is from, and its licence as commonly stated.
    pub source: &'static str,
    /// The names of its files in `data/`: a table, or images and labels.
    pub files: &'static [&'static str],
    /// Channels, height and width where a row of a table is an image.
    image: Option<[usize; 3]>,
    contents: Contents,
}

#[derive(Clone, Debug)]
enum Contents {
    Table(&'static [u8]),
    Idx { images: &'static [u8], labels: &'static [u8] },
}

static SETS: [EmbeddedSet; 9] = [
    EmbeddedSet {
        name: "california",
        title: "California house prices",
        rows: 20_640,
        features: 8,
        task: Task::Regression,
        target: "median_house_value",
        unit: Some("dollars"),
        source: "Pace & Barry 1997; no licence stated",
        files: &["california_housing.csv.gz"],
        image: None,
        contents: Contents::Table(include_bytes!("../../data/california_housing.csv.gz")),
    },
    EmbeddedSet {
        name: "concrete",
        title: "Compressive strength of concrete",
        rows: 1_030,
        features: 8,
        task: Task::Regression,
        target: "compressive_strength",
        unit: Some("MPa"),
        source: "Yeh 1998; CC BY 4.0",
        files: &["concrete.csv.gz"],
        image: None,
        contents: Contents::Table(include_bytes!("../../data/concrete.csv.gz")),
    },
    EmbeddedSet {
        name: "diabetes",
        title: "Diabetes progression",
        rows: 442,
        features: 10,
        task: Task::Regression,
        target: "progression",
        unit: None,
        source: "Efron et al. 2004; no licence stated",
        files: &["diabetes.csv.gz"],
        image: None,
        contents: Contents::Table(include_bytes!("../../data/diabetes.csv.gz")),
    },
    EmbeddedSet {
        name: "wine",
        title: "Red wine quality",
        rows: 1_599,
        features: 11,
        task: Task::Regression,
        target: "quality",
        unit: Some("points"),
        source: "Cortez et al. 2009; CC BY 4.0",
        files: &["wine_quality_red.csv.gz"],
        image: None,
        contents: Contents::Table(include_bytes!("../../data/wine_quality_red.csv.gz")),
    },
    EmbeddedSet {
        name: "spam",
        title: "E-mail spam",
        rows: 4_601,
        features: 57,
        task: Task::Binary,
        target: "type",
        unit: None,
        source: "Hopkins et al. 1999; CC BY 4.0",
        files: &["spambase.csv.gz"],
        image: None,
        contents: Contents::Table(include_bytes!("../../data/spambase.csv.gz")),
    },
    EmbeddedSet {
        name: "breast-cancer",
        title: "Breast cancer diagnosis",
        rows: 569,
        features: 30,
        task: Task::Binary,
        target: "diagnosis",
        unit: None,
        source: "Wolberg et al. 1995; CC BY 4.0",
        files: &["breast_cancer.csv.gz"],
        image: None,
        contents: Contents::Table(include_bytes!("../../data/breast_cancer.csv.gz")),
    },
    EmbeddedSet {
        name: "iris",
        title: "Iris species",
        rows: 150,
        features: 4,
        task: Task::MultiClass,
        target: "species",
        unit: None,
        source: "Fisher 1936; no licence stated",
        files: &["iris.csv.gz"],
        image: None,
        contents: Contents::Table(include_bytes!("../../data/iris.csv.gz")),
    },
    EmbeddedSet {
        name: "digits",
        title: "Handwritten digits",
        rows: 1_797,
        features: 64,
        task: Task::MultiClass,
        target: "digit",
        unit: None,
        source: "Alpaydin & Kaynak 1998; CC BY 4.0",
        files: &["digits.csv.gz"],
        image: Some([1, 8, 8]),
        contents: Contents::Table(include_bytes!("../../data/digits.csv.gz")),
    },
    EmbeddedSet {
        name: "mnist5k",
        title: "Handwritten digits (MNIST, 5000 images)",
        rows: 5_000,
        features: 784,
        task: Task::MultiClass,
        target: "label",
        unit: None,
        source: "LeCun, Cortes & Burges; no licence stated",
        files: &["mnist5k-images-idx3-ubyte.gz", "mnist5k-labels-idx1-ubyte.gz"],
        image: None,
        contents: Contents::Idx {
            images: include_bytes!("../../data/mnist5k-images-idx3-ubyte.gz"),
            labels: include_bytes!("../../data/mnist5k-labels-idx1-ubyte.gz"),
        },
    },
];

/// The names of the embedded sets: first for regression, then binary, then
/// multi-class.
pub fn names() -> Vec<&'static str> {
    SETS.iter().map(|set| set.name).collect()
}

/// The embedded set `name`.
///
/// # Errors
/// [`Error::UnknownName`] with the names that exist.
pub fn find(name: &str) -> Result<&'static EmbeddedSet> {
    SETS.iter().find(|set| set.name == name).ok_or_else(|| Error::UnknownName {
        kind: "data set",
        name: name.into(),
        known: names().into_iter().map(String::from).collect(),
    })
}

/// Reads the embedded set `name`, with the readers that the user's files go through.
///
/// # Errors
/// [`Error::UnknownName`] with the names that exist.
///
/// ```
/// let iris = losslab::data::embedded::load("iris")?;
/// assert_eq!(iris.class_names, ["setosa", "versicolor", "virginica"]);
/// # Ok::<(), losslab::Error>(())
/// ```
pub fn load(name: &str) -> Result<Dataset> {
    let set = find(name)?;
    let dataset = match set.contents {
        Contents::Table(bytes) => {
            let options = CsvOptions {
                target: set.target.into(),
                task: Some(set.task),
                // Some pixels of the digits are 0 in every image.
                keep_constant: true,
                ..CsvOptions::default()
            };
            read_csv(bytes, set.files[0], &options)?
        }
        Contents::Idx { images, labels } => read_idx(
            IdxFile { name: set.files[0], bytes: images },
            Some(IdxFile { name: set.files[1], bytes: labels }),
            Some(set.task),
        )?,
    };
    let feature_shape = set.image.map_or(dataset.feature_shape, Vec::from);
    Ok(Dataset {
        feature_shape,
        name: set.name.into(),
        title: set.title.into(),
        target_unit: set.unit.map(String::from),
        ..dataset
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Targets;
    use crate::data::origin::Origin;

    fn column(dataset: &Dataset, name: &str) -> impl Iterator<Item = f64> {
        let index = dataset.feature_names.iter().position(|known| known == name).unwrap();
        dataset.features.to_matrix().unwrap().column(index).collect::<Vec<f64>>().into_iter()
    }

    fn mean(values: impl Iterator<Item = f64>) -> f64 {
        let (sum, count) =
            values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
        sum / count
    }

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() <= 1e-12 * expected.abs(), "{found} is not {expected}");
    }

    fn class_counts(dataset: &Dataset) -> Vec<usize> {
        let Targets::Classes(classes) = &dataset.targets else { panic!("no classes") };
        let count = |class| classes.iter().filter(|&&own| own as usize == class).count();
        (0..dataset.class_names.len()).map(count).collect()
    }

    #[test]
    fn each_set_is_as_its_description_says() {
        for set in &SETS {
            let dataset = load(set.name).unwrap();
            assert_eq!((dataset.rows(), dataset.features.columns()), (set.rows, set.features));
            assert_eq!(dataset.feature_names.len(), set.features);
            assert_eq!(dataset.feature_shape.iter().product::<usize>(), set.features);
            assert_eq!((dataset.task, dataset.target_name.as_str()), (set.task, set.target));
            assert!(
                dataset
                    .features
                    .to_matrix()
                    .unwrap()
                    .values()
                    .iter()
                    .all(|value| value.is_finite())
            );
            match &dataset.targets {
                Targets::Values(values) => assert_eq!(values.rows(), set.rows),
                Targets::Classes(classes) => assert_eq!(classes.len(), set.rows),
            }
        }
    }

    /// Means of columns, by Python's `csv` and `math.fsum`.
    #[test]
    fn columns_have_the_means_that_python_finds() {
        let of = |set: &str, name: &str| mean(column(&load(set).unwrap(), name));
        close(of("california", "median_income"), 3.8706710029069766);
        close(of("concrete", "cement"), 281.16786407766995);
        close(of("diabetes", "bmi"), 26.37579185520362);
        close(of("wine", "alcohol"), 10.422983114446529);
        close(of("spam", "your"), 0.809760921538796);
        close(of("breast-cancer", "mean_area"), 654.8891036906855);
        close(of("iris", "petal_length"), 3.7580000000000005);
        close(of("digits", "p23"), 12566.0 / 1797.0);
        close(
            mean(load("mnist5k").unwrap().features.to_matrix().unwrap().values().iter().copied()),
            33.4865056122449,
        );
    }

    /// Means of targets, by Python's `csv` and `math.fsum`.
    #[test]
    fn targets_have_the_means_that_python_finds() {
        let of = |set: &str| match load(set).unwrap().targets {
            Targets::Values(values) => mean(values.column(0)),
            Targets::Classes(_) => panic!("no values"),
        };
        close(of("california"), 206855.81690891474);
        close(of("concrete"), 35.817961165048544);
        close(of("diabetes"), 152.13348416289594);
        close(of("wine"), 5.6360225140712945);
    }

    /// Counts as the sets' authors give them.
    #[test]
    fn classes_have_their_published_counts() {
        let of = |set: &str| class_counts(&load(set).unwrap());
        assert_eq!(load("spam").unwrap().class_names, ["nonspam", "spam"]);
        assert_eq!(of("spam"), [2788, 1813]);
        assert_eq!(load("breast-cancer").unwrap().class_names, ["benign", "malignant"]);
        assert_eq!(of("breast-cancer"), [357, 212]);
        assert_eq!(of("iris"), [50, 50, 50]);
        assert_eq!(of("digits"), [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
        assert_eq!(of("mnist5k"), [500; 10]);
    }

    #[test]
    fn spam_repeats_394_rows_of_features() {
        let spam = load("spam").unwrap();
        let features = spam.features.to_matrix().unwrap();
        let bits = |row| features.row(row).iter().map(|value| value.to_bits());
        let distinct: std::collections::BTreeSet<Vec<u64>> =
            (0..spam.rows()).map(|row| bits(row).collect()).collect();
        assert_eq!(spam.rows() - distinct.len(), 394);
    }

    #[test]
    fn the_readme_gives_the_digest_of_every_file() {
        let readme = include_str!("../../data/README.md");
        for set in &SETS {
            let contents = match set.contents {
                Contents::Table(bytes) => vec![bytes],
                Contents::Idx { images, labels } => vec![images, labels],
            };
            for (file, bytes) in set.files.iter().zip(contents) {
                let digest = Origin::sha256(&[&Origin::of_bytes(bytes, file)]).unwrap();
                let line = format!("{digest}  {file}");
                assert!(readme.lines().any(|own| own == line), "data/README.md lacks: {line}");
            }
        }
    }

    #[test]
    fn rows_of_images_know_their_shape() {
        let shape = |name: &str| load(name).unwrap().feature_shape;
        assert_eq!(shape("digits"), [1, 8, 8]);
        assert_eq!(shape("mnist5k"), [1, 28, 28]);
        assert_eq!(shape("iris"), [4]);
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_known() {
        let message = load("boston").unwrap_err().to_string();
        assert!(message.contains("'boston'") && message.contains("california"), "{message}");
    }
}
