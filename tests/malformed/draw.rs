//! Changes that are drawn: of bytes, of text.

use losslab::numerics::{RandomStream, Seed};
use rand::RngExt;

/// What changes are drawn from.
pub struct Draw(RandomStream);

/// Text that is no value, or not this one's.
const VALUES: [&str; 34] = [
    "-1",
    "0",
    "nan",
    "inf",
    "-inf",
    "1e400",
    "-1e308",
    "1e-320",
    "99999999999999999999",
    "9223372036854775807",
    "18446744073709551615",
    "4294967296",
    "0x7fffffffffffffff",
    "0.5",
    "true",
    "\"\"",
    "\"none\"",
    "\"\\u0000\"",
    "\"../../etc/passwd\"",
    "\"\u{202e}abc\"",
    "[]",
    "[[]]",
    "[-1]",
    "[0]",
    "[9223372036854775807, 9223372036854775807]",
    "[nan]",
    "[\"x\", 1]",
    "{}",
    "{ kind = \"step\" }",
    "{ a = { b = [] } }",
    "1979-05-27T07:32:00Z",
    "07",
    "1_",
    "'''",
];

impl Draw {
    pub fn new(seed: Seed) -> Self {
        Self(seed.stream())
    }

    /// A number below `count`, which is at least 1.
    pub fn below(&mut self, count: usize) -> usize {
        self.0.random_range(0..count)
    }

    pub fn one_of<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    pub fn byte(&mut self) -> u8 {
        self.0.random_range(0..=255)
    }

    /// One of a few changes of bytes, within the first `region`: what was done.
    pub fn change_bytes(&mut self, bytes: &mut Vec<u8>, region: usize) -> String {
        let region = region.min(bytes.len()).max(1);
        if bytes.is_empty() {
            bytes.push(self.byte());
            return "a byte instead of nothing".into();
        }
        let at = self.below(region);
        match self.below(8) {
            0 => {
                let at = self.below(bytes.len());
                bytes.truncate(at);
                format!("cut at {at}")
            }
            1 | 2 => {
                let bit = self.below(8);
                bytes[at] ^= 1 << bit;
                format!("bit {bit} of byte {at} flipped")
            }
            3 => {
                let value = *self.one_of(&[0, 0xff, 0x7f, 0x80]);
                let count = 1 + self.below(8);
                bytes.iter_mut().skip(at).take(count).for_each(|byte| *byte = value);
                format!("{count} bytes from {at} are {value:#04x}")
            }
            4 => {
                let inserted: Vec<u8> = (0..1 + self.below(9)).map(|_| self.byte()).collect();
                let text = format!("{inserted:?} inserted at {at}");
                bytes.splice(at..at, inserted);
                text
            }
            5 => {
                let end = (at + 1 + self.below(16)).min(bytes.len());
                bytes.drain(at..end);
                format!("bytes {at} to {end} left out")
            }
            6 => {
                let more: Vec<u8> = (0..1 + self.below(40)).map(|_| self.byte()).collect();
                bytes.extend(&more);
                format!("{} bytes appended", more.len())
            }
            _ => {
                for _ in 0..1 + self.below(12) {
                    let at = self.below(region);
                    bytes[at] = self.byte();
                }
                "some bytes replaced".into()
            }
        }
    }

    /// A word with a typing error.
    pub fn misspelt(&mut self, word: &str) -> String {
        let mut letters: Vec<char> = word.chars().collect();
        let at = self.below(letters.len().max(1));
        let letter = *self.one_of(&['e', 'x', '_', '-', 'é', '\u{3b8}', '0', '.', ' ', '"']);
        match self.below(4) {
            0 if letters.len() > 1 => _ = letters.remove(at),
            1 if at + 1 < letters.len() => letters.swap(at, at + 1),
            2 if !letters.is_empty() => letters[at] = letter,
            _ => letters.insert(at, letter),
        }
        letters.into_iter().collect()
    }

    /// A TOML value that is likely out of place.
    pub fn value(&mut self) -> &'static str {
        self.one_of::<&'static str>(&VALUES)
    }
}
