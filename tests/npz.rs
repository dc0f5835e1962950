//! NPZ files, most of them as NumPy writes them (`tests/data/arrays.py`), some broken by
//! hand: what is read, and what is said of what cannot be.

use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::write::DeflateEncoder;
use losslab::data::{Dataset, NpzOptions, Targets, Task, read_npz};
use losslab::error::{DataError, DataProblem, Error};
use losslab::numerics::RowMatrix;
use rawzip::{CompressionMethod, ZipArchiveWriter};

fn bytes(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    std::fs::read(folder.join(name)).unwrap()
}

fn target(name: &str) -> NpzOptions {
    NpzOptions { target: Some(name.into()), ..NpzOptions::default() }
}

fn with_task(name: &str, task: Task) -> NpzOptions {
    NpzOptions { task: Some(task), ..target(name) }
}

fn read(file: &str, options: &NpzOptions) -> Dataset {
    read_npz(&bytes(file), file, options).unwrap()
}

#[track_caller]
fn error_of(contents: &[u8], options: &NpzOptions) -> DataError {
    match read_npz(contents, "f.npz", options) {
        Err(Error::Data(error)) => *error,
        other => panic!("expected a data error, found {other:?}"),
    }
}

/// The message for a target of `tables.npz`.
#[track_caller]
fn message(options: &NpzOptions) -> String {
    error_of(&bytes("tables.npz"), options).to_string()
}

fn values(dataset: &Dataset) -> &RowMatrix {
    match &dataset.targets {
        Targets::Values(values) => values,
        Targets::Classes(_) => panic!("no values"),
    }
}

#[test]
fn floating_point_targets_are_regression() {
    let dataset = read("tables.npz", &NpzOptions::default());
    assert_eq!((dataset.task, dataset.outputs(), dataset.rows()), (Task::Regression, 2, 6));
    assert_eq!(dataset.features.to_matrix().unwrap().row(1), [0.75, 1.0, 1.25]);
    assert_eq!(dataset.feature_names, ["x0", "x1", "x2"]);
    assert_eq!(dataset.feature_shape, [3]);
    assert_eq!(values(&dataset).row(2), [15.0, 24.0]);
    assert_eq!(dataset.sample_weights, Some(vec![1.0, 0.0, 2.5, 1.0, 1.0, 1.0]));
    let one = read("tables.npz", &target("one"));
    assert_eq!((one.outputs(), values(&one).row(5)), (1, &[2.5][..]));
}

#[test]
fn whole_numbers_are_classes_by_their_value() {
    for options in [target("classes"), with_task("classes_as_floats", Task::MultiClass)] {
        let dataset = read("tables.npz", &options);
        assert_eq!((dataset.task, dataset.outputs()), (Task::MultiClass, 3));
        assert_eq!(dataset.class_names, ["-3", "9", "10"]);
        assert_eq!(dataset.targets, Targets::Classes(vec![1, 0, 1, 2, 0, 2]));
    }
    for name in ["truths", "column"] {
        let dataset = read("tables.npz", &target(name));
        assert_eq!((dataset.task, dataset.outputs()), (Task::Binary, 1));
        assert_eq!(dataset.targets, Targets::Classes(vec![1, 0, 1, 1, 0, 1]), "{name}");
    }
    let numbers = read("tables.npz", &with_task("classes", Task::Regression));
    assert_eq!(values(&numbers).row(1), [-3.0]);
}

#[test]
fn a_matrix_of_0_and_1_is_labels() {
    for options in [target("labels"), with_task("labels_as_floats", Task::MultiLabel)] {
        let dataset = read("tables.npz", &options);
        assert_eq!((dataset.task, dataset.outputs()), (Task::MultiLabel, 2));
        assert_eq!(values(&dataset).row(2), [1.0, 1.0]);
    }
    let fortran = read("fortran.npz", &NpzOptions::default());
    assert_eq!(fortran.task, Task::Regression);
    let named = read("tables.npz", &target("labels")).class_names;
    assert_eq!(named, ["labels0", "labels1"]);
    assert_eq!(read("tables.npz", &target("counts")).task, Task::Regression);
}

