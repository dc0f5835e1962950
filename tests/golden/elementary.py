"""Writes elementary.csv: elementary functions, correctly rounded to f64.

    pip install mpmath
    python tests/golden/elementary.py > tests/golden/elementary.csv

Numbers are the hexadecimal bits of an f64.
"""

import random
import struct

from mpmath import mp, mpf

mp.prec = 1300  # so that 1 - e^-745 and its like keep all their digits

FUNCTIONS = {
    "exp": lambda x: mp.exp(x),
    "exp-minus-one": lambda x: mp.expm1(x),
    "ln": lambda x: mp.log(x),
    "tanh": lambda x: mp.tanh(x),
    "sigmoid": lambda x: 1 / (1 + mp.exp(-x)),
    "softplus": lambda x: mp.log(1 + mp.exp(x)),
    "sin": lambda x: mp.sin(x),
    "cos": lambda x: mp.cos(x),
    "normal-cdf": lambda x: mp.erfc(-x / mp.sqrt(2)) / 2,
    "normal-density": lambda x: mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi),
}


def bits(x):
    return struct.pack(">d", x).hex()


def points(name):
    random.seed(name)
    if name == "ln":
        found = [5e-324, 1e-310, 2.2250738585072014e-308, 1.0, 2.0**0.5, 0.5**0.5]
        found += [1.0 + k * 2.0**-52 for k in range(-4, 5)]
        found += [10 ** random.uniform(-323, 308) for _ in range(200)]
        return found + [random.uniform(0.5, 2.0) for _ in range(200)]
    if name in ("sin", "cos"):
        found = [s * v for v in (5e-324, 1e-300, 1e-8, 0.5, 0.7853981633974483,
                                 0.7853981633974484, 1.0, 2.0**30, 2.0**30 + 1, 1e15, 1e22,
                                 1e300, 1.7976931348623157e308) for s in (1, -1)]
        # Next to multiples of pi / 2: the nearest of all f64, and some of each size.
        found.append(6381956970095103.0 * 2.0**797)
        for size in (10, 1e3, 1e5, 1e7, 6e8):
            for _ in range(40):
                k = random.randint(1, int(size))
                found.append(float(k * mp.pi / 2) * random.choice((-1, 1)))
        found += nearest_to_multiples()
        found += [random.uniform(-10, 10) for _ in range(200)]
        found += [random.uniform(-1e5, 1e5) for _ in range(100)]
        return found + [random.choice((-1, 1)) * 10 ** random.uniform(-18, 300) for _ in range(150)]
    if name.startswith("normal"):
        found = [s * v for v in (5e-324, 1e-300, 1e-17, 1e-8, 0.5, 1.0, 6.0, 8.3, 37.5, 38.4,
                                 38.5, 38.56, 38.6, 39.0, 40.0, 1e4) for s in (1, -1)]
        found += [random.uniform(-8, 8) for _ in range(400)]
        found += [random.uniform(-38.6, 0) for _ in range(300)]
        return found + [random.choice((-1, 1)) * 10 ** random.uniform(-18, 0) for _ in range(60)]
    found = [s * v for v in (5e-324, 1e-300, 1e-20, 1e-8, 1e-4, 0.3465735902799726,
                             0.34657359027997264, 0.5, 1.0, 19.9999, 20.0, 36.7, 37.5,
                             708.39, 709.78, 744.44, 1e4) for s in (1, -1)]
    found += [random.uniform(-2, 2) for _ in range(200)]
    found += [random.uniform(-40, 40) for _ in range(100)]
    found += [random.uniform(-745, 709.7) for _ in range(60)]
    return found + [random.choice((-1, 1)) * 10 ** random.uniform(-18, 0) for _ in range(60)]


def nearest_to_multiples():
    """For each binary exponent, the f64 below 2^30 that come nearest to k pi / 2, from
    the continued fraction of 2^e / (pi / 2)."""
    found = []
    for exponent in range(-52, -22):
        ratio, best = mpf(2) ** (exponent + 1) / mp.pi, []
        (p0, q0), (p1, q1), rest = (0, 1), (1, 0), ratio
        while q1 < 2**53:
            a = int(mp.floor(rest))
            (p0, q0), (p1, q1) = (p1, q1), (a * p1 + p0, a * q1 + q0)
            rest = 1 / (rest - a)
            best.append(q1)
        found += [q * 2.0**exponent for q in best if q < 2**53][-2:]
    return found


print("function,x,y")
for name, function in FUNCTIONS.items():
    for x in points(name):
        y = function(mpf(x))
        try:
            y = float(y)
        except OverflowError:
            y = float("inf")
        print(f"{name},{bits(x)},{bits(y)}")
