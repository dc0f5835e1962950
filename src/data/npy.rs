//! One array in NumPy's NPY format.
//!
//! The file is `\x93NUMPY`, two bytes of version, the length of the header (two bytes
//! little-endian in version 1, four in versions 2 and 3), the header, which is the text
//! of a Python dictionary with `descr`, `fortran_order` and `shape`, and the elements.
//! Reference: NumPy Enhancement Proposal 1.

mod element;

use std::io::{self, Read};

use super::numbers::Numbers;
use crate::error::{DataProblem, Error, Place, Result, excerpt};
use element::{Decoded, Element};

/// What an NPY file begins with.
pub(super) const MAGIC: &[u8] = b"\x93NUMPY";
/// The longest header; NumPy itself trusts none beyond it.
const HEADER_MAX: usize = 10_000;
/// Elements that are read at a time.
const CHUNK: usize = 8192;

/// An array of finite numbers.
#[derive(Debug)]
pub(super) struct Array {
    pub(super) name: String,
    pub(super) shape: Vec<usize>,
    /// Whether its elements are integers or truth values, not floating-point numbers.
    pub(super) whole: bool,
    /// Last dimension fastest.
    pub(super) values: Vec<f64>,
}

impl Array {
    /// The size of the first dimension.
    pub(super) fn rows(&self) -> usize {
        self.shape.first().copied().unwrap_or_default()
    }

    /// The product of the other dimensions.
    pub(super) fn columns(&self) -> usize {
        self.shape.iter().skip(1).product()
    }

    /// The place of the array in `file`.
    pub(super) fn place(&self, file: &str) -> Place {
        Place::file(file).in_array(&self.name)
    }

    /// The place of the element at `position` of the values.
    pub(super) fn element_place(&self, file: &str, position: usize) -> Place {
        self.place(file).at_index(index(position, &self.shape, false))
    }
}

/// Where an array is read from: the file and its name in errors, and the number of
/// bytes that `reader` holds, which has been checked against what is really there.
pub(super) struct Source<'a, R> {
    pub(super) file: &'a str,
    pub(super) name: &'a str,
    pub(super) bytes: u64,
    pub(super) reader: R,
}

impl<'a, R: Read> Source<'a, R> {
    /// Reads the header.
    ///
    /// # Errors
    /// A header that is not NPY's, elements that are not real numbers, a shape that
    /// does not match the bytes that follow.
    pub(super) fn open(mut self) -> Result<Elements<'a, R>> {
        let (text, header_bytes) = self.header()?;
        let header = Header::parse(&text).ok_or_else(|| {
            self.malformed(format!("its header '{}' cannot be read", excerpt(&text)))
        })?;
        let element = Element::of(&header.descr).ok_or_else(|| {
            let remedy = format!(
                "save it as numbers, `{name}.astype('float64')`, and text as class numbers, \
                 `np.unique({name}, return_inverse=True)[1]`",
                name = excerpt(self.name)
            );
            Error::data(self.place(), DataProblem::ArrayType(header.descr.clone()), remedy)
        })?;
        let count = header.shape.iter().try_fold(1_usize, |count, &size| count.checked_mul(size));
        let expected = count.and_then(|count| count.checked_mul(element.size));
        let found = self.bytes.saturating_sub(header_bytes);
        let (Some(count), true) = (count, expected.map(|bytes| bytes as u64) == Some(found)) else {
            let sizes: Vec<String> = header.shape.iter().map(usize::to_string).collect();
            return Err(self.malformed(format!(
                "its header says ({}) elements of type '{}', and {found} bytes follow",
                sizes.join(", "),
                header.descr
            )));
        };
        Ok(Elements { source: self, header, element, count })
    }

    /// The header's text, and the bytes up to the elements.
    fn header(&mut self) -> Result<(String, u64)> {
        let start = self.bytes_of(8)?;
        let long = match &start[..] {
            [magic @ .., 1, 0] if magic == MAGIC => false,
            [magic @ .., 2 | 3, 0] if magic == MAGIC => true,
            _ => return Err(self.malformed("it does not begin as arrays of NumPy do".into())),
        };
        let length_bytes = self.bytes_of(if long { 4 } else { 2 })?;
        let length =
            length_bytes.iter().rev().fold(0, |length, &byte| length << 8 | usize::from(byte));
        if length > HEADER_MAX {
            return Err(self.malformed(format!("its header would have {length} bytes")));
        }
        let text = String::from_utf8_lossy(&self.bytes_of(length)?).trim().to_owned();
        Ok((text, (8 + length_bytes.len() + length) as u64))
    }

    fn bytes_of(&mut self, count: usize) -> Result<Vec<u8>> {
        let mut bytes = vec![0; count];
        match self.reader.read_exact(&mut bytes) {
            Ok(()) => Ok(bytes),
            Err(error) => Err(self.unreadable(&error)),
        }
    }

    fn place(&self) -> Place {
        Place::file(self.file).in_array(self.name)
    }

    fn malformed(&self, problem: String) -> Error {
        let remedy = "write the file again with `np.savez`, or fetch it again";
        Error::data(self.place(), DataProblem::Malformed(problem), remedy)
    }

    fn unreadable(&self, error: &io::Error) -> Error {
        self.malformed(format!("its bytes cannot be read ({error})"))
    }
}

