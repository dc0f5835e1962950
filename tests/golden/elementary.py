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
    "ln": lambda x: mp.log(x),
    "tanh": lambda x: mp.tanh(x),
    "sigmoid": lambda x: 1 / (1 + mp.exp(-x)),
    "softplus": lambda x: mp.log(1 + mp.exp(x)),
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
    found = [s * v for v in (5e-324, 1e-300, 1e-20, 1e-8, 1e-4, 0.3465735902799726,
                             0.34657359027997264, 0.5, 1.0, 19.9999, 20.0, 36.7, 37.5,
                             708.39, 709.78, 744.44, 1e4) for s in (1, -1)]
    found += [random.uniform(-2, 2) for _ in range(200)]
    found += [random.uniform(-40, 40) for _ in range(100)]
    found += [random.uniform(-745, 709.7) for _ in range(60)]
    return found + [random.choice((-1, 1)) * 10 ** random.uniform(-18, 0) for _ in range(60)]


print("function,x,y")
for name, function in FUNCTIONS.items():
    for x in points(name):
        y = function(mpf(x))
        try:
            y = float(y)
        except OverflowError:
            y = float("inf")
        print(f"{name},{bits(x)},{bits(y)}")
