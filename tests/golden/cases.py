"""The table of small networks that losslab is checked on, and their random data.

A case is a problem as it stands in a specification (layers, loss, penalty) with
the number of rows. `GOLDEN` is written to networks.json by networks.py; `ALL`,
which benches/peers/agree.py walks through, adds every activation with every loss
and larger networks. A new kind is a new line in one of the two lists.

The objective of every case:

    f(θ) = Σᵢ wᵢ ℓ(zᵢ, yᵢ) / Σᵢ wᵢ + (λ/2) Σ weight²

wᵢ is the row's sample weight times the class weight of its class. For several
labels per row the class weights multiply the outputs' terms instead, and are no
part of wᵢ. The penalty counts each stored weight once and no bias. θ runs layer
by layer: the weight, [outputs, inputs] or [out, in, height, width], row by row,
then the bias.
"""

import math
import zlib
from dataclasses import dataclass, field

import numpy as np

ACTIVATIONS = ["identity", "tanh", "sigmoid", "relu", "leaky-relu", "softplus", "elu", "gelu",
               "silu", "sin"]
CRITERION_KEYS = ["huber_delta", "smoothing", "label_smoothing", "class_weights"]


@dataclass
class Case:
    """One network with its loss; `criterion` holds some of `CRITERION_KEYS`."""

    name: str
    input: list
    layers: list
    task: str
    loss: str
    l2: float = 0.0
    rows: int = 6
    weighted: bool = False
    criterion: dict = field(default_factory=dict)
    hidden: list = None  # set where `hidden` and `activation` say the same as `layers`


@dataclass
class Drawn:
    """The random part of a case. All numbers have few decimals."""

    x: np.ndarray
    y: np.ndarray
    sample_weight: np.ndarray
    theta: np.ndarray
    v: np.ndarray


# --- layers ---------------------------------------------------------------------


def dense(units, activation=None, **more):
    return {"kind": "dense", "units": units} | named(activation) | more


def again(share, activation=None, **more):
    """The weight and bias of layer `share` once more."""
    return {"kind": "dense", "share": share} | named(activation) | more


def conv(channels, kernel, activation=None, stride=1, padding=0, **more):
    layer = {"kind": "conv2d", "channels": channels, "kernel": kernel, "stride": stride}
    return layer | {"padding": padding} | named(activation) | more


def pool(kind, kernel, stride):
    return {"kind": f"{kind}_pool2d", "kernel": kernel, "stride": stride}


def named(activation):
    return {} if activation is None else {"activation": activation}


FLATTEN = {"kind": "flatten"}


def mlp(name, widths, activation, task, loss, **more):
    """A fully connected network: `widths` from input to output."""
    layers = [dense(units, activation) for units in widths[1:-1]] + [dense(widths[-1])]
    hidden = widths[1:-1] or None
    return Case(name, [widths[0]], layers, task, loss, hidden=hidden, **more)


# --- shapes and tensors ---------------------------------------------------------


def pair(number):
    return list(number) if isinstance(number, (list, tuple)) else [number, number]


def shapes(case):
    """The shape after each layer, the input's first."""
    found = [list(case.input)]
    weights = {}
    for i, layer in enumerate(case.layers):
        shape = found[-1]
        if layer["kind"] == "dense":
            if "share" in layer:
                outputs, inputs = weights[layer["share"]]
                outputs, inputs = (inputs, outputs) if layer.get("transpose") else (outputs, inputs)
                assert [inputs] == shape, f"{case.name}, layer {i}: {shape} into {inputs}"
            else:
                outputs = layer["units"]
                weights[i] = outputs, shape[0]
            found.append([outputs])
        elif layer["kind"] == "flatten":
            found.append([math.prod(shape)])
        else:
            padding, stride = layer.get("padding", 0), layer["stride"]
            size = [(s + 2 * padding - k) // stride + 1
                    for s, k in zip(shape[1:], pair(layer["kernel"]))]
            found.append([layer.get("channels", shape[0]), *size])
    return found


