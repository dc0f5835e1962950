"""losslab, JAX, PyTorch and scikit-learn side by side, in milliseconds.

    cargo build --release
    pip install -r benches/peers/requirements.txt
    python benches/peers/time_peers.py --threads 2

All compute the same numbers: same data, network, loss and penalty, in f64 (JAX in
f32 besides). They take turns, for several rounds; a number is the median of the
rounds. Each peer lives in a process of its own, which sleeps while the others are
measured, and all are bound to the same CPUs.
"""

import argparse
import datetime
import json
import math
import os
import subprocess
import sys
from pathlib import Path
from statistics import median

from workloads import MEASURES, NAMES

HERE = Path(__file__).resolve().parent
LABELS = {"jax": "JAX", "torch": "PyTorch", "sklearn": "scikit-learn", "jax_f32": "JAX f32"}


def environment(threads):
    """Everybody's word for the number of threads. OPENBLAS_* can pin a slow kernel."""
    found = {k: v for k, v in os.environ.items()
             if k not in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")}
    for name in ("OMP", "OPENBLAS", "MKL", "RAYON"):
        found[f"{name}_NUM_THREADS"] = str(threads)
    found["NPROC"] = str(threads)  # read by XLA
    flag = f"--xla_cpu_multi_thread_eigen={'true' if threads > 1 else 'false'}"
    return found | {"XLA_FLAGS": flag, "JAX_PLATFORMS": "cpu", "CUDA_VISIBLE_DEVICES": ""}


def bound_to(cpus):
    return lambda: os.sched_setaffinity(0, cpus)


class Peer:
    """A process that measures a workload when asked."""

    def __init__(self, command, threads, cpus):
        self.process = subprocess.Popen([sys.executable, *map(str, command)], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        env=environment(threads), preexec_fn=bound_to(cpus))
        self.versions = self.answer()

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"{' '.join(self.process.args)} ended without an answer")
        return json.loads(line)

    def measure(self, workload, seconds):
        print(json.dumps({"workload": workload, "seconds": seconds}),
              file=self.process.stdin, flush=True)
        return self.answer()


def losslab(binary, threads, cpus):
    command = [str(binary), "bench", "--json", "--threads", str(threads)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment(threads),
                          preexec_fn=bound_to(cpus))
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: {done.stderr.strip() or done.returncode}")
    found = {}
    for line in filter(None, done.stdout.splitlines()):
        row = json.loads(line)
        if row["threads"] != threads:
            sys.exit(f"losslab used {row['threads']} threads instead of {threads}")
        found[row["workload"]] = row
    if missing := set(NAMES) - set(found):
        sys.exit(f"{' '.join(command)} printed nothing about {', '.join(sorted(missing))}")
    return found


def check(rounds):
    """All peers must have computed the same thing."""
    for name in NAMES:
        expected = rounds[0]["torch"][name]["check"]
        for peer in LABELS:
            tolerance = 1e-3 if peer == "jax_f32" else 1e-10
            found = rounds[0][peer][name]["check"]
            if not all(abs(a - b) <= tolerance * abs(b) for a, b in zip(found, expected)):
                sys.exit(f"{name}: {peer} has value and gradient norm {found}, torch {expected}")


def summarise(rounds):
    """Medians over rounds: peer → workload → measure → milliseconds."""
    found = {}
    for peer in ("losslab", *LABELS):
        for name in NAMES:
            for measure in MEASURES:
                key = f"{measure}_ms"
                times = [turn[peer][name][key] for turn in rounds if key in turn[peer][name]]
                if times:
                    found.setdefault(peer, {}).setdefault(name, {})[measure] = median(times)
    return found


def cell(ours, theirs):
    return f"{theirs:.3g} ms (×{theirs / ours:.2f})" if ours and theirs else "–"