#[test]
fn every_type_is_read_in_both_byte_orders() {
    for name in ["f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"] {
        for order in ["little", "big"] {
            let options = with_task(&format!("{name}_{order}"), Task::Regression);
            let dataset = read("types.npz", &options);
            let last = if name.starts_with('u') { 100.0 } else { -100.0 };
            assert_eq!(values(&dataset).values(), [0.0, 3.0, last], "{options:?}");
        }
    }
}

#[test]
fn images_are_flattened_and_keep_their_shape() {
    let colour = read("images.npz", &NpzOptions::default());
    assert_eq!(colour.feature_shape, [3, 2, 4]);
    assert_eq!(colour.feature_names[..5], ["p0_0_0", "p0_0_1", "p0_0_2", "p0_0_3", "p0_1_0"]);
    let second: Vec<f64> = (24..48).map(f64::from).collect();
    assert_eq!(colour.features.to_matrix().unwrap().row(1), second);
    assert_eq!(colour.class_names, ["0", "1", "2"]);
    // Stored first dimension fastest.
    let grey = read("fortran.npz", &NpzOptions::default());
    assert_eq!(grey.feature_shape, [1, 2, 3]);
    assert_eq!(grey.features.to_matrix().unwrap().row(1), [6.0, 7.0, 8.0, 9.0, 10.0, 11.0]);
    assert_eq!(values(&grey).row(3), [6.0, 7.0]);
}

#[test]
fn features_can_be_the_target() {
    let dataset = read("no_target.npz", &target("@features"));
    assert_eq!((dataset.task, dataset.outputs()), (Task::Regression, 3));
    assert_eq!(values(&dataset), &dataset.features.to_matrix().unwrap());
    let error = error_of(&bytes("no_target.npz"), &with_task("@features", Task::Binary));
    assert!(error.to_string().contains("leave out `--task binary`"), "{error}");
}

#[test]
fn sample_weights_can_have_another_name() {
    let named = |name: &str| NpzOptions { sample_weights: Some(name.into()), ..target("one") };
    let dataset = read("tables.npz", &named("truths"));
    assert_eq!(dataset.sample_weights, Some(vec![1.0, 0.0, 1.0, 1.0, 0.0, 1.0]));
    assert!(message(&named("negative")).contains("negative[4]: the weight '-0.5' is negative"));
    assert!(message(&named("zeros")).contains("array 'zeros': the sample weights leave nothing"));
    assert!(message(&named("short")).contains("it has 5 rows, and x has 6"));
    assert!(message(&named("column")).contains("give it one weight per row, (rows,)"));
    assert!(message(&named("weight")).contains("there is no array 'weight'"));
}

#[test]
fn missing_arrays_are_answered_with_those_there_are() {
    let contents = bytes("no_target.npz");
    let message = error_of(&contents, &NpzOptions::default()).to_string();
    assert!(message.starts_with("f.npz: there is no array 'y'; the arrays are x, labels; "));
    assert!(message.contains("--target ARRAY"), "{message}");
    let other = archive(&[("data.npy", CompressionMethod::STORE, npy("<f8", "(1,)", &[0; 8]))]);
    let message = error_of(&other, &NpzOptions::default()).to_string();
    assert!(message.contains("no array 'x'; the arrays are data; save it as `np.savez"));
    let spreadsheet = archive(&[("a.xml", CompressionMethod::STORE, vec![1])]);
    let message = error_of(&spreadsheet, &NpzOptions::default()).to_string();
    assert!(message.contains("no array 'x'; the file has no arrays"), "{message}");
}

#[test]
fn types_that_are_no_real_numbers_are_named() {
    for (name, descr) in [
        ("complex", "<c16"),
        ("half", "<f2"),
        ("text", "<U1"),
        ("bytes", "|S1"),
        ("objects", "|O"),
        ("dates", "<M8[D]"),
        ("records", "[('shape', '<f8'), ('b', '<i4')]"),
    ] {
        let message = message(&target(name));
        let expected = format!("f.npz, array '{name}': its elements are of type '{descr}");
        assert!(message.starts_with(&expected), "{message}");
        assert!(message.contains(".astype('float64')"), "{message}");
    }
}

