//! Products against their definition, to the bit, and what is refused.

use super::*;

fn entries(count: usize, shift: usize) -> Vec<f64> {
    (0..count).map(|i| ((i * 37 + shift) % 101) as f64 / 17.0 - 2.5).collect()
}

#[test]
fn products_match_hand_worked_numbers() {
    let a = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    let b = [7.0, 8.0, 9.0, 10.0, 11.0, 12.0];
    let mut c = [0.0; 4];
    let left = MatrixView::row_major(&a, 2, 3);
    let right = Right::Rows { values: &b, columns: 2 };
    multiply(&mut c, left, right, Start::Zero);
    assert_eq!(c, [58.0, 64.0, 139.0, 154.0]);
    multiply(&mut c, left, right, Start::Destination);
    assert_eq!(c, [116.0, 128.0, 278.0, 308.0]);
    multiply(&mut c, left, right, Start::Bias(&[1.0, -1.0]));
    assert_eq!(c, [59.0, 63.0, 140.0, 153.0]);
}

/// Every entry against its definition, as one chain of fused multiply-adds:
/// equal to the bit, for every remainder of rows and columns.
#[test]
fn every_shape_has_the_bits_of_the_definition() {
    for rows in (1..=18).chain([37]) {
        for columns in (1..=27).chain([48, 50]) {
            for depth in [0, 1, 5, 7] {
                let (a, b) = (entries(rows * depth, 1), entries(depth * columns, 2));
                let start = entries(rows * columns, 3);
                let mut expected = start.clone();
                for i in 0..rows {
                    for j in 0..columns {
                        for k in 0..depth {
                            let e = &mut expected[i * columns + j];
                            *e = a[i * depth + k].mul_add(b[k * columns + j], *e);
                        }
                    }
                }
                let mut transposed = vec![0.0; b.len()];
                for k in 0..depth {
                    for j in 0..columns {
                        transposed[j * depth + k] = b[k * columns + j];
                    }
                }
                let mut packed = vec![0.0; b.len()];
                pack_transposed(&transposed, columns, depth, &mut packed);
                let mut left_transposed = vec![0.0; a.len()];
                for i in 0..rows {
                    for k in 0..depth {
                        left_transposed[k * rows + i] = a[i * depth + k];
                    }
                }
                let left = MatrixView::row_major(&a, rows, depth);
                let other = MatrixView::row_major(&left_transposed, depth, rows).transposed();
                for left in [left, other] {
                    for right in [
                        Right::Rows { values: &b, columns },
                        Right::Packed { values: &packed, columns },
                    ] {
                        let mut found = start.clone();
                        multiply(&mut found, left, right, Start::Destination);
                        assert_eq!(found, expected, "{rows} × {columns} × {depth}");
                    }
                }
            }
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[test]
fn bits_do_not_depend_on_the_vector_instructions() {
    let (rows, width, depth) = (13, 43, 29);
    let (a, b) = (entries(rows * depth, 6), entries(depth * width, 7));
    let bias = entries(width, 8);
    let mut found = [0; 3].map(|_| vec![0.0; rows * width]);
    let [plain, narrow, wide] = &mut found;
    fn product<'a>(
        a: &'a [f64],
        b: &'a [f64],
        bias: &'a [f64],
        out: &'a mut [f64],
    ) -> Product<'a, f64> {
        let (rows, width) = (out.len() / bias.len(), bias.len());
        let left = MatrixView::row_major(a, rows, a.len() / rows);
        let depth = a.len() / rows;
        let start = Start::Bias(bias);
        Product { rows, width, depth, left, right: b, start, destination: out, stride: width }
    }
    product(&a, &b, &bias, plain).with_simd(pulp::Scalar);
    if let Some(simd) = pulp::x86::V3::try_new() {
        simd.vectorize(|| product(&a, &b, &bias, narrow).with_simd(simd));
        assert_eq!(plain, narrow);
    }
    if let Some(simd) = pulp::x86::V4::try_new() {
        simd.vectorize(|| product(&a, &b, &bias, wide).with_simd(simd));
        assert_eq!(plain, wide);
    }
}

#[test]
fn one_column_is_eight_partial_sums() {
    for depth in [8, 9, 64, 67] {
        let (a, w) = (entries(3 * depth, 4), entries(depth, 5));
        let mut found = [10.0, 20.0, 30.0];
        let left = MatrixView::row_major(&a, 3, depth);
        let right = Right::Rows { values: &w, columns: 1 };
        multiply(&mut found, left, right, Start::Destination);
        for (i, found) in found.iter().enumerate() {
            let dot: f64 = (0..depth).map(|k| a[i * depth + k] * w[k]).sum();
            assert!((found - 10.0 * (i + 1) as f64 - dot).abs() < 1e-11);
        }
        // A column as the left operand, transposed: a row whose entries are its rows.
        let left = MatrixView::row_major(&w, depth, 1).transposed();
        let mut found = [0.0];
        multiply(&mut found, left, right, Start::Zero);
        let dot: f64 = w.iter().map(|w| w * w).sum();
        assert!((found[0] - dot).abs() < 1e-11);
    }
}

/// 8 (2⁶² + 1) is 8 in 64 bits: a shape whose size wraps around must not pass for one
/// that fits.
#[cfg(target_pointer_width = "64")]
#[test]
#[should_panic(expected = "does not fill")]
fn a_shape_whose_size_overflows_is_refused() {
    MatrixView::row_major(&[0.0; 8], 8, (1 << 62) + 1);
}

#[cfg(target_pointer_width = "64")]
#[test]
#[should_panic(expected = "does not fill")]
fn a_shape_whose_size_overflows_is_not_packed() {
    pack_transposed(&[0.0; 8], 8, (1 << 62) + 1, &mut [0.0; 8]);
}

#[cfg(target_pointer_width = "64")]
#[test]
#[should_panic(expected = "inner dimensions differ")]
fn a_right_operand_whose_size_overflows_is_refused() {
    let left = MatrixView::row_major(&[0.0; 4], 1, 4);
    let right = Right::Rows { values: &[], columns: 1 << 62 };
    multiply(&mut [], left, right, Start::Zero);
}