/// The elements of an array whose header has been read.
pub(super) struct Elements<'a, R> {
    source: Source<'a, R>,
    header: Header,
    element: Element,
    count: usize,
}

impl<R: Read> Elements<'_, R> {
    /// What the header says of them.
    pub(super) fn header(&self) -> &Header {
        &self.header
    }

    /// All of them, in memory.
    ///
    /// # Errors
    /// Those of [`Elements::visit`], and more elements than fit into memory.
    pub(super) fn read(self) -> Result<Array> {
        let Self { source, header, element, count } = &self;
        let mut values = Vec::new();
        if values.try_reserve_exact(*count).is_err() {
            return Err(source.malformed(format!("its {count} elements do not fit into memory")));
        }
        let (name, whole) = (source.name.into(), element.is_whole());
        let header = header.clone();
        self.visit(CHUNK, &mut |numbers| {
            numbers.append_to(&mut values);
            Ok(())
        })?;
        if header.fortran_order {
            values = to_row_major(&values, &header.shape);
        }
        Ok(Array { name, shape: header.shape, whole, values })
    }

    /// Visits them in the order of the file, `block` at a time.
    ///
    /// # Errors
    /// What `visit` gives; bytes that cannot be read; an element that is not finite or, as
    /// a whole number, not exact.
    pub(super) fn visit(
        mut self,
        block: usize,
        visit: &mut dyn FnMut(Numbers<'_>) -> Result<()>,
    ) -> Result<()> {
        let (mut bytes, mut numbers) = (Vec::new(), Decoded::new(self.element));
        let mut done = 0;
        while done < self.count {
            let count = block.min(self.count - done);
            bytes.resize(count * self.element.size, 0);
            if let Err(error) = self.source.reader.read_exact(&mut bytes) {
                return Err(self.source.unreadable(&error));
            }
            if let Err((position, problem)) = numbers.decode(self.element, &bytes) {
                let Header { shape, fortran_order, .. } = &self.header;
                let place =
                    self.source.place().at_index(index(done + position, shape, *fortran_order));
                let remedy = "save the array without it: replace the number, or delete its row";
                return Err(Error::data(place, problem, remedy));
            }
            visit(numbers.numbers())?;
            done += count;
        }
        // The end is read too, because the checksum is compared there.
        match self.source.reader.read(&mut [0]) {
            Ok(0) => Ok(()),
            Ok(_) => Err(self.source.malformed("more bytes follow than its header says".into())),
            Err(error) => Err(self.source.unreadable(&error)),
        }
    }
}

/// What the header's dictionary says.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Header {
    descr: String,
    /// Whether the first dimension is fastest, not the last.
    pub(super) fortran_order: bool,
    pub(super) shape: Vec<usize>,
}

impl Header {
    fn parse(text: &str) -> Option<Self> {
        let descr = value_of(text, "descr")?;
        let descr = match descr.chars().next()? {
            quote @ ('\'' | '"') => descr[1..].split(quote).next()?.to_owned(),
            // The fields of a structured type, which is refused for what it is.
            _ => return Some(Self { descr: descr.into(), fortran_order: false, shape: vec![] }),
        };
        let fortran_order = match value_of(text, "fortran_order")? {
            truth if truth.starts_with("True") => true,
            truth if truth.starts_with("False") => false,
            _ => return None,
        };
        let shape = value_of(text, "shape")?.strip_prefix('(')?;
        let (sizes, _) = shape.split_once(')')?;
        let sizes = sizes.split(',').map(str::trim).filter(|size| !size.is_empty());
        // Python 2 wrote large ones as 5L.
        let shape = sizes.map(|size| size.trim_end_matches('L').parse().ok());
        Some(Self { descr, fortran_order, shape: shape.collect::<Option<_>>()? })
    }
}

/// The text of the dictionary from the value of `key` on.
fn value_of<'t>(text: &'t str, key: &str) -> Option<&'t str> {
    let after = ['\'', '"'].iter().find_map(|quote| {
        let (_, after) = text.split_once(&format!("{quote}{key}{quote}"))?;
        Some(after)
    });
    Some(after?.trim_start().strip_prefix(':')?.trim_start())
}

/// The index of the element at `position`.
fn index(mut position: usize, shape: &[usize], fortran_order: bool) -> Vec<usize> {
    let mut index = vec![0; shape.len()];
    let mut place = |dimension: usize| {
        index[dimension] = position % shape[dimension].max(1);
        position /= shape[dimension].max(1);
    };
    match fortran_order {
        true => (0..shape.len()).for_each(&mut place),
        false => (0..shape.len()).rev().for_each(&mut place),
    }
    index
}

/// Elements in Fortran's order, first dimension fastest, with the last fastest.
fn to_row_major(values: &[f64], shape: &[usize]) -> Vec<f64> {
    let mut strides = Vec::with_capacity(shape.len());
    let mut stride = 1;
    for &size in shape {
        strides.push(stride);
        stride *= size;
    }
    let mut index = vec![0; shape.len()];
    let mut from = 0;
    let mut ordered = Vec::with_capacity(values.len());
    while ordered.len() < values.len() {
        ordered.push(values[from]);
        for dimension in (0..shape.len()).rev() {
            index[dimension] += 1;
            from += strides[dimension];
            if index[dimension] < shape[dimension] {
                break;
            }
            from -= strides[dimension] * shape[dimension];
            index[dimension] = 0;
        }
    }
    ordered
}