#[test]
fn numbers_that_cannot_be_used_are_named_with_their_index() {
    for (name, part) in [
        ("nan", "f.npz, nan[2, 1]: 'NaN' is not a finite number; "),
        ("infinite_fortran", "f.npz, infinite_fortran[3, 0]: '-inf' is not a finite number; "),
        ("large", "f.npz, large[3]: the whole number 9007199254740993 is beyond"),
        ("large_unsigned", "f.npz, large_unsigned[1]: the whole number 18446744073709551615"),
    ] {
        let message = message(&target(name));
        assert!(message.starts_with(part), "{message}");
    }
}

#[test]
fn shapes_that_do_not_fit_are_refused() {
    for (name, part) in [
        ("scalar", "it is a single number, and x has 6 rows"),
        ("short", "array 'short': the array's shape does not fit: it has 5 rows, and x has 6"),
        ("cube", "it is [6, 1, 2]; give it one target per row"),
        ("constant_column", "column '1': the column has the same value in every row"),
        ("zeros", "column '0': the column has the same value"),
    ] {
        let message = message(&target(name));
        assert!(message.contains(part), "{message}");
    }
    for (shape, count, part) in [
        ("(3,)", 3, "x.reshape(-1, 1)"),
        ("()", 1, "x.reshape(-1, 1)"),
        ("(0, 3)", 0, "there are no rows"),
        ("(2, 0)", 0, "no feature column"),
        ("(1, 2)", 2, "only one row"),
    ] {
        let x = npy("<f8", shape, &vec![0; 8 * count]);
        let message = error_of(&stored(x), &NpzOptions::default()).to_string();
        assert!(message.starts_with("f.npz, array 'x': ") && message.contains(part), "{message}");
    }
}

#[test]
fn tasks_that_do_not_fit_are_refused() {
    for (options, part) in [
        (with_task("one", Task::MultiClass), "one[1]: the target does not fit the task: classes"),
        (with_task("classes", Task::Binary), "use `--task multi-class`"),
        (with_task("truths", Task::MultiClass), "use `--task binary`"),
        (with_task("labels", Task::MultiClass), "multi-class has one target column, and there"),
        (with_task("classes", Task::MultiLabel), "classes[0]: the target does not fit the task"),
        (with_task("zeros", Task::Binary), "every row has the class '0'"),
    ] {
        let message = message(&options);
        assert!(message.contains(part), "{message}");
    }
    let many: Vec<u8> = (0..200_u16).flat_map(u16::to_le_bytes).collect();
    let contents = archive(&[
        ("x.npy", CompressionMethod::STORE, npy("|u1", "(200, 1)", &[1; 200])),
        ("y.npy", CompressionMethod::STORE, npy("<u2", "(200,)", &many)),
    ]);
    let error = error_of(&contents, &NpzOptions::default());
    assert_eq!(error.problem, DataProblem::TooManyCategories { distinct: 200, rows: 200 });
    assert!(error.remedy.contains("--task regression"), "{error}");
}

/// An array by hand, with a header of version 1.
fn npy(descr: &str, shape: &str, elements: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n");
    with_header(&header, elements)
}

fn with_header(header: &str, elements: &[u8]) -> Vec<u8> {
    let length = u16::try_from(header.len()).unwrap().to_le_bytes();
    [b"\x93NUMPY\x01\x00", &length[..], header.as_bytes(), elements].concat()
}

fn archive(files: &[(&str, CompressionMethod, Vec<u8>)]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut zip = ZipArchiveWriter::new(&mut out);
    for (name, method, contents) in files {
        let (mut entry, config) = zip.new_file(name).compression_method(*method).start().unwrap();
        let descriptor = if *method == CompressionMethod::DEFLATE {
            let encoder = DeflateEncoder::new(&mut entry, flate2::Compression::default());
            let mut writer = config.wrap(encoder);
            writer.write_all(contents).unwrap();
            let (encoder, descriptor) = writer.finish().unwrap();
            encoder.finish().unwrap();
            descriptor
        } else {
            let mut writer = config.wrap(&mut entry);
            writer.write_all(contents).unwrap();
            writer.finish().unwrap().1
        };
        entry.finish(descriptor).unwrap();
    }
    zip.finish().unwrap();
    out
}

fn stored(x: Vec<u8>) -> Vec<u8> {
    archive(&[("x.npy", CompressionMethod::STORE, x)])
}

