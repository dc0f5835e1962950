//! How the elements of an array are stored.

use super::super::numbers::Numbers;
use crate::error::DataProblem;

/// Whole numbers up to this are exact as `f64`.
const EXACT_MAX: u64 = 1 << f64::MANTISSA_DIGITS;

/// How an element is stored.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Element {
    kind: Kind,
    pub(super) size: usize,
    big_endian: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Bool,
    Signed,
    Unsigned,
    Float,
}

impl Element {
    /// The element that NumPy's type string names, if it is a real number.
    pub(super) fn of(descr: &str) -> Option<Self> {
        let (order, rest) = descr.split_at_checked(1)?;
        let (kind, size) = match rest {
            "b1" => (Kind::Bool, 1),
            "i1" => (Kind::Signed, 1),
            "i2" => (Kind::Signed, 2),
            "i4" => (Kind::Signed, 4),
            "i8" => (Kind::Signed, 8),
            "u1" => (Kind::Unsigned, 1),
            "u2" => (Kind::Unsigned, 2),
            "u4" => (Kind::Unsigned, 4),
            "u8" => (Kind::Unsigned, 8),
            "f4" => (Kind::Float, 4),
            "f8" => (Kind::Float, 8),
            _ => return None,
        };
        let big_endian = match order {
            "<" | "|" => false,
            ">" => true,
            _ => return None,
        };
        Some(Self { kind, size, big_endian })
    }

    /// Whether these are integers or truth values, not floating-point numbers.
    pub(super) fn is_whole(self) -> bool {
        self.kind != Kind::Float
    }

    fn decode_all<T>(
        self,
        bytes: &[u8],
        values: &mut Vec<T>,
        exact: impl Fn(f64) -> T,
    ) -> std::result::Result<(), (usize, DataProblem)> {
        values.clear();
        for bytes in bytes.chunks_exact(self.size) {
            let value = self.decode(bytes).map_err(|problem| (values.len(), problem))?;
            values.push(exact(value));
        }
        Ok(())
    }

    /// The number in `bytes`, as many as the element's size, if it is finite and exact.
    fn decode(self, bytes: &[u8]) -> std::result::Result<f64, DataProblem> {
        let mut word = [0; 8];
        let used = &mut word[..self.size];
        used.copy_from_slice(bytes);
        if self.big_endian {
            used.reverse();
        }
        let unsigned = u64::from_le_bytes(word);
        let value = match self.kind {
            Kind::Bool => f64::from(u8::from(unsigned != 0)),
            Kind::Unsigned if unsigned > EXACT_MAX => {
                return Err(DataProblem::InexactNumber(unsigned.to_string()));
            }
            Kind::Unsigned => unsigned as f64,
            Kind::Signed => {
                let unused = 64 - 8 * self.size;
                let signed = (unsigned << unused).cast_signed() >> unused;
                if signed.unsigned_abs() > EXACT_MAX {
                    return Err(DataProblem::InexactNumber(signed.to_string()));
                }
                signed as f64
            }
            Kind::Float if self.size == 4 => f64::from(f32::from_bits(unsigned as u32)),
            Kind::Float => f64::from_bits(unsigned),
        };
        match value.is_finite() {
            true => Ok(value),
            false => Err(DataProblem::NonFinite(value.to_string())),
        }
    }
}

/// Elements in the smallest type that holds each of their kind.
pub(super) enum Decoded {
    Doubles(Vec<f64>),
    Singles(Vec<f32>),
    Bytes(Vec<u8>),
}

impl Decoded {
    pub(super) fn new(element: Element) -> Self {
        match (element.kind, element.size) {
            (Kind::Bool | Kind::Unsigned, 1) => Self::Bytes(Vec::new()),
            (Kind::Float, 4) | (Kind::Signed | Kind::Unsigned, 1 | 2) => Self::Singles(Vec::new()),
            _ => Self::Doubles(Vec::new()),
        }
    }

    pub(super) fn numbers(&self) -> Numbers<'_> {
        match self {
            Self::Doubles(values) => Numbers::Doubles(values),
            Self::Singles(values) => Numbers::Singles(values),
            Self::Bytes(values) => Numbers::Bytes(values),
        }
    }

    /// Takes these elements in place of those before; the error has the position of the
    /// first that is not read.
    pub(super) fn decode(
        &mut self,
        element: Element,
        bytes: &[u8],
    ) -> std::result::Result<(), (usize, DataProblem)> {
        match self {
            Self::Doubles(values) => element.decode_all(bytes, values, |value| value),
            Self::Singles(values) => element.decode_all(bytes, values, |value| value as f32),
            Self::Bytes(values) => element.decode_all(bytes, values, |value| value as u8),
        }
    }
}
