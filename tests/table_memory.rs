//! What a large table takes of memory while it is loaded: its targets and a key per row.

use std::alloc::System;
use std::fmt::Write;

use losslab::data::{DataSource, FeatureRows, Targets};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const ROWS: usize = 200_000;
const COLUMNS: usize = 20;

/// Row `i` has the value of `feature(i, j)` in column `j`, with three decimals.
fn feature(i: usize, j: usize) -> usize {
    (i * 7919 + j * 104_729 + i * j) % 1_000_000
}

fn text() -> String {
    let mut text: String = (0..COLUMNS).map(|j| format!("x{j},")).collect();
    text += "kind,y\n";
    for i in 0..ROWS {
        for j in 0..COLUMNS {
            write!(text, "{}e-3,", feature(i, j)).unwrap();
        }
        writeln!(text, "{},{}.5", ["u", "v"][i % 2], i % 1000).unwrap();
    }
    text
}

/// All bytes that are ever asked for count here, so that the peak is lower still.
#[test]
fn a_large_table_is_loaded_without_its_features() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.csv");
    std::fs::write(&path, text()).unwrap();
    let source = DataSource::File {
        path,
        target: Some("y".into()),
        task: None,
        drop: vec![],
        categorical: vec![],
        keep_constant: false,
        sample_weights: None,
    };
    let region = Region::new(ALLOCATOR);
    let dataset = source.load().unwrap();
    let allocated = region.change().bytes_allocated;
    let targets = ROWS * size_of::<f64>();
    println!("{:.2} times the targets", allocated as f64 / targets as f64);
    assert!(allocated < 8 * targets, "{allocated} bytes, of {targets} for targets");

    assert!(matches!(dataset.features, FeatureRows::Csv(_)));
    let Targets::Values(values) = &dataset.targets else { panic!("classes") };
    assert!(values.column(0).eq((0..ROWS).map(|i| (i % 1000) as f64 + 0.5)));
    let features = dataset.features.to_matrix().unwrap();
    assert_eq!((features.rows(), features.columns()), (ROWS, COLUMNS + 2));
    for i in [0, 1, ROWS / 2, ROWS - 1] {
        let mut expected: Vec<f64> =
            (0..COLUMNS).map(|j| format!("{}e-3", feature(i, j)).parse().unwrap()).collect();
        expected.extend([f64::from(u8::from(i % 2 == 0)), f64::from(u8::from(i % 2 == 1))]);
        assert_eq!(features.row(i), expected, "row {i}");
    }
}