#[test]
fn headers_that_promise_more_or_less_than_there_is() {
    let sixteen = [0; 16];
    for (descr, shape, part) in [
        ("<f8", "(2, 2)", "its header says (2, 2) elements of type '<f8', and 16 bytes follow"),
        ("<f8", "(1, 1)", "its header says (1, 1) elements"),
        ("<f8", "(4294967296, 4294967296, 4294967296)", "its header says (4294967296, 4294967296"),
        ("<f8", "(1000000000000, 1)", "and 16 bytes follow"),
        ("<f8", "(-1, 2)", "cannot be read"),
        ("<f8", "(99999999999999999999, 2)", "cannot be read"),
        ("<f8", "[2, 1]", "cannot be read"),
    ] {
        let message = error_of(&stored(npy(descr, shape, &sixteen)), &target("@features"));
        assert!(message.to_string().contains(part), "{message}");
    }
    for header in ["", "{}", "{'descr': '<f8'}", "((((((((((((((", "\u{e9}"] {
        let error = error_of(&stored(with_header(header, &sixteen)), &target("@features"));
        assert!(matches!(error.problem, DataProblem::Malformed(_)), "{error}");
    }
    // A header of 4 GiB.
    let long = [b"\x93NUMPY\x02\x00", &[255; 4][..], &[0; 64]].concat();
    let error = error_of(&stored(long), &target("@features"));
    assert!(error.to_string().contains("its header would have 4294967295 bytes"), "{error}");
    let other = error_of(&stored(b"PNG".to_vec()), &target("@features"));
    assert!(matches!(other.problem, DataProblem::Malformed(_)), "{other}");
}

#[test]
fn headers_of_version_2_and_of_python_2_are_read() {
    let header = "{'shape': (2L, 1L), 'descr': \"<i2\", 'fortran_order': False}";
    let first = with_header(header, &[1, 0, 2, 0]);
    let mut second = first.clone();
    second[6] = 2;
    second.splice(10..10, [0, 0]);
    for x in [first, second] {
        let dataset = read_npz(&stored(x), "f.npz", &target("@features")).unwrap();
        assert_eq!(dataset.features.to_matrix().unwrap().values(), [1.0, 2.0]);
    }
}

#[test]
fn a_size_that_the_packed_bytes_cannot_hold_is_refused_unread() {
    let x = npy("<f8", "(2, 1)", &[0; 16]);
    let mut contents = archive(&[("x.npy", CompressionMethod::DEFLATE, x)]);
    // The size in the central directory, 24 bytes into its record.
    let record = contents.windows(4).rposition(|bytes| bytes == b"PK\x01\x02").unwrap();
    contents[record + 24..record + 28].copy_from_slice(&[0, 0, 0, 127]);
    let error = error_of(&contents, &target("@features"));
    assert!(error.to_string().contains("cannot hold the 2130706432"), "{error}");
}

#[test]
fn other_packings_and_corrupt_bytes_are_refused() {
    let x = npy("<f8", "(2, 1)", &[0; 16]);
    let mut contents = stored(x);
    let record = contents.windows(4).rposition(|bytes| bytes == b"PK\x01\x02").unwrap();
    let element = contents.windows(2).position(|bytes| bytes == b"}\n").unwrap() + 4;
    let mut corrupt = contents.clone();
    corrupt[element] ^= 1;
    let error = error_of(&corrupt, &target("@features"));
    assert!(matches!(error.problem, DataProblem::Malformed(_)), "{error}");
    contents[record + 10] = 12;
    let error = error_of(&contents, &target("@features"));
    assert!(error.to_string().contains("it is packed with "), "{error}");
}

#[test]
fn a_file_that_is_cut_short_is_refused_wherever_it_is_cut() {
    for file in ["tables.npz", "images.npz"] {
        let contents = bytes(file);
        for end in (4..contents.len()).step_by(7) {
            let error = error_of(&contents[..end], &NpzOptions::default());
            assert!(matches!(error.problem, DataProblem::Malformed(_)), "{end}: {error}");
            assert!(error.remedy.contains("fetch it again"), "{error}");
        }
    }
}

