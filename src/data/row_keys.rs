//! A short key per row: which rows are equal, and whether they are what they were.

use super::numbers::Numbers;
use super::origin::changed;
use crate::error::Result;

/// Odd, of random bits: the first digits of π's fraction, in hexadecimal.
const FIRST: u64 = 0x243f_6a88_85a3_08d3;
const SECOND: u64 = 0x1319_8a2e_0370_7345;

/// Keys of rows in order. Equal rows of one file have equal keys; that two others of a
/// million have, is less likely than 1 in 10²⁶.
#[derive(Clone, Debug)]
pub(super) struct RowKeys {
    columns: usize,
    keys: Vec<u128>,
}

impl RowKeys {
    /// None yet, of rows of so many numbers.
    pub(super) fn new(columns: usize) -> Self {
        Self { columns, keys: Vec::new() }
    }

    /// Number of rows.
    pub(super) fn rows(&self) -> usize {
        self.keys.len()
    }

    /// The keys, in order.
    pub(super) fn into_keys(self) -> Vec<u128> {
        self.keys
    }

    /// The keys, in order.
    pub(super) fn keys(&self) -> &[u128] {
        &self.keys
    }

    /// Adds whole rows.
    pub(super) fn add(&mut self, numbers: Numbers) {
        let columns = self.columns;
        let rows = numbers.len() / columns.max(1);
        self.keys
            .extend((0..rows).map(|row| key(numbers.part(row * columns..(row + 1) * columns))));
    }

    /// That whole rows from `first` on are those that were added.
    ///
    /// # Errors
    /// [`changed`] for the file.
    pub(super) fn check(&self, first: usize, numbers: Numbers, file: &str) -> Result<()> {
        let mut found = Self::new(self.columns);
        found.add(numbers);
        match self.keys.get(first..first + found.rows()) == Some(&found.keys) {
            true => Ok(()),
            false => Err(changed(file)),
        }
    }
}

/// The key of a row. Zero has one sign.
fn key(row: Numbers) -> u128 {
    let mut lanes = [FIRST, SECOND];
    match row {
        // Adding 0 turns −0 into 0 and leaves every other number.
        Numbers::Doubles(values) => {
            values.iter().for_each(|value| mix(&mut lanes, (value + 0.0).to_bits()));
        }
        Numbers::Singles(values) => {
            values.iter().for_each(|value| mix(&mut lanes, u64::from((value + 0.0).to_bits())));
        }
        Numbers::Bytes(values) => {
            let (words, rest) = values.as_chunks::<8>();
            words.iter().for_each(|word| mix(&mut lanes, u64::from_le_bytes(*word)));
            rest.iter().for_each(|byte| mix(&mut lanes, u64::from(*byte)));
        }
    }
    u128::from(lanes[0]) << 64 | u128::from(lanes[1])
}

/// Takes a word into both lanes: the halves of a product of 128 bits, added without carry.
fn mix(lanes: &mut [u64; 2], word: u64) {
    let folded = |a: u64, b: u64| {
        let product = u128::from(a) * u128::from(b);
        product as u64 ^ (product >> 64) as u64
    };
    *lanes = [
        folded(lanes[0] ^ word, 0xa076_1d64_78bd_642f),
        folded(lanes[1].wrapping_add(word), 0xe703_7ed1_a0b4_28db),
    ];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_rows_have_equal_keys_and_others_have_not() {
        let mut keys = RowKeys::new(2);
        keys.add(Numbers::Doubles(&[0.0, 1.0, 1.0, 0.0, -0.0, 1.0, 0.0, 1.0 + f64::EPSILON]));
        let found = keys.keys();
        assert_eq!(found[0], found[2]);
        assert!(found[0] != found[1] && found[0] != found[3] && found[1] != found[3]);
    }

    #[test]
    fn no_two_of_many_similar_rows_share_a_key_nor_half_of_one() {
        let mut keys = RowKeys::new(3);
        for i in 0..200_000_u32 {
            let [a, b, ..] = i.to_le_bytes();
            keys.add(Numbers::Doubles(&[f64::from(a), f64::from(b), f64::from(i >> 16)]));
        }
        for half in [0, 64] {
            let mut halves: Vec<u64> = keys.keys().iter().map(|key| (key >> half) as u64).collect();
            halves.sort_unstable();
            halves.dedup();
            assert_eq!(halves.len(), 200_000);
        }
    }

    #[test]
    fn a_row_that_is_another_is_told() {
        let mut keys = RowKeys::new(9);
        let mut pixels: Vec<u8> = (0..45).collect();
        keys.add(Numbers::Bytes(&pixels));
        assert!(keys.check(2, Numbers::Bytes(&pixels[18..]), "f").is_ok());
        assert!(keys.check(3, Numbers::Bytes(&pixels[18..]), "f").is_err());
        for at in 0..45 {
            pixels[at] ^= 1;
            assert!(keys.check(0, Numbers::Bytes(&pixels), "f").is_err(), "{at}");
            pixels[at] ^= 1;
        }
    }
}
