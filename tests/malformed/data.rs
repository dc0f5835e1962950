//! Data files: tables, NumPy's arrays, images.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use losslab::Error;
use losslab::data::DataSource;
use losslab::error::{DataError, DataProblem};
use rawzip::{CompressionMethod, ZipArchiveWriter};

use super::{Case, Draw};

const TABLE: &str = "table.csv";
const ARRAYS: &str = "arrays.npz";
const IMAGES: &str = "train-images-idx3-ubyte";
const LABELS: &str = "train-labels-idx1-ubyte";

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// What loads `file` from the folder of a case.
fn read(file: &'static str, target: Option<&'static str>) -> super::Read {
    Box::new(move |folder| {
        let source = DataSource::File {
            path: folder.join(file),
            target: target.map(str::to_owned),
            task: None,
            drop: Vec::new(),
            categorical: Vec::new(),
            keep_constant: false,
            sample_weights: None,
        };
        source.load().map(|_| ())
    })
}

/// Every error names the file, and what is wrong with one number its place too.
fn check(error: &Error) -> Option<&'static str> {
    let Error::Data(error) = error else { return Some("it is no error of data") };
    let DataError { place, problem, .. } = &**error;
    if ![TABLE, ARRAYS, IMAGES, LABELS].iter().any(|file| place.file.ends_with(file)) {
        return Some("no file is named");
    }
    let is_of_number = matches!(
        problem,
        DataProblem::MissingValue
            | DataProblem::RaggedRow { .. }
            | DataProblem::TextInNumericColumn(_)
            | DataProblem::NonFinite(_)
            | DataProblem::InexactNumber(_)
    );
    let is_placed = place.line.is_some() || !place.index.is_empty();
    if is_of_number && !is_placed {
        return Some("no line and no index is named");
    }
    let is_csv = place.file.ends_with(TABLE);
    let is_about_columns = matches!(problem, DataProblem::UnknownColumn { .. });
    (is_csv && is_about_columns && place.line.is_none()).then_some("no line is named")
}

/// A table with numbers, texts and a target.
fn table() -> Vec<Vec<String>> {
    let mut rows = vec![["rooms", "town", "age", "y"].map(str::to_owned).to_vec()];
    for i in 0..24_u32 {
        let town = ["Ulm", "Bonn", "Trier"][(i % 3) as usize];
        let (rooms, y) = (i * 7 % 5 + 1, f64::from(i * i % 23) / 4.0);
        rows.push(vec![rooms.to_string(), town.to_owned(), (i % 11).to_string(), y.to_string()]);
    }
    rows
}

/// A table, changed; packed with gzip now and then, before the change or after it.
pub fn draw_table(draw: &mut Draw) -> Case {
    let mut rows = table();
    let row = 1 + draw.below(rows.len() - 1);
    let column = draw.below(4);
    let mut bytes_changed = None;
    let mut what = match draw.below(13) {
        0 => {
            rows[row].remove(column);
            format!("row {row} lacks a cell")
        }
        1 => {
            rows[row].insert(column, "7".into());
            format!("row {row} has a cell too many")
        }
        2 | 3 => {
            let cells =
                ["", "nan", "inf", "-Infinity", "1e999", "x", "1,5", "\"", "\0", "1 2", "?"];
            rows[row][column] = (*draw.one_of(&cells)).to_owned();
            format!("cell {row}, {column} is {:?}", rows[row][column])
        }
        4 => {
            rows[0][column] = draw.misspelt(&rows[0][column].clone());
            format!("a column is named {:?}", rows[0][column])
        }
        5 => {
            rows[0][column] = rows[0][(column + 1) % 4].clone();
            "two columns have one name".into()
        }
        6 => {
            let value = rows[row][column].clone();
            rows.iter_mut().skip(1).for_each(|row| row[column] = value.clone());
            format!("column {column} is constant")
        }
        7 => {
            rows.truncate(draw.below(3));
            format!("{} lines are left", rows.len())
        }
        8 => {
            rows[row][column] = "9".repeat(1 << (10 + draw.below(10)));
            format!("cell {row}, {column} is a long number")
        }
        9 => {
            let long = "z".repeat(1 << (10 + draw.below(10)));
            rows[row][column].clone_from(&long);
            format!("cell {row}, {column} is a long text")
        }
        10 => {
            rows.iter_mut().for_each(|row| _ = row.pop());
            "the target is not there".into()
        }
        _ => {
            bytes_changed = Some(());
            String::new()
        }
    };
    let separator = if draw.below(20) == 0 { ";" } else { "," };
    let lines: Vec<String> = rows.iter().map(|row| row.join(separator)).collect();
    let mut bytes = (lines.join("\n") + "\n").into_bytes();
    if bytes_changed.is_some() {
        if draw.below(3) == 0 {
            bytes = packed(&bytes);
            what = "packed, ".into();
        }
        let region = if draw.below(2) == 0 { 30 } else { bytes.len() };
        what += &draw.change_bytes(&mut bytes, region);
    } else if draw.below(4) == 0 {
        bytes = packed(&bytes);
        what += ", packed";
    }
    Case { what, files: vec![(TABLE, bytes)], read: read(TABLE, Some("y")), check }
}

