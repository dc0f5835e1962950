//! Tables: what comes out of them, to the bit, however their bytes arrive.

use std::io::Write;

use losslab::data::{CsvOptions, Dataset, Targets, Task, embedded, read_csv};
use losslab::numerics::RowMatrix;
use sha2::{Digest, Sha256};

/// SHA-256 of all names and of the bits of all numbers.
fn digest(dataset: &Dataset) -> String {
    let mut hash = Sha256::new();
    for name in dataset.feature_names.iter().chain(&dataset.class_names) {
        hash.update(name);
        hash.update("\n");
    }
    let mut numbers = |values: &[f64]| values.iter().for_each(|v| hash.update(v.to_le_bytes()));
    numbers(dataset.features.to_matrix().unwrap().values());
    match &dataset.targets {
        Targets::Values(values) => numbers(values.values()),
        Targets::Classes(codes) => codes.iter().for_each(|&code| numbers(&[f64::from(code)])),
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The digests are those of the reader that held a table as text, at commit c97dff9.
#[test]
fn the_embedded_tables_keep_their_bits() {
    for (name, expected) in [
        ("california", "519211229f4931f22c1d5155dd65cefdca01068d4c7b08d7e2e0b3162035cbaa"),
        ("concrete", "b0fc765ff24d54ceeb3a65c56ca8d2250b3569b36b06def3b03ad41bfc14ddd5"),
        ("diabetes", "1c62d3e415dd7bab026102cf5b144da0d54817d74283b9310da1921db4a0d625"),
        ("wine", "abfd57eda074bbbe5783b18b3c953358e5cb94afc3c8317668c7ca4aa7dc7270"),
        ("spam", "de1bea53e47580b5bd60439f22ce9d15de21e51e79e2e90fb22ea37c5022ae8e"),
        ("breast-cancer", "d43fe30c39965962de121f914f99c1ab4300f1666dda365cea1035c928c21652"),
        ("iris", "de8a009e682f050ce89bfd775aa6e3109a2161ac35ebcffdb906895828d3d8e2"),
        ("digits", "8774898c985e366bcd79ebf6f1cc125577fb2cc053011878a19db6a20699983c"),
    ] {
        assert_eq!(digest(&embedded::load(name).unwrap()), expected, "{name}");
    }
}

fn read(text: &str, target: &str) -> Dataset {
    let options = CsvOptions { target: target.into(), ..CsvOptions::default() };
    let plain = read_csv(text.as_bytes(), "t.csv", &options).unwrap();
    let mut packed = flate2::write::GzEncoder::new(vec![], flate2::Compression::default());
    packed.write_all(text.as_bytes()).unwrap();
    let packed = read_csv(&packed.finish().unwrap(), "t.csv", &options).unwrap();
    assert_eq!(digest(&plain), digest(&packed));
    plain
}

/// Cells with line breaks lie across the blocks in which a file is read.
#[test]
fn rows_far_into_a_file_are_read_as_those_at_its_start() {
    const ROWS: usize = 30_000;
    for line_end in ["\n", "\r\n", "\r"] {
        let mut text = format!("kind,x,y{line_end}");
        for i in 0..ROWS {
            let kind = match i {
                29_990 => "late",
                29_995 => "\"Late, \"\"too\"\"\"",
                _ => ["\"a\nb\"", "\"a\r\nb\"", " plain "][i % 3],
            };
            text += &format!("{kind},{}e-3,{}{line_end}", i, i % 7);
        }
        let dataset = read(&text, "y");
        let names =
            ["kind=Late, \"too\"", "kind=a\nb", "kind=a\r\nb", "kind=late", "kind=plain", "x"];
        // Sorted as text: a carriage return is after a line feed.
        assert_eq!(dataset.feature_names, names);
        assert_eq!((dataset.rows(), dataset.task), (ROWS, Task::Regression));
        let features = dataset.features.to_matrix().unwrap();
        for (i, kind) in [(0, 1), (1, 2), (2, 4), (29_990, 3), (29_995, 0), (29_999, 4)] {
            let mut row = [0.0; 6];
            row[kind] = 1.0;
            row[5] = format!("{i}e-3").parse().unwrap();
            assert_eq!(features.row(i), row, "{line_end:?}, row {i}");
        }
        let targets = (0..ROWS).map(|i| (i % 7) as f64).collect();
        assert_eq!(dataset.targets, Targets::Values(RowMatrix::from_rows(ROWS, 1, targets)));
    }
}

/// A defect near the end of the file outranks one of another kind at its start.
#[test]
fn of_several_defects_the_first_kind_is_told() {
    let message = |row_4: &str, drop: &str| {
        let text = format!("a,b,y\n1,5,nan\n2,,11\n3,7,{row_4}\n");
        let options =
            CsvOptions { target: "y".into(), drop: vec![drop.into()], ..Default::default() };
        read_csv(text.as_bytes(), "t.csv", &options).unwrap_err().to_string()
    };
    assert!(message("12,13", "q").contains("line 4, column 'y': the row has 4 cells"));
    assert!(message("12", "q").contains("line 1: there is no column 'q'"));
    assert!(message("12", "a").contains("line 3, column 'b': the value is missing"));
    assert!(message("12", "b").contains("line 2, column 'y': 'nan' is not a finite number"));
}
