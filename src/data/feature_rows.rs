//! Features of a whole data set, which need not lie in memory.

use std::borrow::Cow;

use super::csv::CsvRows;
use super::idx::IdxRows;
use super::npz::NpzRows;
use super::numbers::Numbers;
use super::row_keys::RowKeys;
use crate::error::Result;
use crate::numerics::RowMatrix;

/// Numbers of a block that is read at a time, at least one row.
pub(super) const BLOCK: usize = 1 << 16;

/// Features that can be passed over any number of times, row after row: `rows × columns`,
/// finite.
#[derive(Clone, Debug)]
pub enum FeatureRows {
    /// In memory.
    Memory(RowMatrix),
    /// In a file of images.
    Idx(IdxRows),
    /// In a file of arrays.
    Npz(NpzRows),
    /// In a comma-separated table.
    Csv(CsvRows),
}

impl From<RowMatrix> for FeatureRows {
    fn from(matrix: RowMatrix) -> Self {
        Self::Memory(matrix)
    }
}

impl FeatureRows {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        match self {
            Self::Memory(matrix) => matrix.rows(),
            Self::Idx(rows) => rows.rows(),
            Self::Npz(rows) => rows.rows(),
            Self::Csv(rows) => rows.rows(),
        }
    }

    /// Number of features.
    pub fn columns(&self) -> usize {
        match self {
            Self::Memory(matrix) => matrix.columns(),
            Self::Idx(rows) => rows.columns(),
            Self::Npz(rows) => rows.columns(),
            Self::Csv(rows) => rows.columns(),
        }
    }

    /// Visits blocks of whole rows in order: `visit(first_row, numbers)`, row by row.
    ///
    /// # Errors
    /// What `visit` gives, and that a file cannot be read or is not what it was.
    pub(super) fn pass(
        &self,
        visit: &mut dyn FnMut(usize, Numbers<'_>) -> Result<()>,
    ) -> Result<()> {
        match self {
            Self::Memory(matrix) => visit(0, Numbers::Doubles(matrix.values())),
            Self::Idx(rows) => rows.pass(visit),
            Self::Npz(rows) => rows.pass(visit),
            Self::Csv(rows) => rows.pass(visit),
        }
    }

    /// A key per row, the same for equal rows.
    pub(super) fn row_keys(&self) -> Result<Cow<'_, [u128]>> {
        match self {
            Self::Idx(rows) => Ok(Cow::Borrowed(rows.keys())),
            Self::Npz(rows) => Ok(Cow::Borrowed(rows.keys())),
            Self::Csv(rows) => Ok(Cow::Borrowed(rows.keys())),
            Self::Memory(_) => {
                let mut keys = RowKeys::new(self.columns());
                self.pass(&mut |_, numbers| {
                    keys.add(numbers);
                    Ok(())
                })?;
                Ok(Cow::Owned(keys.into_keys()))
            }
        }
    }

    /// All of them, in memory.
    ///
    /// # Errors
    /// That a file cannot be read or is not what it was.
    pub fn to_matrix(&self) -> Result<RowMatrix> {
        if let Self::Memory(matrix) = self {
            return Ok(matrix.clone());
        }
        let (rows, columns) = (self.rows(), self.columns());
        let mut values = Vec::with_capacity(rows * columns);
        self.pass(&mut |_, numbers| {
            numbers.append_to(&mut values);
            Ok(())
        })?;
        Ok(RowMatrix::from_rows(rows, columns, values))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;
    use crate::data::{DataSource, Dataset};

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn idx(dimensions: &[u32], elements: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0, 0, 8, dimensions.len() as u8];
        dimensions.iter().for_each(|size| bytes.extend(size.to_be_bytes()));
        bytes.extend(elements);
        bytes
    }

    fn load(path: &std::path::Path) -> Dataset {
        let source = DataSource::File {
            path: path.into(),
            target: None,
            task: None,
            drop: vec![],
            categorical: vec![],
            keep_constant: false,
            sample_weights: None,
        };
        source.load().unwrap()
    }

    /// 40 000 rows: several blocks.
    #[test]
    fn images_that_change_between_passes_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("train-images-idx3-ubyte.gz");
        let pixels: Vec<u8> = (0..160_000_u64).map(|i| (i * i % 251) as u8).collect();
        let labels: Vec<u8> = (0..40_000_u32).map(|i| (i % 3) as u8).collect();
        let images = |rows: u32, pixels: &[u8]| packed(&idx(&[rows, 2, 2], pixels));
        std::fs::write(folder.path().join("train-labels-idx1-ubyte.gz"), idx(&[40_000], &labels))
            .unwrap();
        std::fs::write(&path, images(40_000, &pixels)).unwrap();
        let dataset = load(&path);
        assert!(matches!(dataset.features, FeatureRows::Idx(_)));
        let mut first = 0;
        dataset
            .features
            .pass(&mut |row, numbers| {
                assert_eq!(row, first);
                first += numbers.len() / 4;
                Ok(())
            })
            .unwrap();
        assert_eq!(first, 40_000);
        let expected: Vec<f64> = pixels.iter().map(|&pixel| f64::from(pixel)).collect();
        assert_eq!(dataset.features.to_matrix().unwrap().values(), expected);

        let mut another = pixels.clone();
        another[159_999] ^= 1;
        for changed in [
            images(40_000, &another),
            images(39_999, &pixels[..159_996]),
            packed(&idx(&[40_000, 4], &pixels)),
            b"a,b\n1,2\n".to_vec(),
        ] {
            std::fs::write(&path, changed).unwrap();
            let message = dataset.features.to_matrix().unwrap_err().to_string();
            assert!(message.contains("images-idx3-ubyte.gz: the file has changed"), "{message}");
        }
        std::fs::remove_file(&path).unwrap();
        let message = dataset.features.to_matrix().unwrap_err().to_string();
        assert!(message.contains("images-idx3-ubyte.gz"), "{message}");
    }
}
