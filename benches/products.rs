//! The product kernel beside the crate `gemm`, one thread each, on the shapes of a
//! gradient of the reference workloads: per layer, with 128 rows, `a Wᵀ`, `δᵀ a` and
//! `δ W`.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use gemm::Parallelism;
use losslab::lab::bench::Workload;
use losslab::model::{MatrixView, Right, Start, multiply, pack_transposed};

const ROWS: usize = 128;

/// A matrix over a slice as `gemm` takes it: entries, column stride, row stride.
type Strided<'a> = (&'a [f64], isize, isize);

/// `destination = left right`, or `destination += left right`.
fn by_gemm(
    destination: &mut [f64],
    [rows, columns, depth]: [usize; 3],
    left: Strided,
    right: Strided,
    add: bool,
) {
    assert_eq!(destination.len(), rows * columns);
    assert_eq!(left.0.len(), rows * depth);
    assert_eq!(right.0.len(), depth * columns);
    // SAFETY: the slices are as long as the shape says, and each pair of strides is
    // that of a row-major matrix of this shape or of its transpose.
    unsafe {
        gemm::gemm(
            rows,
            columns,
            depth,
            destination.as_mut_ptr(),
            1,
            columns as isize,
            add,
            left.0.as_ptr(),
            left.1,
            left.2,
            right.0.as_ptr(),
            right.1,
            right.2,
            1.0,
            1.0,
            false,
            false,
            false,
            Parallelism::None,
        );
    }
}

fn products(criterion: &mut Criterion) {
    let mut shapes: Vec<[usize; 2]> = Vec::new();
    for workload in Workload::ALL {
        shapes.extend(workload.widths().windows(2).map(|pair| [pair[1], pair[0]]));
    }
    for [outputs, inputs] in shapes {
        let numbers =
            |length: usize| (0..length).map(|i| (i % 7) as f64 - 3.0).collect::<Vec<f64>>();
        let (weight, a, delta) =
            (numbers(outputs * inputs), numbers(ROWS * inputs), numbers(ROWS * outputs));
        let mut packed = numbers(outputs * inputs);
        pack_transposed(&weight, outputs, inputs, &mut packed);
        let [mut z, mut gradient, mut below] =
            [numbers(ROWS * outputs), numbers(outputs * inputs), numbers(ROWS * inputs)];
        let (n, m) = (inputs as isize, outputs as isize);

        // Whole numbers: every sum is exact.
        let left = MatrixView::row_major(&a, ROWS, inputs);
        let right = Right::Packed { values: &packed, columns: outputs };
        multiply(&mut z, left, right, Start::Zero);
        let mut other = z.clone();
        by_gemm(&mut other, [ROWS, outputs, inputs], (&a, 1, n), (&weight, n, 1), false);
        assert_eq!(z, other, "the products differ");

        let mut group = criterion.benchmark_group(format!("{ROWS}x{inputs} to {outputs}"));
        group.throughput(Throughput::Elements(2 * (ROWS * inputs * outputs) as u64));
        group.bench_function("a Wt, losslab", |bench| {
            let right = Right::Packed { values: &packed, columns: outputs };
            let left = MatrixView::row_major(&a, ROWS, inputs);
            bench.iter(|| multiply(black_box(&mut z), left, right, Start::Zero));
        });
        group.bench_function("a Wt, gemm", |bench| {
            let shape = [ROWS, outputs, inputs];
            bench.iter(|| by_gemm(black_box(&mut z), shape, (&a, 1, n), (&weight, n, 1), false));
        });
        group.bench_function("dt a, losslab", |bench| {
            let right = Right::Rows { values: &a, columns: inputs };
            let left = MatrixView::row_major(&delta, ROWS, outputs).transposed();
            bench.iter(|| multiply(black_box(&mut gradient), left, right, Start::Destination));
        });
        group.bench_function("dt a, gemm", |bench| {
            let shape = [outputs, inputs, ROWS];
            let (left, right) = ((delta.as_slice(), m, 1), (a.as_slice(), 1, n));
            bench.iter(|| by_gemm(black_box(&mut gradient), shape, left, right, true));
        });
        group.bench_function("d W, losslab", |bench| {
            let right = Right::Rows { values: &weight, columns: inputs };
            let left = MatrixView::row_major(&delta, ROWS, outputs);
            bench.iter(|| multiply(black_box(&mut below), left, right, Start::Zero));
        });
        group.bench_function("d W, gemm", |bench| {
            let shape = [ROWS, inputs, outputs];
            let (left, right) = ((delta.as_slice(), 1, m), (weight.as_slice(), 1, n));
            bench.iter(|| by_gemm(black_box(&mut below), shape, left, right, false));
        });
        group.finish();
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(500));
    targets = products
}
criterion_main!(benches);