def tensors(case):
    """Names and shapes of the stored tensors, in the order of θ."""
    found = []
    sizes = shapes(case)
    for i, layer in enumerate(case.layers):
        outputs = sizes[i + 1][0]
        own_bias = layer.get("bias", True)
        if layer["kind"] == "conv2d":
            kernel = pair(layer["kernel"])
            found.append((f"layers.{i}.weight", [outputs, sizes[i][0], *kernel]))
        elif layer["kind"] == "dense" and "share" not in layer:
            found.append((f"layers.{i}.weight", [outputs, sizes[i][0]]))
        else:
            own_bias = own_bias and layer.get("transpose", False)
        if own_bias:
            found.append((f"layers.{i}.bias", [outputs]))
    return found


def unflatten(case, flat):
    """A flat vector as a dictionary of tensors; works on any kind of array."""
    found, offset = {}, 0
    for name, shape in tensors(case):
        size = math.prod(shape)
        found[name] = flat[offset : offset + size].reshape(shape)
        offset += size
    assert offset == len(flat), f"{case.name}: θ has {len(flat)} entries, the network {offset}"
    return found


def row_weights(case, drawn):
    """wᵢ: sample weight times the weight of the row's class."""
    weights = drawn.sample_weight
    weights = np.ones(case.rows) if weights is None else weights
    if "class_weights" in case.criterion and case.task != "multi-label":
        weights = weights * np.array(case.criterion["class_weights"])[drawn.y]
    return weights


def smoothed_targets(case, y):
    """Labels as probabilities, one column per output."""
    smoothing = case.criterion.get("label_smoothing", 0.0)
    outputs = shapes(case)[-1][0]
    if case.task == "multi-class":
        return (1.0 - smoothing) * np.eye(outputs)[y] + smoothing / outputs
    return (1.0 - smoothing) * y.reshape(case.rows, -1) + smoothing / 2.0


def draw(case, seed=0):
    """Data, θ and v from a stream of the case's own."""
    random = np.random.default_rng([seed, zlib.crc32(case.name.encode())])
    outputs = shapes(case)[-1][0]
    x = random.normal(size=(case.rows, math.prod(case.input))).round(3)
    if case.task == "regression":
        y = random.normal(size=(case.rows, outputs)).round(3)
    elif case.task == "multi-label":
        y = random.integers(0, 2, size=(case.rows, outputs))
        y[0], y[1] = 0, 1  # both values in every column
    else:
        classes = 2 if case.task == "binary" else outputs
        y = random.permutation(np.arange(case.rows) % classes)
    sample_weight = random.uniform(0.5, 2.0, case.rows).round(3) if case.weighted else None
    parts = []
    for name, shape in tensors(case):
        fan_in = math.prod(shape[1:]) if name.endswith("weight") else 9
        parts.append(random.normal(size=math.prod(shape)) / math.sqrt(fan_in))
    theta = np.concatenate(parts).round(4)
    v = random.normal(size=theta.size).round(3)
    return Drawn(x, y, sample_weight, theta, v)


# --- the table ------------------------------------------------------------------

SMOOTHED_CLASSES = {"label_smoothing": 0.1, "class_weights": [1.0, 2.0, 0.5]}

# (name, task, loss, outputs, criterion)
LOSSES = [
    ("squared-error", "regression", "squared-error", 2, {}),
    ("huber", "regression", "huber", 2, {"huber_delta": 0.7}),
    ("absolute-error", "regression", "absolute-error", 2, {"smoothing": 0.1}),
    ("cross-entropy", "multi-class", "cross-entropy", 3, {}),
    ("cross-entropy-smoothed-weighted", "multi-class", "cross-entropy", 3, SMOOTHED_CLASSES),
    ("binary", "binary", "binary-cross-entropy", 1, {}),
    ("binary-smoothed-weighted", "binary", "binary-cross-entropy", 1,
     {"label_smoothing": 0.1, "class_weights": [0.6, 1.7]}),
    ("multi-label", "multi-label", "binary-cross-entropy", 3, {}),
    ("multi-label-smoothed-weighted", "multi-label", "binary-cross-entropy", 3,
     {"label_smoothing": 0.1, "class_weights": [0.5, 1.0, 3.0]}),
]

