"""scikit-learn: the loss with its gradient that MLPClassifier and MLPRegressor give L-BFGS.

    python peer_sklearn.py                 (started by time_peers.py)

The function is private and is not called without the other: there is no value by
itself and no curvature. scikit-learn divides its penalty by the number of rows, so
alpha is λ n.
"""

import warnings

import numpy as np
import sklearn
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier, MLPRegressor
from threadpoolctl import threadpool_info

import workloads


def prepare(workload):
    x, y = workload.x, workload.y
    rows = len(x)
    kind = MLPClassifier if workload.classes else MLPRegressor
    network = kind(hidden_layer_sizes=workload.widths[1:-1], activation="tanh",
                   solver="lbfgs", max_iter=1, alpha=workloads.L2 * rows)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        network.fit(x, y.ravel())
    targets = network._label_binarizer.transform(y).astype(bool) if workload.classes else y
    layers = workload.weights(0)
    theta = np.concatenate([w.T.ravel() for w, _ in layers] + [b for _, b in layers])

    def gradient():
        count = len(layers)
        return network._loss_grad_lbfgs(theta, x, targets, None, [x] + [None] * count,
                                        [None] * count, [None] * count, [None] * count)

    found, parts = gradient()
    return {"gradient": gradient}, [float(found), float(np.linalg.norm(parts))]


pools = [{key: pool.get(key) for key in ("internal_api", "num_threads", "architecture")}
         for pool in threadpool_info()]
versions = {"scikit-learn": sklearn.__version__, "numpy": np.__version__, "pools": pools}
workloads.serve(versions, prepare)
