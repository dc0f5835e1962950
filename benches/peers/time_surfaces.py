"""What a 51 x 51 surface costs beside as many forward passes of PyTorch in f32.

    python benches/peers/time_surfaces.py [--rounds 5] [--threads 2]

Both measure the loss over all rows: MNIST-5k with 784-256-128-10 and digits with
64-128-64-10, tanh; losslab the accuracy too. They take turns, and a number is the least
over the rounds. The surface's time has the first layer's products in it. The last column
compares processor time of one thread, which other load disturbs less.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import torch
import torch.nn.functional as F

import workloads

POINTS = 51 * 51
BOUNDS = {"mnist5k": 10, "digits": 6}
ROOT = Path(__file__).resolve().parents[2]
BENCH = ["cargo", "bench", "--quiet", "--bench", "surfaces"]


def losslab(threads):
    """workload, precision → what the bench says."""
    environment = os.environ | {"RAYON_NUM_THREADS": str(threads)}
    done = subprocess.run([*BENCH, "--", "--quick"], cwd=ROOT, env=environment, text=True,
                          stdout=subprocess.PIPE, check=True)
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return {(row["workload"], row["precision"]): row for row in rows}


def forward(workload):
    """A function that computes the loss once."""
    x = torch.from_numpy(workload.x).float()
    y = torch.from_numpy(workload.y)
    layers = [tuple(torch.from_numpy(part).float() for part in layer)
              for layer in workload.weights(0)]

    def loss():
        a = x
        for weight, bias in layers[:-1]:
            a = torch.tanh(F.linear(a, weight, bias))
        return F.cross_entropy(F.linear(a, *layers[-1]), y).item()

    return loss


def least(call, clock, seconds):
    """The shortest call, in milliseconds."""
    found, end = float("inf"), time.perf_counter() + seconds
    call()
    while time.perf_counter() < end:
        start = clock()
        call()
        found = min(found, 1e3 * (clock() - start))
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)),
                        help="for both alike [the CPUs at hand]")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each [5]")
    parser.add_argument("--seconds", type=float, default=1.0,
                        help="of PyTorch per workload and round [1]")
    arguments = parser.parse_args()
    subprocess.run([*BENCH, "--no-run"], cwd=ROOT, check=True)
    calls = {name: forward(workloads.load(name)) for name in BOUNDS}
    torch_ms = dict.fromkeys(BOUNDS, float("inf"))
    torch_cpu = dict.fromkeys(BOUNDS, float("inf"))
    ours = {}
    with torch.no_grad():
        for number in range(arguments.rounds):
            print(f"round {number + 1} of {arguments.rounds}", file=sys.stderr)
            for name, call in calls.items():
                torch.set_num_threads(arguments.threads)
                found = least(call, time.perf_counter, arguments.seconds)
                torch_ms[name] = min(torch_ms[name], found)
                torch.set_num_threads(1)
                found = least(call, time.process_time, arguments.seconds)
                torch_cpu[name] = min(torch_cpu[name], found)
            for key, row in losslab(arguments.threads).items():
                best = ours.setdefault(key, dict(row))
                for measure in ("surface_ms", "point_ms", "point_cpu_ms"):
                    if row[measure] is not None:
                        best[measure] = min(best[measure], row[measure])
    print("| workload | precision | surface | a point | PyTorch, a pass | surface / passes "
          "| bound | by processor time |")
    print("|---|---|---:|---:|---:|---:|---:|---:|")
    for (name, precision), row in ours.items():
        ratio = torch_ms[name] * POINTS / row["surface_ms"]
        cpu = row["point_cpu_ms"]
        by_cpu = f"1/{torch_cpu[name] / cpu:.1f}" if cpu else "–"
        print(f"| {name} | {precision} | {row['surface_ms'] / 1e3:.2f} s "
              f"| {row['point_ms']:.3f} ms | {torch_ms[name]:.3f} ms | 1/{ratio:.1f} "
              f"| 1/{BOUNDS[name]} | {by_cpu} |")
    print(f"\n- threads: {arguments.threads}, rounds: {arguments.rounds}, "
          f"load: {os.getloadavg()[0]:.2f}, torch {torch.__version__}")


if __name__ == "__main__":
    main()
