"""scikit-learn's training curves on iris and digits, with the weights that they begin at.

    pip install -r benches/peers/requirements.txt
    python benches/peers/sklearn_curves.py

The set-up is that of scikit-learn's example `plot_mlp_training_curves`, without its inverse
scaling and with L-BFGS, for which MLPClassifier records no curve. Writes
`experiments/anchors/sklearn.json`, `iris.safetensors` and `digits.safetensors`, from which
the experiment `anchors` begins.
"""

import json
import warnings
from pathlib import Path

import numpy as np
import sklearn
from safetensors.numpy import save_file
from sklearn import datasets
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import MinMaxScaler

FOLDER = Path(__file__).resolve().parents[2] / "experiments" / "anchors"
SETS = {"iris": (datasets.load_iris, 400), "digits": (datasets.load_digits, 15)}
SGD = {"solver": "sgd", "learning_rate_init": 0.2}
SOLVERS = {
    "sgd": SGD | {"momentum": 0},
    "momentum": SGD | {"momentum": 0.9, "nesterovs_momentum": False},
    "nesterov": SGD | {"momentum": 0.9, "nesterovs_momentum": True},
    "adam": {"solver": "adam", "learning_rate_init": 0.01},
    "lbfgs": {"solver": "lbfgs"},
}


def fit(x, y, epochs, **settings):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return MLPClassifier(random_state=0, max_iter=epochs, **settings).fit(x, y)


def start(x, y):
    """The first weights: steps of 1e-300 leave them where they are."""
    network = fit(x, y, 1, solver="sgd", learning_rate_init=1e-300, momentum=0)
    found = {}
    for i, (weight, bias) in enumerate(zip(network.coefs_, network.intercepts_)):
        found[f"layers.{i}.weight"] = np.ascontiguousarray(weight.T)
        found[f"layers.{i}.bias"] = bias
    return found


found = {"scikit-learn": sklearn.__version__}
for name, (load, epochs) in SETS.items():
    x, y = load(return_X_y=True)
    x = MinMaxScaler().fit_transform(x)
    save_file(start(x, y), FOLDER / f"{name}.safetensors")
    found[name] = {}
    for label, settings in SOLVERS.items():
        network = fit(x, y, epochs, **settings)
        found[name][label] = {
            "loss": network.loss_,
            "accuracy": network.score(x, y),
            "iterations": network.n_iter_,
            "losses": getattr(network, "loss_curve_", []),
        }
(FOLDER / "sklearn.json").write_text(json.dumps(found) + "\n")
