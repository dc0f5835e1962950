"""The three reference workloads, and the loop in which a peer is measured on them.

All are tanh networks on one whole data set, with the penalty ½ λ ‖W‖² on weights.
Features, and the target of the regression, are standardised over the rows used;
a constant feature is only centred.
"""

import gzip
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np

DATA = Path(__file__).resolve().parents[2] / "data"
L2 = 1e-4
NAMES = ["digits", "mnist5k", "tabular"]
MEASURES = ["value", "gradient", "hessian_vector", "gauss_newton_vector", "block8"]


@dataclass
class Workload:
    """`y` holds class indices, or one column of targets for a regression."""

    name: str
    widths: list
    x: np.ndarray
    y: np.ndarray
    classes: bool

    def weights(self, seed, scale=1.0):
        """(weight [outputs, inputs], bias) per layer; from one seed the same for all peers."""
        random = np.random.default_rng(seed)
        layers = []
        for inputs, outputs in zip(self.widths, self.widths[1:]):
            weight = random.normal(size=(outputs, inputs)) * scale / np.sqrt(inputs)
            layers.append((weight, 0.1 * scale * random.normal(size=outputs)))
        return layers


def standardised(columns):
    spread = columns.std(axis=0)
    return (columns - columns.mean(axis=0)) / np.where(spread > 0.0, spread, 1.0)


def table(file):
    with gzip.open(DATA / file, "rt") as lines:
        rows = np.loadtxt(lines, delimiter=",", skiprows=1)
    return rows[:, :-1], rows[:, -1]


def idx(file):
    data = gzip.decompress((DATA / file).read_bytes())
    dimensions = data[3]
    shape = np.frombuffer(data, ">u4", dimensions, 4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * dimensions).reshape(shape)


def load(name):
    if name == "digits":
        x, y = table("digits.csv.gz")
        return Workload(name, [64, 128, 64, 10], standardised(x), y.astype(np.int64), True)
    if name == "mnist5k":
        images = idx("mnist5k-images-idx3-ubyte.gz")
        labels = idx("mnist5k-labels-idx1-ubyte.gz").astype(np.int64)
        x = images.reshape(len(images), -1).astype(float)
        return Workload(name, [784, 256, 128, 10], standardised(x), labels, True)
    x, y = table("california_housing.csv.gz")
    x, y = standardised(x[:16512]), standardised(y[:16512, None])
    return Workload(name, [8, 64, 64, 1], x, y, False)


def milliseconds(call, seconds):
    """The median duration of a call, of at least three and as many as fit in `seconds`."""
    call()
    found, end = [], time.perf_counter() + seconds
    while len(found) < 3 or time.perf_counter() < end:
        start = time.perf_counter()
        call()
        found.append(1e3 * (time.perf_counter() - start))
    return median(found)


def serve(versions, prepare):
    """Measures workloads as they are asked for on standard input, one JSON line each.

    `prepare(workload)` gives the functions to time by name, and the value and the
    norm of the gradient, which all peers must agree on.
    """
    print(json.dumps(versions), flush=True)
    prepared = {}
    for line in sys.stdin:
        asked = json.loads(line)
        name = asked["workload"]
        if name not in prepared:
            prepared[name] = prepare(load(name))
        calls, check = prepared[name]
        answer = {f"{measure}_ms": milliseconds(call, asked["seconds"])
                  for measure, call in calls.items()}
        print(json.dumps(answer | {"check": check}), flush=True)
