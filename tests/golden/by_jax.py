"""Value, gradient, Hessian and Gauss–Newton products of a case by JAX in f64."""

import jax
import jax.numpy as jnp
import numpy as np

import cases

jax.config.update("jax_enable_x64", True)

ACTIVATIONS = {
    "identity": lambda z: z,
    "tanh": jnp.tanh,
    "sigmoid": jax.nn.sigmoid,
    "relu": jax.nn.relu,
    "leaky-relu": lambda z: jax.nn.leaky_relu(z, 0.01),
    "softplus": jax.nn.softplus,
    "elu": jax.nn.elu,
    "gelu": lambda z: jax.nn.gelu(z, approximate=False),
    "silu": jax.nn.silu,
    "sin": jnp.sin,
}


def windows(a, kernel, stride):
    """The entries under each window, [rows, channels, height, width, kernel]."""
    index = []
    for size, k in zip(a.shape[2:], cases.pair(kernel)):
        starts = np.arange((size - k) // stride + 1) * stride
        index.append(starts[:, None] + np.arange(k)[None, :])
    a = a[:, :, index[0][:, None, :, None], index[1][None, :, None, :]]
    return a.reshape(*a.shape[:4], -1)


def outputs(case, theta, x):
    parts = cases.unflatten(case, theta)
    a = x.reshape(-1, *case.input)
    for i, layer in enumerate(case.layers):
        kind = layer["kind"]
        source = layer.get("share", i)
        own = i if layer.get("transpose") else source
        bias = parts.get(f"layers.{own}.bias")
        if kind == "dense":
            weight = parts[f"layers.{source}.weight"]
            a = a @ (weight if layer.get("transpose") else weight.T)
            a = a if bias is None else a + bias
        elif kind == "conv2d":
            padding, stride = [(layer["padding"],) * 2] * 2, (layer["stride"],) * 2
            a = jax.lax.conv_general_dilated(a, parts[f"layers.{i}.weight"], stride, padding,
                                             dimension_numbers=("NCHW", "OIHW", "NCHW"))
            a = a if bias is None else a + bias[None, :, None, None]
        elif kind == "avg_pool2d":
            a = windows(a, layer["kernel"], layer["stride"]).mean(axis=-1)
        elif kind == "max_pool2d":
            a = windows(a, layer["kernel"], layer["stride"]).max(axis=-1)
        elif kind == "flatten":
            a = a.reshape(a.shape[0], -1)
        else:
            raise ValueError(f"{case.name}: no such layer: {kind}")
        a = ACTIVATIONS[layer.get("activation", "identity")](a)
    return a


def row_losses(case, z, y):
    """ℓ of each row."""
    given = case.criterion
    if case.loss in ("cross-entropy", "binary-cross-entropy"):
        targets = cases.smoothed_targets(case, y)
        if case.loss == "cross-entropy":
            return -jnp.sum(targets * jax.nn.log_softmax(z), axis=1)
        terms = jnp.logaddexp(0.0, z) - targets * z
        if case.task == "multi-label":
            terms = terms * np.array(given.get("class_weights", np.ones(z.shape[1])))
        return jnp.sum(terms, axis=1)
    residual = z - (y if case.task == "regression" else cases.smoothed_targets(case, y))
    if case.loss == "squared-error":
        terms = 0.5 * residual**2
    elif case.loss == "huber":
        delta, size = given["huber_delta"], jnp.abs(residual)
        terms = jnp.where(size <= delta, 0.5 * residual**2, delta * (size - 0.5 * delta))
    elif case.loss == "absolute-error":
        terms = jnp.sqrt(residual**2 + given["smoothing"] ** 2) - given["smoothing"]
    else:
        raise ValueError(f"{case.name}: no such loss: {case.loss}")
    return jnp.sum(terms, axis=1)


def evaluate(case, drawn):
    """The four results, as numbers of f64."""
    weights = cases.row_weights(case, drawn)
    is_weight = np.concatenate([np.full(int(np.prod(shape)), name.endswith("weight"))
                                for name, shape in cases.tensors(case)]).astype(float)

    def risk(z):
        return jnp.sum(weights * row_losses(case, z, drawn.y)) / np.sum(weights)

    def model(theta):
        return outputs(case, theta, drawn.x)

    def objective(theta):
        return risk(model(theta)) + 0.5 * case.l2 * jnp.sum(is_weight * theta**2)

    @jax.jit
    def everything(theta, v):
        value, gradient = jax.value_and_grad(objective)(theta)
        hessian_vector = jax.jvp(jax.grad(objective), (theta,), (v,))[1]
        z, jacobian_vector = jax.jvp(model, (theta,), (v,))
        curved = jax.jvp(jax.grad(risk), (z,), (jacobian_vector,))[1]
        gauss_newton_vector = jax.vjp(model, theta)[1](curved)[0] + case.l2 * is_weight * v
        return value, gradient, hessian_vector, gauss_newton_vector

    found = [np.asarray(part) for part in everything(jnp.asarray(drawn.theta), jnp.asarray(drawn.v))]
    assert all(part.dtype == np.float64 for part in found)
    names = ["value", "gradient", "hessian_vector", "gauss_newton_vector"]
    return dict(zip(names, found)) | {"value": float(found[0])}
