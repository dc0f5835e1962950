"""Does losslab compute what JAX and PyTorch compute? Exits with 1 where it does not.

    cargo build --release
    pip install -r benches/peers/requirements.txt
    python benches/peers/agree.py

Every case of tests/golden/cases.py is drawn at random, written as data (NPZ),
specification (TOML) and weights (safetensors), given to `losslab eval`, and
compared with both peers in f64: loss, gradient, Hessian-vector and Gauss–Newton
products, each by the norm of the difference over the norm of the peer's. The
table has the largest of these errors per kind of network.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file, save_file

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests" / "golden"))
import by_jax  # noqa: E402
import by_torch  # noqa: E402
import cases  # noqa: E402

QUANTITIES = ["value", "gradient", "hessian_vector", "gauss_newton_vector"]
PEERS = {"JAX": by_jax, "PyTorch": by_torch}
FEWEST_ROWS = 5


def toml(value):
    if isinstance(value, str):
        return json.dumps(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "[" + ", ".join(toml(part) for part in value) + "]"
    return repr(value)


def specification(case):
    """The case in losslab's own words; fully connected ones in the short form."""
    lines = [f"name = {toml('case')}", "[[problem]]", f"name = {toml('case')}",
             f"data = {toml('case.npz')}"]
    keys = {"task": case.task, "loss": case.loss, "l2": case.l2, **case.criterion}
    if len(case.input) == 3:
        keys["input"] = case.input
    if case.hidden:
        keys |= {"hidden": case.hidden, "activation": case.layers[0]["activation"]}
    lines += [f"{key} = {toml(value)}" for key, value in keys.items()]
    for layer in [] if case.hidden else case.layers:
        lines += ["[[problem.layer]]", *(f"{key} = {toml(value)}" for key, value in layer.items())]
    return "\n".join(lines) + "\n"


def write(case, drawn, folder):
    arrays = {"x": drawn.x, "y": drawn.y}
    if case.task == "regression" and drawn.y.shape[1] == 1:
        arrays["y"] = drawn.y[:, 0]
    if drawn.sample_weight is not None:
        arrays["sample_weight"] = drawn.sample_weight
    np.savez(folder / "case.npz", **arrays)
    (folder / "case.toml").write_text(specification(case))
    for name, flat in [("weights", drawn.theta), ("vector", drawn.v)]:
        parts = {k: np.ascontiguousarray(t) for k, t in cases.unflatten(case, flat).items()}
        save_file(parts, folder / f"{name}.safetensors")


def losslab(binary, case, drawn, folder):
    """What `losslab eval` answers, in the shape of the peers' answers."""
    write(case, drawn, folder)
    what = ",".join(name.replace("_", "-") for name in QUANTITIES)
    command = [str(binary), "eval", "--spec", "case.toml", "--weights", "weights.safetensors",
               "--vector", "vector.safetensors", "--no-standardise", "--split", "all",
               "--what", what, "-o", "out.safetensors"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip() or f"exit code {done.returncode}")
    printed = json.loads(done.stdout)
    arrays = load_file(folder / "out.safetensors")
    found = {"value": printed["value"]}
    names = [name for name, _ in cases.tensors(case)]
    prefixes = ["", "vector.", *(f"{quantity}." for quantity in QUANTITIES[1:])]
    expected = {f"{prefix}{name}" for prefix in prefixes for name in names}
    if set(arrays) != expected:
        raise RuntimeError(f"other arrays than expected: {sorted(set(arrays) ^ expected)}")
    for name, shape in cases.tensors(case):
        for quantity in QUANTITIES[1:]:
            array = arrays[f"{quantity}.{name}"]
            if list(array.shape) != shape or array.dtype != np.float64:
                raise RuntimeError(f"{quantity}.{name} is {array.dtype} {list(array.shape)}")
    for quantity in QUANTITIES[1:]:
        found[quantity] = np.concatenate([arrays[f"{quantity}.{name}"].ravel() for name in names])
    consistent = [("dimension", drawn.theta.size), ("rows", case.rows),
                  ("gradient_norm", np.linalg.norm(found["gradient"])),
                  ("vector_hessian_vector", drawn.v @ found["hessian_vector"])]
    for key, expected in consistent:
        scale = np.linalg.norm(drawn.v) * np.linalg.norm(found["hessian_vector"])
        scale = scale if key == "vector_hessian_vector" else abs(expected)
        if not abs(printed[key] - expected) <= 1e-12 * scale:
            raise RuntimeError(f"{key} is {printed[key]}, the arrays say {expected}")
    return found


