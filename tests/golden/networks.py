"""Writes networks.json: small networks of every kind with their loss, gradient,
Hessian-vector and Gauss–Newton products by JAX in f64, checked by PyTorch.

    pip install -r benches/peers/requirements.txt
    python tests/golden/networks.py > tests/golden/networks.json

The cases and the objective are defined in cases.py. Nothing is written unless
PyTorch agrees on all four results to a relative 1e-11.
"""

import json
import sys

import jax
import numpy as np
import torch

import by_jax
import by_torch
import cases

TOLERANCE = 1e-11


def relative(a, b):
    return float(np.linalg.norm(np.asarray(a) - np.asarray(b)) / np.linalg.norm(b))


def golden(case):
    drawn = cases.draw(case)
    found, other = by_jax.evaluate(case, drawn), by_torch.evaluate(case, drawn)
    for name, expected in found.items():
        error = relative(other[name], expected)
        if not error <= TOLERANCE:
            sys.exit(f"{case.name}: JAX and PyTorch differ by a relative {error:.1e} in {name}")
        found[name] = np.asarray(expected).tolist()
    weight = drawn.sample_weight
    return {
        "name": case.name, "task": case.task, "loss": case.loss, "l2": case.l2, **case.criterion,
        "input": case.input, "layers": case.layers,
        "x": drawn.x.tolist(), "y": drawn.y.tolist(),
        "sample_weight": None if weight is None else weight.tolist(),
        "theta": drawn.theta.tolist(), "v": drawn.v.tolist(), **found,
    }


def main():
    versions = {"jax": jax.__version__, "torch": torch.__version__, "numpy": np.__version__}
    lines = [json.dumps(golden(case), separators=(",", ":")) for case in cases.GOLDEN]
    print(json.dumps(versions)[:-1] + ', "cases": [\n' + ",\n".join(lines) + "\n]}")


if __name__ == "__main__":
    main()