#[test]
fn changed_bytes_never_panic() {
    let mut state = 1_u64;
    for file in ["images.npz", "fortran.npz", "no_target.npz"] {
        let contents = bytes(file);
        for _ in 0..4000 {
            let mut changed = contents.clone();
            for _ in 0..3 {
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                let at = (state >> 20) as usize % changed.len();
                changed[at] = (state >> 56) as u8;
            }
            let _ = read_npz(&changed, "f.npz", &NpzOptions::default());
        }
    }
}

/// Through the door of the user's files, where the format is told by the contents.
#[test]
fn files_are_recognised_by_their_contents() {
    let folder = tempfile::TempDir::new().unwrap();
    let source = |name: &str, contents: &[u8]| {
        let path: PathBuf = folder.path().join(name);
        std::fs::write(&path, contents).unwrap();
        losslab::data::DataSource::File {
            path,
            target: None,
            task: None,
            drop: vec![],
            categorical: vec![],
            keep_constant: false,
            sample_weights: None,
        }
    };
    let dataset = source("set.data", &bytes("images.npz")).load().unwrap();
    assert_eq!((dataset.name.as_str(), dataset.task), ("set", Task::MultiClass));
    let lone = source("x.npy", &npy("<f8", "(2, 1)", &[0; 16])).load().unwrap_err().to_string();
    assert!(lone.contains("a single NumPy array") && lone.contains("np.savez"), "{lone}");
    let mut with_columns = source("set.npz", &bytes("images.npz"));
    let losslab::data::DataSource::File { drop, .. } = &mut with_columns else { unreachable!() };
    drop.push("a".into());
    let message = with_columns.load().unwrap_err().to_string();
    assert!(message.contains("NPZ arrays have no columns to name"), "{message}");
}

/// What is 0 to 255, in single precision and in double precision, stored and deflated: read
/// in streams, again and again, until the file is another.
#[test]
fn features_stay_in_the_file_and_a_changed_one_is_told() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("set.npz");
    let rows = 30_000;
    let numbers: Vec<u16> = (0..rows * 3_u32).map(|i| (i * 7 % 251) as u16).collect();
    let encode = |descr: &str, numbers: &[u16]| -> Vec<u8> {
        let bytes = |number: &u16| match descr {
            "|u1" => vec![*number as u8],
            ">i2" => number.to_be_bytes().to_vec(),
            "<f4" => f32::from(*number).to_le_bytes().to_vec(),
            _ => f64::from(*number).to_le_bytes().to_vec(),
        };
        npy(descr, &format!("({rows}, 3)"), &numbers.iter().flat_map(bytes).collect::<Vec<u8>>())
    };
    let y: Vec<u8> = (0..rows).flat_map(|row| f64::from(row).to_le_bytes()).collect();
    let y = npy("<f8", &format!("({rows},)"), &y);
    let write = |method, x: Vec<u8>| {
        let y = ("y.npy", CompressionMethod::STORE, y.clone());
        std::fs::write(&path, archive(&[("x.npy", method, x), y])).unwrap();
    };
    let source = losslab::data::DataSource::File {
        path: path.clone(),
        target: None,
        task: None,
        drop: vec![],
        categorical: vec![],
        keep_constant: false,
        sample_weights: None,
    };
    let expected: Vec<f64> = numbers.iter().map(|&number| f64::from(number)).collect();
    for method in [CompressionMethod::STORE, CompressionMethod::DEFLATE] {
        for descr in ["|u1", ">i2", "<f4", "<f8"] {
            write(method, encode(descr, &numbers));
            let features = source.load().unwrap().features;
            assert!(matches!(features, losslab::data::FeatureRows::Npz(_)));
            for _ in 0..2 {
                assert_eq!(features.to_matrix().unwrap().values(), expected);
            }
            let mut other = numbers.clone();
            other[rows as usize * 3 - 1] ^= 1;
            write(method, encode(descr, &other));
            let message = features.to_matrix().unwrap_err().to_string();
            assert!(message.contains("set.npz: the file has changed"), "{message}");
            write(method, encode(if descr == "<f8" { "<f4" } else { "<f8" }, &numbers));
            let message = features.to_matrix().unwrap_err().to_string();
            assert!(message.contains("set.npz: the file has changed"), "{message}");
        }
    }
}
