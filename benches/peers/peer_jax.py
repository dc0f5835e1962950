"""JAX, jitted: Hv by jvp of grad, Gauss–Newton by jvp, output Hessian and vjp.

    python peer_jax.py float64|float32     (started by time_peers.py)
"""

import sys

import jax
import jax.numpy as jnp
import jaxlib
import numpy as np

import workloads

DTYPE = sys.argv[1]
jax.config.update("jax_enable_x64", DTYPE == "float64")


def outputs(theta, x):
    for weight, bias in theta[:-1]:
        x = jnp.tanh(x @ weight.T + bias)
    weight, bias = theta[-1]
    return x @ weight.T + bias


def risk(z, y, classes):
    if not classes:
        return 0.5 * jnp.mean(jnp.sum((z - y) ** 2, axis=1))
    picked = jnp.take_along_axis(jax.nn.log_softmax(z), y[:, None], axis=1)
    return -jnp.mean(picked)


def prepare(workload):
    classes = workload.classes
    x = jnp.asarray(workload.x, DTYPE)
    y = jnp.asarray(workload.y, None if classes else DTYPE)

    def layers(seed):
        return [(jnp.asarray(w, DTYPE), jnp.asarray(b, DTYPE)) for w, b in workload.weights(seed)]

    def objective(theta, x, y):
        penalty = sum(jnp.sum(weight**2) for weight, _ in theta)
        return risk(outputs(theta, x), y, classes) + 0.5 * workloads.L2 * penalty

    def hessian_vector(theta, v, x, y):
        return jax.jvp(lambda t: jax.grad(objective)(t, x, y), (theta,), (v,))[1]

    def gauss_newton_vector(theta, v, x, y):
        def model(t):
            return outputs(t, x)
        z, jacobian_vector = jax.jvp(model, (theta,), (v,))
        curved = jax.jvp(jax.grad(lambda z: risk(z, y, classes)), (z,), (jacobian_vector,))[1]
        product = jax.vjp(model, theta)[1](curved)[0]
        return [(pw + workloads.L2 * vw, pb) for (pw, pb), (vw, _) in zip(product, v)]

    theta, v = layers(0), layers(1)
    block = jax.tree.map(lambda *parts: jnp.stack(parts), *[layers(seed) for seed in range(1, 9)])
    value = jax.jit(objective)
    value_gradient = jax.jit(jax.value_and_grad(objective))
    product = jax.jit(hessian_vector)
    gauss_newton = jax.jit(gauss_newton_vector)
    products = jax.jit(jax.vmap(hessian_vector, in_axes=(None, 0, None, None)))
    wait = jax.block_until_ready
    calls = {
        "value": lambda: wait(value(theta, x, y)),
        "gradient": lambda: wait(value_gradient(theta, x, y)),
        "hessian_vector": lambda: wait(product(theta, v, x, y)),
        "gauss_newton_vector": lambda: wait(gauss_newton(theta, v, x, y)),
        "block8": lambda: wait(products(theta, block, x, y)),
    }
    found, gradient = value_gradient(theta, x, y)
    squares = sum(float(np.sum(np.square(part))) for part in jax.tree.leaves(gradient))
    return calls, [float(found), squares**0.5]


versions = {"jax": jax.__version__, "jaxlib": jaxlib.__version__}
workloads.serve(versions, prepare)