CE, BCE, SE = "cross-entropy", "binary-cross-entropy", "squared-error"


def activation_cases():
    for i, activation in enumerate(ACTIVATIONS):
        task, loss, outputs = [("multi-class", CE, 3), ("regression", SE, 2)][i % 2]
        yield mlp(f"activation-{activation}", [3, 4, 3, outputs], activation, task, loss, l2=0.01)


def loss_cases():
    for name, task, loss, outputs, criterion in LOSSES:
        yield mlp(f"loss-{name}", [3, 4, outputs], "tanh", task, loss, criterion=criterion)
        if criterion or name == "squared-error":
            yield mlp(f"loss-{name}-rows-weighted", [3, 4, outputs], "softplus", task, loss,
                      criterion=criterion, weighted=True, l2=0.02)


def grid():
    """Every activation with every loss, larger than in the golden file."""
    for name, task, loss, outputs, criterion in LOSSES:
        for activation in ACTIVATIONS:
            yield mlp(f"{activation} × {name}", [6, 12, 7, outputs], activation, task, loss,
                      rows=23, weighted=activation in ("tanh", "gelu"), l2=1e-3,
                      criterion=criterion)


GOLDEN = [
    *activation_cases(),
    *loss_cases(),
    # labels fitted by squared error
    mlp("labels-one-hot", [3, 4, 3], "tanh", "multi-class", SE),
    mlp("labels-zero-one", [3, 4, 1], "tanh", "binary", SE, l2=0.01),
    # fully connected, special shapes
    mlp("linear", [4, 3], "tanh", "multi-class", CE, l2=0.1),
    mlp("one-row", [3, 4, 1], "sin", "regression", SE, rows=1),
    Case("output-tanh", [3], [dense(4, "silu"), dense(2, "tanh")], "regression", SE),
    Case("no-bias", [3], [dense(4, "tanh", bias=False), dense(3, bias=False)], "multi-class", CE,
         l2=0.05),
    # shared parameters
    Case("recurrent", [3], [dense(4, "tanh"), dense(4, "tanh"), again(1, "tanh"), again(1, "tanh"),
                            dense(2)], "regression", SE, l2=0.05, weighted=True),
    Case("recurrent-other-activation", [4], [dense(4, "gelu"), again(0, "sin"), dense(3)],
         "multi-class", CE, l2=0.05, criterion=SMOOTHED_CLASSES),
    Case("recurrent-output", [3], [dense(3, "tanh", bias=False), again(0, "tanh"), again(0)],
         "regression", "huber", l2=0.05, criterion={"huber_delta": 0.8}),
    Case("tied-autoencoder", [5], [dense(3, "tanh"), again(0, transpose=True)], "regression", SE,
         l2=0.05),
    Case("tied-autoencoder-deep", [5], [dense(4, "softplus"), dense(2, "tanh"),
                                        again(1, "softplus", transpose=True),
                                        again(0, transpose=True)],
         "regression", SE, l2=0.05, weighted=True),
    Case("tied-autoencoder-no-bias", [4], [dense(3, "tanh", bias=False),
                                           again(0, transpose=True, bias=False)],
         "regression", SE, l2=0.05),
    # convolutions and pools
    Case("conv", [1, 4, 4], [conv(2, 3, "tanh"), FLATTEN, dense(3)], "multi-class", CE, l2=0.02),
    Case("conv-padding", [1, 4, 3], [conv(2, 3, "gelu", padding=1), FLATTEN, dense(1)],
         "regression", SE, l2=0.02),
    Case("conv-stride", [2, 6, 5], [conv(2, 2, "sin", stride=2), FLATTEN, dense(3)], "multi-class",
         CE, criterion=SMOOTHED_CLASSES, weighted=True),
    Case("conv-stride-padding", [1, 6, 5], [conv(2, [3, 2], "elu", stride=2, padding=2), FLATTEN,
                                            dense(1)], "binary", BCE, l2=0.02),
    Case("conv-no-bias", [1, 4, 4], [conv(2, [2, 3], "silu", bias=False), FLATTEN, dense(2)],
         "regression", "absolute-error", criterion={"smoothing": 0.2}),
    Case("conv-twice", [1, 6, 6], [conv(2, 3, "softplus", padding=1, stride=2), conv(3, 2, "tanh"),
                                   FLATTEN, dense(2)], "regression", SE, l2=0.02),
    Case("avg-pool", [1, 6, 6], [conv(2, 3, "tanh", padding=1), pool("avg", 2, 2), FLATTEN,
                                 dense(3)], "multi-class", CE, l2=0.02),
    Case("avg-pool-overlapping", [1, 6, 5], [conv(2, 2, "sigmoid"), pool("avg", [3, 2], 1), FLATTEN,
                                             dense(1)], "binary", BCE),
    Case("avg-pool-first", [2, 5, 5], [pool("avg", 2, 2), conv(2, 2, "leaky-relu"), FLATTEN,
                                       dense(2)], "regression", SE),
    Case("max-pool", [1, 6, 6], [conv(2, [3, 3], "gelu", padding=1), pool("max", 2, 2), FLATTEN,
                                 dense(4, "tanh"), dense(3)], "multi-class", CE, l2=0.02),
    Case("max-pool-overlapping", [1, 5, 6], [conv(2, 2, "tanh"), pool("max", 3, 1), FLATTEN,
                                             dense(2)], "regression", SE, weighted=True),
    Case("max-pool-rest", [1, 6, 6], [conv(2, 2, "silu"), pool("max", 2, 2), FLATTEN, dense(3)],
         "multi-label", BCE, criterion={"class_weights": [0.5, 1.0, 3.0]}),
    Case("conv-output", [1, 5, 5], [conv(2, 2, "tanh"), conv(3, 1, "identity"), pool("avg", 4, 1),
                                    FLATTEN], "multi-class", CE, l2=0.02),
]

