"""Writes derivatives.json: loss and gradient of small networks by JAX in f64.

    pip install jax numpy
    python tests/golden/derivatives.py > tests/golden/derivatives.json

Inputs come from closed formulas, so that the Rust test can make them itself:
x_ij = sin(1 + 5 i + j), theta_k = 0.6 cos(1 + k), regression targets
y_ij = cos(2 + 3 i + j), labels i^2 mod K.
"""

import json

import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)

ROWS, HIDDEN, L2 = 7, [4, 3], 0.01
ACTIVATIONS = {
    "identity": lambda z: z,
    "tanh": jnp.tanh,
    "sigmoid": jax.nn.sigmoid,
    "relu": jax.nn.relu,
    "softplus": jax.nn.softplus,
    "leaky-relu": lambda z: jax.nn.leaky_relu(z, 0.01),
    "elu": jax.nn.elu,
    "gelu": lambda z: jax.nn.gelu(z, approximate=False),
    "silu": jax.nn.silu,
    "sin": jnp.sin,
}
OUTPUTS = {
    "squared-error": 2,
    "cross-entropy": 3,
    "binary-cross-entropy": 1,
    "huber": 2,
    "absolute-error": 2,
}

x = np.sin(1.0 + 5.0 * np.arange(ROWS)[:, None] + np.arange(5)[None, :])


def objective(theta, activation, loss):
    a, penalty, offset = jnp.asarray(x), 0.0, 0
    widths = [5, *HIDDEN, OUTPUTS[loss]]
    for layer, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
        weight = theta[offset : offset + inputs * outputs].reshape(outputs, inputs)
        offset += inputs * outputs
        bias = theta[offset : offset + outputs]
        offset += outputs
        a = a @ weight.T + bias
        if layer < len(widths) - 2:
            a = ACTIVATIONS[activation](a)
        penalty += jnp.sum(weight**2)
    i = np.arange(ROWS)
    if OUTPUTS[loss] == 2:
        y = np.cos(2.0 + 3.0 * i[:, None] + np.arange(2)[None, :])
        size = jnp.abs(a - y)
        terms = {
            "squared-error": 0.5 * size**2,
            "huber": jnp.where(size <= 1.0, 0.5 * size**2, size - 0.5),
            "absolute-error": size,
        }
        data = jnp.sum(terms[loss], axis=1)
    elif loss == "cross-entropy":
        data = -jax.nn.log_softmax(a)[i, i**2 % 3]
    else:
        y = i**2 % 2
        data = -y * jax.nn.log_sigmoid(a[:, 0]) - (1 - y) * jax.nn.log_sigmoid(-a[:, 0])
    return jnp.mean(data) + 0.5 * L2 * penalty


cases = []
for loss, outputs in OUTPUTS.items():
    dimension = 5 * 4 + 4 + 4 * 3 + 3 + 3 * outputs + outputs
    theta = 0.6 * np.cos(1.0 + np.arange(dimension))
    for activation in ACTIVATIONS:
        value, gradient = jax.value_and_grad(objective)(jnp.asarray(theta), activation, loss)
        cases.append(
            {
                "activation": activation,
                "loss": loss,
                "value": float(value),
                "gradient": [float(g) for g in gradient],
            }
        )
print(json.dumps({"jax": jax.__version__, "cases": cases}))
