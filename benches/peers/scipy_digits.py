"""Fused evaluations to a loss on the digits: losslab's solvers beside SciPy's.

    cargo build --release
    pip install -r benches/peers/requirements.txt
    python benches/peers/scipy_digits.py [--starts 10] [--solvers lbfgs,cg]

The network is 64-32-16-10 tanh with cross-entropy and an L2 penalty of 1e-4 on the
weights, on all 1797 images with pixels scaled to [0, 1]. Every start is drawn by losslab
and given to both. A run's cost is the number of evaluations of value and gradient when
an iterate first has the loss; for losslab, the passes it was charged. The table has the
median over starts, and the range.
"""

import argparse
import gzip
import json
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file
from scipy.optimize import minimize

ROOT = Path(__file__).resolve().parents[2]
TARGETS = [0.3, 0.1, 0.05]
WIDTHS = [64, 32, 16, 10]
L2 = 1e-4
PEERS = {"SciPy L-BFGS-B": "L-BFGS-B", "SciPy CG": "CG"}


def digits():
    with gzip.open(ROOT / "data" / "digits.csv.gz", "rt") as file:
        header = file.readline().strip().split(",")
        table = np.loadtxt(file, delimiter=",")
    target = next(i for i, name in enumerate(header) if name in ("digit", "target", "class"))
    return np.delete(table, target, axis=1) / 16, table[:, target].astype(int)


def layers(theta):
    found, at = [], 0
    for inputs, outputs in zip(WIDTHS, WIDTHS[1:]):
        weight = theta[at:at + inputs * outputs].reshape(outputs, inputs)
        at += inputs * outputs
        found.append((weight, theta[at:at + outputs]))
        at += outputs
    return found


def value_gradient(theta, x, y):
    """By hand, in NumPy."""
    parameters, activations = layers(theta), [x]
    for weight, bias in parameters[:-1]:
        activations.append(np.tanh(activations[-1] @ weight.T + bias))
    weight, bias = parameters[-1]
    scores = activations[-1] @ weight.T + bias
    scores -= scores.max(axis=1, keepdims=True)
    log_sum = np.log(np.exp(scores).sum(axis=1))
    rows = np.arange(len(y))
    loss = (log_sum - scores[rows, y]).mean()
    delta = np.exp(scores - log_sum[:, None])
    delta[rows, y] -= 1
    delta /= len(y)
    parts = []
    for (weight, bias), before in zip(reversed(parameters), reversed(activations)):
        parts.append(np.concatenate([(delta.T @ before + L2 * weight).ravel(), delta.sum(axis=0)]))
        delta = (delta @ weight) * (1 - before ** 2)
        loss += L2 / 2 * (weight ** 2).sum()
    return loss, np.concatenate(parts[::-1])


def scipy_counts(method, start, x, y):
    """Evaluations when an iterate first has each of the losses."""
    count, last, reached = 0, {}, {}

    def evaluate(theta):
        nonlocal count
        count += 1
        loss, gradient = value_gradient(theta, x, y)
        last[theta.tobytes()] = loss
        return loss, gradient

    def look(theta):
        loss = last.get(theta.tobytes())
        loss = value_gradient(theta, x, y)[0] if loss is None else loss
        for target in TARGETS:
            if loss <= target:
                reached.setdefault(target, count)
        last.clear()
        if len(reached) == len(TARGETS):
            raise StopIteration

    minimize(evaluate, start, method=method, jac=True, callback=look, options={"maxiter": 2000})
    return [reached.get(target, np.inf) for target in TARGETS]


def losslab(binary, data, solver, seed, folder, budget):
    command = [binary, "train", "--data", data, "--hidden", "32,16", "--l2", str(L2),
               "--split", "all", "--no-standardise", "--seed", str(seed), "--solver", solver,
               "--budget", str(budget), "--output", folder, "--json", "--quiet"]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def losslab_counts(record):
    def passes(target):
        entries = (entry["passes"] for entry in record["trace"] if entry["loss"] <= target)
        return next(entries, np.inf)
    return [passes(target) for target in TARGETS]


def start_of(weights):
    arrays = load_file(weights)
    names = {name.rsplit(".", 1)[0] for name in arrays}
    names = sorted(names, key=lambda name: int(name.rsplit(".", 1)[1]))
    parts = [arrays[f"{name}.{part}"].ravel() for name in names for part in ("weight", "bias")]
    return np.concatenate(parts).astype(float)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--starts", type=int, default=10)
    parser.add_argument("--solvers", default="lbfgs,cg,argmin-lbfgs,argmin-cg")
    parser.add_argument("--losslab", default=str(ROOT / "target" / "release" / "losslab"))
    arguments = parser.parse_args()
    solvers = arguments.solvers.split(";" if ";" in arguments.solvers else ",")
    x, y = digits()
    counts = {name: [] for name in [*PEERS, *solvers]}
    with tempfile.TemporaryDirectory() as folder:
        data = f"{folder}/digits.npz"
        np.savez(data, x=x, y=y)
        for seed in range(arguments.starts):
            # Too small a budget for a step: what is kept is the start.
            record = losslab(arguments.losslab, data, "gd", seed, folder, 0.1)
            start = start_of(next(Path(folder).glob("**/*.safetensors")))
            loss = value_gradient(start, x, y)[0]
            assert abs(loss - record["trace"][0]["loss"]) < 1e-12 * loss, "the losses differ"
            for name, method in PEERS.items():
                counts[name].append(scipy_counts(method, start, x, y))
            for solver in solvers:
                record = losslab(arguments.losslab, data, solver, seed, folder, 400)
                counts[solver].append(losslab_counts(record))
    print(f"evaluations to a loss of {', '.join(map(str, TARGETS))}: median (range), "
          f"{arguments.starts} starts")
    for name, found in counts.items():
        cells = [f"{np.median(column):g} ({min(column):g}–{max(column):g})" for column in zip(*found)]
        print(f"{name:24}" + "".join(f"{cell:>20}" for cell in cells))


if __name__ == "__main__":
    main()
