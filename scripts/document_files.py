"""The files that the documents take for granted: tables, arrays, images and weights of the reader.

`FILES` has, for every name that a command may mention, what makes it from its path and the program.
"""

import csv
import gzip
import io
import math
import random
import shutil
import struct
import subprocess
import tempfile
import zipfile
from array import array
from collections.abc import Callable
from pathlib import Path

ROWS = 200


def table(path: Path, columns: dict[str, Callable[[random.Random, int], object]]) -> None:
    """A CSV table, packed if its name says so."""
    numbers = random.Random(path.name)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for row in range(ROWS):
        writer.writerow([column(numbers, row) for column in columns.values()])
    data = text.getvalue().encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)


def number(scale: float) -> Callable[[random.Random, int], object]:
    """A column of random numbers."""
    return lambda numbers, _: round(numbers.gauss(scale, scale / 3), 3)


def one_of(*values: object) -> Callable[[random.Random, int], object]:
    """A column of values drawn at random."""
    return lambda numbers, _: numbers.choice(values)


def identity(_: random.Random, row: int) -> object:
    """A column that numbers the rows."""
    return row


def houses(path: Path, _: Path) -> None:
    """Houses with a price and a rent."""
    table(path, {
        "id": identity,
        "area": number(90),
        "rooms": one_of(1, 2, 3, 4, 5, 6),
        "heating": one_of("gas", "oil", "wood"),
        "age": number(40),
        "count": one_of(1, 2, 3),
        "price": number(300),
        "rent": number(12),
    })


def flowers(path: Path, _: Path) -> None:
    """Flowers of three species."""
    table(path, {
        "id": identity,
        "petal": number(4),
        "sepal": number(6),
        "species": one_of("setosa", "versicolor", "virginica"),
    })


def weather(path: Path, _: Path) -> None:
    """Days with rain, wind or fog."""
    table(path, {
        "pressure": number(1013),
        "temperature": number(15),
        "rain": one_of(0, 1),
        "wind": one_of(0, 1),
        "fog": one_of(0, 1),
    })


def npy(kind: str, shape: tuple[int, ...], values: array) -> bytes:
    """An array in NumPy's format, version 1.0."""
    header = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}"
    header += " " * (-(10 + len(header) + 1) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + values.tobytes()


def npz(path: Path, arrays: dict[str, bytes]) -> None:
    """Arrays in one archive."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in arrays.items():
            archive.writestr(f"{name}.npy", data)


def regression_arrays(path: Path, _: Path) -> None:
    """Arrays x with four features and y."""
    numbers = random.Random(1)
    x = array("d", (numbers.gauss(0, 1) for _ in range(4 * ROWS)))
    y = array("d", (math.sin(x[4 * row]) + x[4 * row + 1] for row in range(ROWS)))
    npz(path, {"x": npy("<f8", (ROWS, 4), x), "y": npy("<f8", (ROWS,), y)})


def images(path: Path, _: Path) -> None:
    """Images of 8 × 8 pixels with classes."""
    numbers = random.Random(2)
    x = array("d", (numbers.random() for _ in range(64 * ROWS)))
    y = array("q", (numbers.randrange(3) for _ in range(ROWS)))
    npz(path, {"x": npy("<f8", (ROWS, 8, 8), x), "y": npy("<i8", (ROWS,), y)})


def idx_images(path: Path, _: Path) -> None:
    """Images of 8 × 8 bytes as MNIST has them."""
    numbers = random.Random(3)
    path.write_bytes(gzip.compress(struct.pack(">4I", 0x803, ROWS, 8, 8) + numbers.randbytes(64 * ROWS)))


def idx_labels(path: Path, _: Path) -> None:
    """Their labels."""
    numbers = random.Random(4)
    labels = bytes(numbers.randrange(3) for _ in range(ROWS))
    path.write_bytes(gzip.compress(struct.pack(">2I", 0x801, ROWS) + labels))


def digits_weights(seed: int) -> Callable[[Path, Path], None]:
    """Weights of a network on the digits, trained a little."""

    def make(path: Path, losslab: Path) -> None:
        with tempfile.TemporaryDirectory() as folder:
            asked = ["train", "-p", "digits", "--seed", str(seed), "--iterations", "5", "-q", "-o", folder]
            subprocess.run([losslab, *asked], check=True, stdout=subprocess.DEVNULL)
            shutil.copy(Path(folder) / "weights.safetensors", path)

    return make


def iterates(path: Path, losslab: Path) -> None:
    """A folder with the iterates of a run."""
    path.mkdir()
    for iteration in range(1, 5):
        with tempfile.TemporaryDirectory() as folder:
            asked = ["train", "-p", "digits", "--iterations", str(iteration), "-q", "-o", folder]
            subprocess.run([losslab, *asked], check=True, stdout=subprocess.DEVNULL)
            shutil.copy(Path(folder) / "weights.safetensors", path / f"epoch-{iteration}.safetensors")


def quick_start(path: Path, losslab: Path) -> None:
    """The quick start's results, from a small part of its budget."""
    asked = ["compare", "--budget", "10", "--seeds", "1", "-q", "-o", path]
    subprocess.run([losslab, *asked], check=True, stdout=subprocess.DEVNULL)


def committed(path: Path, _: Path) -> None:
    """Results that are in the repository, without what is not committed."""
    ignored = shutil.ignore_patterns("*.journal", "*.svg", "*.html")
    shutil.copytree(Path(__file__).resolve().parent.parent / "results" / path.name, path, ignore=ignored)


FILES: dict[str, Callable[[Path, Path], None]] = {
    "houses.csv": houses,
    "houses.csv.gz": houses,
    "flowers.csv": flowers,
    "flowers.csv.gz": flowers,
    "weather.csv": weather,
    "arrays.npz": regression_arrays,
    "images.npz": images,
    "images-idx3-ubyte.gz": idx_images,
    "labels-idx1-ubyte.gz": idx_labels,
    "mine.safetensors": digits_weights(0),
    "a.safetensors": digits_weights(1),
    "b.safetensors": digits_weights(2),
    "c.safetensors": digits_weights(3),
    "epochs": iterates,
    "results/quickstart": quick_start,
    "results/which_optimizer": committed,
    "results/landscape_paths": committed,
}
