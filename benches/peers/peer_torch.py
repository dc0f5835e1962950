"""PyTorch, eager: Hv by double backward, Gauss–Newton by jvp, output Hessian and vjp.

    python peer_torch.py THREADS           (started by time_peers.py)
"""

import sys
import warnings

import torch
import torch.nn.functional as F

import workloads

warnings.filterwarnings("ignore", message=".*torch.jit.*", category=FutureWarning)
torch.set_num_threads(int(sys.argv[1]))
torch.set_num_interop_threads(1)


def outputs(theta, x):
    for weight, bias in zip(theta[:-2:2], theta[1:-2:2]):
        x = torch.tanh(F.linear(x, weight, bias))
    return F.linear(x, *theta[-2:])


def prepare(workload):
    x, y = torch.from_numpy(workload.x), torch.from_numpy(workload.y)

    def flat(seed):
        return tuple(torch.from_numpy(part) for layer in workload.weights(seed) for part in layer)

    def risk(z):
        return F.cross_entropy(z, y) if workload.classes else 0.5 * F.mse_loss(z, y)

    def model(*theta):
        return outputs(theta, x)

    def objective(theta):
        penalty = sum(weight.square().sum() for weight in theta[::2])
        return risk(model(*theta)) + 0.5 * workloads.L2 * penalty

    theta, v = flat(0), flat(1)
    tracked = [part.clone().requires_grad_(True) for part in theta]

    def value():
        with torch.no_grad():
            return objective(theta).item()

    def gradient():
        found = objective(tracked)
        return found.item(), torch.autograd.grad(found, tracked)

    def hessian_vector():
        first = torch.autograd.grad(objective(tracked), tracked, create_graph=True)
        slope = sum((g * part).sum() for g, part in zip(first, v))
        return torch.autograd.grad(slope, tracked)

    def gauss_newton_vector():
        z, jacobian_vector = torch.func.jvp(model, theta, v)
        curved = torch.autograd.functional.hvp(risk, z, jacobian_vector)[1]
        product = torch.func.vjp(model, *theta)[1](curved)
        return [p + workloads.L2 * part if part.dim() == 2 else p for p, part in zip(product, v)]

    calls = {"value": value, "gradient": gradient, "hessian_vector": hessian_vector,
             "gauss_newton_vector": gauss_newton_vector}
    found, parts = gradient()
    return calls, [found, sum(part.square().sum().item() for part in parts) ** 0.5]


versions = {"torch": torch.__version__, "threads": torch.get_num_threads()}
workloads.serve(versions, prepare)