def table(medians):
    peers = list(LABELS)
    head = ["workload", "measure", "losslab", *LABELS.values()]
    lines = ["| " + " | ".join(head) + " |", "|---|---|" + "---:|" * (len(head) - 2)]

    def time_of(peer, name, measure):
        return medians[peer].get(name, {}).get(measure)

    for name in NAMES:
        for measure in MEASURES:
            ours = time_of("losslab", name, measure)
            cells = [cell(ours, time_of(peer, name, measure)) for peer in peers]
            first = f"{ours:.3g} ms" if ours else "–"
            lines.append(f"| {name} | {measure} | {first} | " + " | ".join(cells) + " |")
    for measure in MEASURES:
        cells = []
        for peer in peers:
            times = [(time_of("losslab", name, measure), time_of(peer, name, measure))
                     for name in NAMES]
            if all(ours and theirs for ours, theirs in times):
                mean = math.prod(theirs / ours for ours, theirs in times) ** (1 / len(times))
                cells.append(f"×{mean:.2f}")
            else:
                cells.append("–")
        lines.append(f"| geometric mean | {measure} | ×1 | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def product_table(medians):
    """What a Hessian product costs each peer in its own gradients."""
    peers = [peer for peer in ("losslab", *LABELS) if peer != "sklearn"]
    head = ["Hv / gradient", *(LABELS.get(peer, peer) for peer in peers)]
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---:|" * len(peers)]
    for name in NAMES:
        rows = [medians[peer][name] for peer in peers]
        cells = [f"{row['hessian_vector'] / row['gradient']:.2f}" for row in rows]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def cpu():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return "unknown"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--losslab", type=Path, default=Path("target/release/losslab"))
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)),
                        help="for all alike [the CPUs at hand]")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each [5]")
    parser.add_argument("--seconds", type=float, default=0.5,
                        help="a measure of one peer in one round [0.5]")
    parser.add_argument("--json", type=Path, help="writes everything measured to this file")
    arguments = parser.parse_args()
    binary = arguments.losslab.resolve()
    if not binary.is_file():
        parser.error(f"{binary} is not there: cargo build --release, or --losslab PATH")
    cpus = sorted(os.sched_getaffinity(0))[: arguments.threads]
    if not 1 <= arguments.threads == len(cpus) or arguments.rounds < 1:
        parser.error("--threads goes from 1 to the CPUs at hand, --rounds from 1")

    threads = arguments.threads
    commands = {"jax": ["peer_jax.py", "float64"], "torch": ["peer_torch.py", threads],
                "sklearn": ["peer_sklearn.py"], "jax_f32": ["peer_jax.py", "float32"]}
    peers = {peer: Peer([HERE / script, *rest], threads, cpus)
             for peer, (script, *rest) in commands.items()}
    for name in NAMES:  # compiles, and touches all memory once
        for peer in peers.values():
            peer.measure(name, 0.0)
    load, rounds = os.getloadavg(), []
    for number in range(arguments.rounds):
        print(f"round {number + 1} of {arguments.rounds}", file=sys.stderr)
        turn = {"losslab": losslab(binary, threads, cpus)}
        for peer, process in peers.items():
            turn[peer] = {name: process.measure(name, arguments.seconds) for name in NAMES}
        rounds.append(turn)
    for peer in peers.values():
        peer.process.stdin.close()
        peer.process.wait()
    check(rounds)

    version = subprocess.run([binary, "--version"], capture_output=True, text=True)
    about = {
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "cpu": cpu(), "threads": threads, "rounds": arguments.rounds,
        "load_before": round(load[0], 2), "python": sys.version.split()[0],
        "losslab": version.stdout.strip(),
        "versions": {peer: process.versions for peer, process in peers.items()},
    }
    medians = summarise(rounds)
    print(table(medians), product_table(medians), sep="\n\n")
    print("\n× is the time in losslab's times: above 1, losslab is faster.\n")
    for key, value in about.items():
        print(f"- {key}: {json.dumps(value) if isinstance(value, dict) else value}")
    for name in NAMES:
        row = rounds[-1]["losslab"][name]
        if "roofline_ratio" in row:
            print(f"- {name}: losslab's gradient at {row['gradient_gflops']:.1f} of "
                  f"{row['roofline_gflops']:.1f} GFLOP/s ({100 * row['roofline_ratio']:.0f} %)")
    if arguments.json:
        everything = about | {"medians_ms": medians, "measured": rounds}
        arguments.json.write_text(json.dumps(everything, indent=1) + "\n")


if __name__ == "__main__":
    main()
