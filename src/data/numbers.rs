//! Numbers as a file stores them.

use std::ops::Range;

/// A run of numbers in the type in which they were read; every one is exact as `f64`.
#[derive(Clone, Copy, Debug)]
pub(super) enum Numbers<'a> {
    /// Of eight bytes, or worked out from what was read.
    Doubles(&'a [f64]),
    /// Of four bytes, or whole numbers that four bytes hold exactly.
    Singles(&'a [f32]),
    /// Whole numbers from 0 to 255.
    Bytes(&'a [u8]),
}

impl<'a> Numbers<'a> {
    /// How many there are.
    pub(super) fn len(self) -> usize {
        match self {
            Self::Doubles(values) => values.len(),
            Self::Singles(values) => values.len(),
            Self::Bytes(values) => values.len(),
        }
    }

    /// Those in `range`.
    pub(super) fn part(self, range: Range<usize>) -> Self {
        match self {
            Self::Doubles(values) => Self::Doubles(&values[range]),
            Self::Singles(values) => Self::Singles(&values[range]),
            Self::Bytes(values) => Self::Bytes(&values[range]),
        }
    }

    /// All of them as `f64`: as they are, or widened into `buffer`.
    pub(super) fn doubles<'b>(self, buffer: &'b mut Vec<f64>) -> &'b [f64]
    where
        'a: 'b,
    {
        if let Self::Doubles(values) = self {
            return values;
        }
        buffer.clear();
        self.append_to(buffer);
        buffer
    }

    /// Writes all of them as `f64` to `out`, which is as long.
    pub(super) fn copy_to(self, out: &mut [f64]) {
        match self {
            Self::Doubles(values) => out.copy_from_slice(values),
            Self::Singles(values) => {
                out.iter_mut().zip(values).for_each(|(out, value)| *out = f64::from(*value));
            }
            Self::Bytes(values) => {
                out.iter_mut().zip(values).for_each(|(out, value)| *out = f64::from(*value));
            }
        }
    }

    /// Appends all of them as `f64`.
    pub(super) fn append_to(self, out: &mut Vec<f64>) {
        match self {
            Self::Doubles(values) => out.extend_from_slice(values),
            Self::Singles(values) => out.extend(values.iter().map(|&value| f64::from(value))),
            Self::Bytes(values) => out.extend(values.iter().map(|&value| f64::from(value))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_is_widened_exactly() {
        let mut buffer = vec![7.0];
        assert_eq!(Numbers::Bytes(&[0, 255]).doubles(&mut buffer), [0.0, 255.0]);
        assert_eq!(
            Numbers::Singles(&[-1.5, 1e-45]).part(1..2).doubles(&mut buffer),
            [f64::from(f32::from_bits(1))]
        );
        assert_eq!(Numbers::Doubles(&[0.1]).doubles(&mut buffer), [0.1]);
        assert_eq!(Numbers::Doubles(&[0.1, 2.0]).len(), 2);
    }
}