LARGER = [
    Case("conv-max-conv-avg", [2, 9, 8],
         [conv(5, 3, "relu", padding=1), pool("max", 2, 2), conv(6, [2, 3], "gelu"),
          pool("avg", 2, 1), FLATTEN, dense(10, "tanh"), dense(4)],
         "multi-class", CE, l2=1e-3, rows=13, weighted=True,
         criterion={"label_smoothing": 0.05, "class_weights": [1.0, 0.3, 2.0, 1.5]}),
    Case("conv-wide-stride", [3, 11, 10],
         [conv(4, [5, 4], "elu", stride=3, padding=2), FLATTEN, dense(8, "silu"), dense(2)],
         "regression", "huber", l2=1e-3, rows=17, criterion={"huber_delta": 0.5}),
    Case("conv-recurrent-tail", [1, 6, 6],
         [conv(3, 3, "tanh"), pool("max", 2, 2), FLATTEN, dense(12, "tanh"), dense(12, "tanh"),
          again(4, "tanh"), again(4, "sin"), dense(3)],
         "multi-label", BCE, l2=1e-3, rows=11),
    Case("recurrent-long", [5],
         [dense(9, "tanh"), dense(9, "tanh"), *[again(1, "tanh") for _ in range(6)], dense(2)],
         "regression", "absolute-error", l2=1e-3, rows=19, criterion={"smoothing": 0.05}),
    Case("tied-autoencoder-three", [12],
         [dense(9, "gelu"), dense(6, "tanh"), dense(3, "tanh"), again(2, "tanh", transpose=True),
          again(1, "gelu", transpose=True), again(0, transpose=True)],
         "regression", SE, l2=1e-3, rows=30, weighted=True),
]

ALL = GOLDEN + LARGER + list(grid())
