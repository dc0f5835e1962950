"""Writes the NPZ files of tests/npz.rs: pip install numpy; python tests/data/arrays.py

Written with NumPy 2.4.6. The elements follow from their position, so that the test can
say what each is without reading this file.
"""

from pathlib import Path

import numpy as np

folder = Path(__file__).parent


def count(*shape):
    """0, 1, 2, … in C order."""
    return np.arange(np.prod(shape), dtype=np.float64).reshape(shape)


tables = {
    "x": count(6, 3) / 4,
    "y": (count(6, 2) ** 2 - 1).astype(np.float32),
    "sample_weight": np.array([1, 0, 2.5, 1, 1, 1]),
    "one": count(6) / 2,
    "classes": np.array([9, -3, 9, 10, -3, 10], dtype=np.int32),
    "classes_as_floats": np.array([9, -3, 9, 10, -3, 10], dtype=np.float32),
    "column": np.array([[1], [0], [1], [1], [0], [1]], dtype=np.uint8),
    "labels": np.array([[1, 0], [0, 0], [1, 1], [0, 1], [0, 0], [1, 1]]),
    "labels_as_floats": np.array([[1, 0], [0, 0], [1, 1], [0, 1], [0, 0], [1, 1.0]]),
    "truths": np.array([True, False, True, True, False, True]),
    "counts": np.array([[1, 2], [0, 0], [1, 1], [0, 1], [0, 0], [1, 1]]),
    # Not real numbers.
    "complex": np.zeros(6, dtype=np.complex128),
    "half": np.zeros(6, dtype=np.float16),
    "text": np.array(["a", "b", "a", "b", "a", "b"]),
    "bytes": np.array([b"a", b"b", b"a", b"b", b"a", b"b"]),
    "objects": np.array([None] * 6, dtype=object),
    "dates": np.array(["2020-01-01"] * 6, dtype="datetime64[D]"),
    "records": np.zeros(6, dtype=[("shape", "<f8"), ("b", "<i4")]),
    # Numbers that cannot be used.
    "nan": np.array([[0, 1], [2, 3], [4, np.nan], [6, 7], [8, 9], [0, 1]]),
    "infinite_fortran": np.asfortranarray([[0, 1], [2, 3], [4, 5], [-np.inf, 7], [8, 9], [0, 1]]),
    "large": np.array([0, 1, 2**53, 2**53 + 1, 4, 5]),
    "large_unsigned": np.array([0, 2**64 - 1, 1, 2, 3, 4], dtype=np.uint64),
    "negative": np.array([1, 1, 1, 1, -0.5, 1]),
    "zeros": np.zeros(6),
    # Shapes that do not fit.
    "scalar": np.array(3.0),
    "short": count(5),
    "cube": count(6, 1, 2),
    "constant_column": np.stack([np.arange(6.0), np.full(6, 2.0)], axis=1),
}
np.savez(folder / "tables.npz", **tables)

types = "f4 f8 i1 i2 i4 i8 u1 u2 u4 u8".split()
wide = {"x": count(3, 2)}
for name in types:
    for order, mark in [("little", "<"), ("big", ">")]:
        sign = 1 if name[0] == "u" else -1
        wide[f"{name}_{order}"] = np.array([0, 3, sign * 100], dtype=mark + name)
np.savez_compressed(folder / "types.npz", **wide)

# Three channels of 2 × 4 pixels, and single-channel images in Fortran's order.
np.savez_compressed(
    folder / "images.npz",
    x=count(5, 3, 2, 4).astype(np.uint8),
    y=np.array([2, 0, 1, 2, 0], dtype=np.int64),
)
np.savez(
    folder / "fortran.npz",
    x=np.asfortranarray(count(4, 2, 3).astype(np.float32)),
    y=np.asfortranarray(count(4, 2)),
)
np.savez(folder / "no_target.npz", x=count(4, 3), labels=count(4))