/// An array as NumPy writes it.
fn npy(descr: &str, shape: &str, elements: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n");
    let length = u16::try_from(header.len()).unwrap().to_le_bytes();
    [b"\x93NUMPY\x01\x00", &length[..], header.as_bytes(), elements].concat()
}

fn archive(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut zip = ZipArchiveWriter::new(&mut out);
    for (name, contents) in files {
        let file = zip.new_file(name).compression_method(CompressionMethod::STORE);
        let (mut entry, config) = file.start().unwrap();
        let mut writer = config.wrap(&mut entry);
        writer.write_all(contents).unwrap();
        let descriptor = writer.finish().unwrap().1;
        entry.finish(descriptor).unwrap();
    }
    zip.finish().unwrap();
    out
}

/// Sizes and types that the bytes which follow do not hold.
const SHAPES: [&str; 14] = [
    "(5, 3)",
    "(6,)",
    "()",
    "(0, 3)",
    "(0, 1099511627776, 1099511627776)",
    "(6, 0, 1099511627776, 1099511627776)",
    "(1099511627776, 3)",
    "(18446744073709551615, 18446744073709551615)",
    "(99999999999999999999,)",
    "(-6, -3)",
    "(6, 3",
    "[6, 3]",
    "(6.0, 3)",
    "('6', 3)",
];
const TYPES: [&str; 12] =
    ["<f2", "<c16", "|O", "<U4", "<f16", "=f8", ">f8x", "", "<M8[D]", "|V8", "f", "\u{e9}8"];

/// Features and targets in one file, changed inside or outside the archive; or one array alone.
pub fn draw_arrays(draw: &mut Draw) -> Case {
    let features: Vec<f64> = (0..18).map(|i| f64::from(i * i % 7) - 1.5).collect();
    let targets: Vec<f64> = (0..6).map(|i| f64::from(i) * 0.75).collect();
    let bytes = |values: &[f64]| values.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>();
    let mut arrays = [(features, "(6, 3)", "<f8"), (targets, "(6,)", "<f8")];
    let at = draw.below(2);
    let names = [draw.below(20) > 0, draw.below(20) > 0];
    let mut what = match draw.below(5) {
        0 => {
            arrays[at].1 = *draw.one_of(&SHAPES);
            format!("array {at} has the shape {}", arrays[at].1)
        }
        1 => {
            arrays[at].2 = *draw.one_of(&TYPES);
            format!("array {at} has the type '{}'", arrays[at].2)
        }
        2 => {
            let number = draw.below(arrays[at].0.len());
            arrays[at].0[number] = *draw.one_of(&[f64::NAN, f64::INFINITY, f64::NEG_INFINITY]);
            format!("number {number} of array {at} is not finite")
        }
        _ => String::new(),
    };
    let [x, y] = arrays.map(|(values, shape, descr)| npy(descr, shape, &bytes(&values)));
    let (mut x, mut y) = (x, y);
    let inside = what.is_empty() && draw.below(2) == 0;
    if inside {
        let array = if at == 0 { &mut x } else { &mut y };
        what = format!("inside array {at}: {}", draw.change_bytes(array, 90));
    }
    let alone = draw.below(25) == 0;
    let mut contents = match alone {
        true => x,
        false => archive(&[
            (if names[0] { "x.npy" } else { "X.npy" }, x),
            (if names[1] { "y.npy" } else { "y" }, y),
        ]),
    };
    if what.is_empty() {
        // Headers are at the front of each file, the directory at the end.
        let length = contents.len();
        let half = draw.below(2) * (length - 200.min(length));
        let mut end = contents.split_off(half);
        what = format!("from {half} of the archive: {}", draw.change_bytes(&mut end, 200));
        contents.extend(end);
    }
    if draw.below(8) == 0 {
        contents = packed(&contents);
        what += ", packed";
    }
    if alone || !names[0] || !names[1] {
        what += &format!(", alone {alone}, names {names:?}");
    }
    // Bytes that are neither an archive nor an array any more are read as a table.
    Case { what, files: vec![(ARRAYS, contents)], read: read(ARRAYS, None), check }
}

/// Images with labels, one of them changed.
pub fn draw_images(draw: &mut Draw) -> Case {
    let header = |sizes: &[u32]| {
        let mut bytes = vec![0, 0, 8, sizes.len() as u8];
        bytes.extend(sizes.iter().flat_map(|size| size.to_be_bytes()));
        bytes
    };
    let mut images = header(&[5, 2, 3]);
    images.extend((0..30_u8).map(|i| i.wrapping_mul(37)));
    let mut labels = header(&[5]);
    labels.extend([3, 1, 3, 1, 7]);
    let is_images = draw.below(3) > 0;
    let bytes = if is_images { &mut images } else { &mut labels };
    if draw.below(5) == 0 {
        *bytes = packed(bytes);
    }
    let region = if draw.below(3) == 0 { bytes.len() } else { 16 };
    let what = draw.change_bytes(bytes, region);
    let what = format!("{}: {what}", if is_images { "images" } else { "labels" });
    let files = vec![(IMAGES, images), (LABELS, labels)];
    Case { what, files, read: read(IMAGES, None), check }
}