def relative(found, expected):
    difference = np.linalg.norm(np.asarray(found) - np.asarray(expected))
    return float(difference / np.linalg.norm(expected))


def kinds(case):
    """What the case has in it: it counts for each of these rows of the table."""
    found = {layer["kind"] for layer in case.layers}
    found |= {layer.get("activation", "identity") for layer in case.layers
              if layer["kind"] in ("dense", "conv2d")}
    found |= {"transposed" if layer.get("transpose") else "shared" for layer in case.layers
              if "share" in layer}
    found |= {f"{case.loss}, {case.task}", *case.criterion}
    found |= {"sample_weight"} if case.weighted else set()
    return found | ({"l2"} if case.l2 else set())


def print_table(worst):
    head = ["kind", "cases", *(f"{q} ({p})" for q in QUANTITIES for p in PEERS)]
    print("| " + " | ".join(head) + " |\n|" + "---|" * len(head))
    for kind, (count, errors) in sorted(worst.items(), key=lambda row: (row[0] != "all", row[0])):
        cells = [kind, str(count), *(f"{errors[q, p]:.1e}" for q in QUANTITIES for p in PEERS)]
        print("| " + " | ".join(cells) + " |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--losslab", type=Path, default=Path("target/release/losslab"))
    parser.add_argument("--tolerance", type=float, default=1e-10, help="relative [1e-10]")
    parser.add_argument("--seeds", type=int, default=1, help="draws of each case [1]")
    parser.add_argument("--only", default="", help="cases with this in their name")
    parser.add_argument("--keep", type=Path, help="folder for the files of cases that fail")
    arguments = parser.parse_args()
    binary = arguments.losslab.resolve()
    if not binary.is_file():
        parser.error(f"{binary} is not there: cargo build --release, or --losslab PATH")
    chosen = [case for case in cases.ALL if arguments.only in case.name
              and case.rows >= FEWEST_ROWS]
    if not chosen:
        parser.error(f"no case has '{arguments.only}' in its name")

    worst, failures = {}, []
    for number, case in enumerate(chosen):
        for seed in range(1, arguments.seeds + 1):
            print(f"\r{number + 1}/{len(chosen)} {case.name:60}", end="", file=sys.stderr)
            drawn = cases.draw(case, seed)
            with tempfile.TemporaryDirectory() as folder:
                try:
                    found = losslab(binary, case, drawn, Path(folder))
                except (RuntimeError, OSError, ValueError, KeyError) as error:
                    failures.append(f"{case.name}, seed {seed}: {type(error).__name__}: {error}")
                    keep(arguments.keep, case, seed, folder)
                    continue
                errors = {(quantity, peer): relative(found[quantity], answer[quantity])
                          for peer, module in PEERS.items()
                          for answer in [module.evaluate(case, drawn)] for quantity in QUANTITIES}
                wrong = {key: e for key, e in errors.items() if not e <= arguments.tolerance}
                if wrong:
                    told = ", ".join(f"{q} by {e:.1e} from {p}" for (q, p), e in wrong.items())
                    failures.append(f"{case.name}, seed {seed}: differs in {told}")
                    keep(arguments.keep, case, seed, folder)
            for kind in ["all", *kinds(case)]:
                count, before = worst.get(kind, (0, dict.fromkeys(errors, 0.0)))
                # NaN is the worst of all
                after = {k: e if not e <= before[k] else before[k] for k, e in errors.items()}
                worst[kind] = count + 1, after
    print(file=sys.stderr)
    print_table(worst)
    if failures:
        print(f"\n{len(failures)} failed:\n" + "\n".join(f"- {line}" for line in failures))
        sys.exit(1)
    print(f"\n{len(chosen) * arguments.seeds} networks agree to {arguments.tolerance:g}.")


def keep(where, case, seed, folder):
    if where:
        target = where / f"{case.name.replace(' ', '')}-{seed}"
        target.mkdir(parents=True, exist_ok=True)
        for file in Path(folder).iterdir():
            (target / file.name).write_bytes(file.read_bytes())


if __name__ == "__main__":
    main()
