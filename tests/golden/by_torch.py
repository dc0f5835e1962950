"""The same four results by PyTorch in f64: Hessian products by double backward.

Its own layers and losses are used wherever they mean the same, so that the two
references share no formula.
"""

import warnings

import numpy as np
import torch
import torch.nn.functional as F

import cases

warnings.filterwarnings("ignore", message=".*torch.jit.*", category=FutureWarning)

ACTIVATIONS = {
    "identity": lambda z: z,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "relu": F.relu,
    "leaky-relu": lambda z: F.leaky_relu(z, 0.01),
    "softplus": F.softplus,  # linear above 20, which no case comes near
    "elu": F.elu,
    "gelu": F.gelu,
    "silu": F.silu,
    "sin": torch.sin,
}


def outputs(case, theta, x):
    parts = cases.unflatten(case, theta)
    a = x.reshape(-1, *case.input)
    for i, layer in enumerate(case.layers):
        kind = layer["kind"]
        source = layer.get("share", i)
        weight = parts.get(f"layers.{source}.weight")
        if layer.get("transpose"):
            a = F.linear(a, weight.T, parts.get(f"layers.{i}.bias"))
        elif kind == "dense":
            a = F.linear(a, weight, parts.get(f"layers.{source}.bias"))
        elif kind == "conv2d":
            bias = parts.get(f"layers.{i}.bias")
            a = F.conv2d(a, weight, bias, layer["stride"], layer["padding"])
        elif kind == "flatten":
            a = a.flatten(1)
        else:
            pool = {"avg_pool2d": F.avg_pool2d, "max_pool2d": F.max_pool2d}[kind]
            a = pool(a, layer["kernel"], layer["stride"])
        a = ACTIVATIONS[layer.get("activation", "identity")](a)
    return a


def row_losses(case, z, y):
    given = case.criterion
    if case.loss == "cross-entropy":
        smoothing = given.get("label_smoothing", 0.0)
        return F.cross_entropy(z, torch.from_numpy(y), reduction="none", label_smoothing=smoothing)
    if case.loss == "binary-cross-entropy":
        targets = torch.from_numpy(cases.smoothed_targets(case, y))
        per_output = given.get("class_weights") if case.task == "multi-label" else None
        weight = None if per_output is None else torch.tensor(per_output, dtype=z.dtype)
        terms = F.binary_cross_entropy_with_logits(z, targets, weight=weight, reduction="none")
        return terms.sum(1)
    targets = y if case.task == "regression" else cases.smoothed_targets(case, y)
    targets = torch.from_numpy(targets)
    if case.loss == "squared-error":
        return 0.5 * F.mse_loss(z, targets, reduction="none").sum(1)
    if case.loss == "huber":
        return F.huber_loss(z, targets, reduction="none", delta=given["huber_delta"]).sum(1)
    smoothing = torch.tensor(given["smoothing"], dtype=z.dtype)
    return (torch.hypot(z - targets, smoothing) - smoothing).sum(1)


def evaluate(case, drawn):
    weights = torch.from_numpy(cases.row_weights(case, drawn))
    x, v = torch.from_numpy(drawn.x), torch.from_numpy(drawn.v)
    theta = torch.from_numpy(drawn.theta).requires_grad_(True)

    def risk(z):
        return (weights * row_losses(case, z, drawn.y)).sum() / weights.sum()

    def model(theta):
        return outputs(case, theta, x)

    def penalty(theta):
        parts = cases.unflatten(case, theta)
        squares = [part.square().sum() for name, part in parts.items() if name.endswith("weight")]
        return 0.5 * case.l2 * sum(squares)

    value = risk(model(theta)) + penalty(theta)
    (gradient,) = torch.autograd.grad(value, theta, create_graph=True)
    (hessian_vector,) = torch.autograd.grad(gradient @ v, theta)

    fixed = theta.detach()
    z, jacobian_vector = torch.func.jvp(model, (fixed,), (v,))
    curved = torch.autograd.functional.hvp(risk, z, jacobian_vector)[1]
    gauss_newton_vector = torch.func.vjp(model, fixed)[1](curved)[0]
    gauss_newton_vector = gauss_newton_vector + torch.func.grad(penalty)(v)

    found = [gradient.detach(), hessian_vector, gauss_newton_vector]
    found = [np.array(part.tolist()) for part in found]
    names = ["gradient", "hessian_vector", "gauss_newton_vector"]
    return {"value": value.item()} | dict(zip(names, found))
