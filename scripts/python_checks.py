"""What scripts/test-python checks beyond the assertions of the documents.

Each check belongs to a section and gets the names that its blocks defined; the current folder is
the one in which they ran. References are other programs' formulas or ones written out here in
NumPy: nothing is compared with itself.
"""

import json
import re
import warnings
from pathlib import Path

CHECKS = {}


def prepare(document):
    """Makes the files that a document says the reader has, in the current folder."""
    import numpy as np

    if document == "README.md":
        random = np.random.default_rng(1)
        np.savez("arrays.npz", x=random.normal(size=(60, 5)), y=random.normal(size=60))


def check_of(section, document="docs/python.md"):
    def register(check):
        CHECKS.setdefault((document, section), []).append(check)
        return check
    return register


def close(found, expected, tolerance):
    """Up to a share of the norm of what was expected."""
    import numpy as np

    distance, scale = np.linalg.norm(np.subtract(found, expected)), np.linalg.norm(expected)
    assert distance <= tolerance * scale, f"{found} instead of {expected}"


def refusal(names, *arguments):
    """The message with which a command is refused, for its input."""
    try:
        names["losslab"](*arguments)
    except RuntimeError as error:
        assert str(error).startswith("exit code 2: error: "), error
        return str(error)
    raise AssertionError(f"accepted: {arguments}")


@check_of("Calling losslab")
def refused_by_name(names):
    """what cannot be used ends with 2 and says what would be right"""
    assert "did you mean 'digits'?" in refusal(names, "train", "-p", "digit", "--json")
    refusal(names, "eval", "-p", "iris", "--no-such-flag")
    assert {"iris", "digits"} <= {line["name"] for line in names["losslab"]("list", "problems",
                                                                         "--json")}


@check_of("Your data")
def refused_data(names):
    """an index, a missing value and text in NPZ are refused, as the page says"""
    np, table = names["np"], names["table"]
    table.to_csv("index.csv")
    message = refusal(names, "eval", "--data", "index.csv", "--target", "price")
    assert "column 1 has no name" in message, message
    missing = table.copy()
    missing.loc[3, "rooms"] = None
    missing.to_csv("missing.csv", index=False)
    message = refusal(names, "eval", "--data", "missing.csv", "--target", "price")
    assert "line 5, column 'rooms': the value is missing" in message, message
    text = np.where(names["y"] > 0, "dear", "cheap")
    for array in text, text.astype(object):
        np.savez("text.npz", x=names["x"], y=array)
        message = refusal(names, "eval", "--data", "text.npz")
        assert "np.unique(y, return_inverse=True)[1]" in message, message


@check_of("Your data")
def task_by_dtype(names):
    """the dtype of y decides on the task, text in a table on classes, --task on both"""
    np, losslab = names["np"], names["losslab"]
    counts = np.arange(300) % 3
    for values, more, task in [(counts, [], "multi-class"), (counts > 0, [], "binary"),
                               (counts.astype(float), [], "regression"),
                               (counts, ["--task", "regression"], "regression")]:
        np.savez_compressed("counts.npz", x=names["x"].astype(np.float32), y=values)
        [found] = losslab("eval", "--data", "counts.npz", *more)
        assert found["targets"]["task"] == task, found
    names["table"].assign(kind=np.where(counts > 0, "b", "a")).to_csv("kinds.csv", index=False)
    [found] = losslab("eval", "--data", "kinds.csv", "--target", "kind")
    assert found["targets"]["classes"] == ["a", "b"], found
    [found] = losslab("eval", "--data", "kinds.csv", "--target", "price")
    assert found["features"]["number"] == 5, found


@check_of("Your data")
def split_sizes(names):
    """70, 10 and 20 % of the rows, or all"""
    found = {split: names["losslab"]("eval", "--data", "houses.npz", "--split", split)[0]["rows"]
             for split in ("train", "validation", "test", "all")}
    assert found == {"train": 210, "validation": 30, "test": 60, "all": 300}, found


@check_of("Runs in pandas")
def as_in_the_summary(names):
    """medians are those of summary.md"""
    runs, problems = names["runs"], names["problems"]
    text = (names["folder"] / "summary.md").read_text(encoding="utf-8")
    checked = 0
    for part in text.split("\n## ")[1:]:
        [problem] = [name for name, row in problems.iterrows()
                     if part.startswith(row["title"])] or [None]
        for cells in re.findall(r"^\| (\w+) \| \S+ ×5 \|(.*)\|$", part, re.M) if problem else []:
            # The spread over seeds stands in brackets behind a median.
            loss, _, passes, _ = (cell.strip().split(" (")[0].strip("*")
                                  for cell in cells[1].split("|"))
            medians = runs[(runs["problem"] == problem) & (runs["solver"] == cells[0])][
                ["loss", "passes_to_target"]].median()
            close(float(loss), medians["loss"], 1e-3)
            if passes.startswith("not reached"):
                assert medians["passes_to_target"] == float("inf")
            else:
                close(float(passes), medians["passes_to_target"], 1e-2)
            checked += 1
    assert checked == 8, checked


@check_of("Runs in pandas")
def goals_by_the_trace(names):
    """what a goal cost is found again in the trace"""
    for goal in names["goals"].itertuples():
        trace = names["trace"]
        run = trace[(trace["problem"] == goal.problem) & (trace["solver"] == goal.solver)
                    & (trace["seed"] == goal.seed)]
        reached = run[run["loss"] <= goal.loss].head(1)
        assert (reached["passes"].tolist() or [float("inf")]) == [goal.passes]
        if len(reached):
            assert reached["seconds"].item() == goal.seconds
    assert len(names["goals"]) == 2 * 4 * 5 * 5


@check_of("Runs in pandas")
def runs_by_the_trace(names):
    """a run's row is the end and the lowest loss of its trace"""
    key = names["key"]
    groups = names["trace"].groupby(key)
    runs = names["runs"].set_index(key).sort_index()
    for column in ["passes", "executed.forward", "executed.samples"]:
        assert (groups[column].last() <= runs[column]).all(), column
    assert (groups["loss"].min() == runs["loss"]).all()
    assert (groups["seconds"].last() <= runs["seconds"]).all()
    forward = names["trace"]["executed.forward"] + 2 * names["trace"]["executed.backward"]
    whole = names["trace"]["solver"] != "adam"
    close(names["trace"]["passes"][whole], forward[whole] / 3, 1e-12)


@check_of("Curves with bands")
def curves_by_hand(names):
    """curves keep the earlier value, as looked up entry by entry"""
    records = [record for record in names["records"]
               if (record["problem"], record["solver"]) == ("digits", "cg")]
    found = names["curves"](names["trace"], "digits", "cg", names["at"])
    assert found.shape == (5, 101)
    for record, curve in zip(records, found):
        entries = list(zip(record["trace"]["passes"], record["trace"]["loss"]))
        for passes, loss in enumerate(curve):
            assert loss == [value for at, value in entries if at <= passes][-1]
    assert Path("curves.png").stat().st_size > 10_000


@check_of("Grids in NumPy")
def paths_are_projections(names):
    """paths, distances and the loss under them belong to the iterates"""
    np, plane = names["np"], names["plane"]
    directions, centre = plane["directions"][0], plane["centre"][0]
    close(directions @ directions.T, np.eye(2), 1e-12)
    for place, run in enumerate(names["described"]["runs"]):
        moved = plane[f"run{place}_iterates"] - centre
        coordinates = moved @ directions.T
        close(plane[f"run{place}_coordinates"], coordinates, 1e-12)
        distance = np.linalg.norm(moved - coordinates @ directions, axis=1)
        close(plane[f"run{place}_distance_from_plane"], distance, 1e-9)
        assert len(run["iterations"]) == len(moved)
    for array in plane.values():
        assert array.dtype == np.float64 and array.flags["C_CONTIGUOUS"]


def hessian(loss_gradient, theta, step=1e-5):
    """By central differences of a gradient, which errs by about 1e-10."""
    import numpy as np

    units = step * np.eye(len(theta))
    columns = [(loss_gradient(theta + unit) - loss_gradient(theta - unit)) / (2 * step)
               for unit in units]
    return (np.array(columns) + np.transpose(columns)) / 2


def houses_gradient(names, theta):
    """By the chain rule, of half the mean squared error with penalty 1e-4, of 3-16-8-1 tanh."""
    np = names["np"]
    x, y = names["x"], names["y"]
    weights = list(names["tensors"](theta, [3, 16, 8, 1]).values())
    layers = list(zip(weights[::2], weights[1::2]))
    outputs = [(x - x.mean(axis=0)) / x.std(axis=0)]
    for weight, bias in layers[:-1]:
        outputs.append(np.tanh(outputs[-1] @ weight.T + bias))
    delta = outputs[-1] @ layers[-1][0].T + layers[-1][1]
    delta = (delta - ((y - y.mean()) / y.std())[:, None]) / len(x)
    parts = []
    for (weight, _), before in zip(reversed(layers), reversed(outputs)):
        parts = [(delta.T @ before + 1e-4 * weight).ravel(), delta.sum(axis=0), *parts]
        delta = (delta @ weight) * (1 - before ** 2)
    return np.concatenate(parts)


@check_of("Grids in NumPy")
def spectrum_by_differences(names):
    """all eigenvalues, and the eigenvectors, are those of NumPy's Hessian by differences"""
    np, spectrum = names["np"], names["spectrum"]
    matrix = hessian(lambda theta: houses_gradient(names, theta), spectrum["end_theta"])
    expected = np.linalg.eigvalsh(matrix)
    close(spectrum["end_hessian_eigenvalues"], expected, 1e-8)
    close(spectrum["end_hessian_largest"], expected[::-1][:10], 1e-8)
    close(spectrum["end_hessian_smallest"], expected[:10], 1e-5)
    for end in "largest", "smallest":
        vectors = spectrum[f"end_hessian_{end}_vectors"]
        close(vectors @ vectors.T, np.eye(10), 1e-10)
        products = spectrum[f"end_hessian_{end}"][:, None] * vectors
        assert np.abs(vectors @ matrix - products).max() < 1e-7


@check_of("Weights in NumPy")
def gradient_by_hand(names):
    """losslab's gradient is NumPy's, at the start and where training ended"""
    np = names["np"]
    flags = ["--data", "houses.csv", "--target", "price", "--hidden", "16,8", "--split", "all"]
    order = [f"layers.{layer}.{part}" for layer in range(3) for part in ("weight", "bias")]
    trained = ["--weights", "results/houses/weights.safetensors"]
    for weights in [], trained:
        names["losslab"]("eval", *flags, *weights, "-o", "houses.safetensors")
        arrays = names["load_file"]("houses.safetensors")
        theta, gradient = (np.concatenate([arrays[prefix + name].ravel() for name in order])
                           for prefix in ("", "gradient."))
        assert np.abs(gradient - houses_gradient(names, theta)).max() < 1e-14


@check_of("PyTorch")
def spectrum_by_torch(names):
    """all eigenvalues around PyTorch's network are those of its own Hessian"""
    torch, np = names["torch"], names["np"]
    network = names["network"]
    network.load_state_dict(names["load_file"]("torch.safetensors"))
    parameters = [p.detach() for p in network.parameters()]
    sizes = [p.numel() for p in parameters]
    keys = [name for name, _ in network.named_parameters()]

    def loss(theta):
        parts = [t.view_as(p) for t, p in zip(theta.split(sizes), parameters)]
        z = torch.func.functional_call(network, dict(zip(keys, parts)), names["features"])
        return 0.5 * ((z - names["targets"]) ** 2).sum(dim=1).mean()

    theta = torch.cat([p.flatten() for p in parameters])
    expected = torch.linalg.eigvalsh(torch.func.hessian(loss)(theta)).numpy()
    found = np.load("results/torch-spectrum/spectrum.npz")
    [eigenvalues] = [found[name] for name in found.files if name.endswith("_hessian_eigenvalues")]
    close(eigenvalues, expected, 1e-12)
    around = np.load("results/torch-around/landscape.npz")
    for row, column in [(0, 0), (7, 22), (30, 30)]:
        moved = np.array([around["first"][0, column], around["second"][0, row]])
        point = around["centre"][0] + moved @ around["directions"][0]
        close(around["train_loss"][0, row, column], loss(torch.tensor(point)).item(), 1e-12)


@check_of("PyTorch")
def losses_by_torch(names):
    """the table of losses says what losslab computes"""
    torch, np, x = names["torch"], names["np"], names["features"]
    random = np.random.default_rng(2)
    real, classes = random.normal(size=(300, 2)), random.integers(3, size=300)
    half = torch.nn.HuberLoss(reduction="none", delta=0.5)
    cases = [
        ("squared-error", real, [], lambda z, y: 0.5 * ((z - y) ** 2).sum(dim=1).mean()),
        ("huber", real, ["--huber-delta", 0.5], lambda z, y: half(z, y).sum(dim=1).mean()),
        ("cross-entropy", classes, [], torch.nn.CrossEntropyLoss()),
        ("binary-cross-entropy", classes % 2, [],
         lambda z, y: torch.nn.BCEWithLogitsLoss()(z[:, 0], y.double())),
    ]
    for loss, y, more, reference in cases:
        np.savez("loss.npz", x=names["x"], y=y)
        names["losslab"]("eval", "--data", "loss.npz", "--split", "all", "--no-standardise",
                         "--hidden", "4", "--l2", 0, "--loss", loss, *more, "-o", "l.safetensors")
        w = names["load_file"]("l.safetensors")
        z = torch.tanh(x @ w["layers.0.weight"].T + w["layers.0.bias"])
        z = z @ w["layers.1.weight"].T + w["layers.1.bias"]
        [found] = names["losslab"]("eval", "--data", "loss.npz", "--split", "all", "--hidden", "4",
                                   "--no-standardise", "--l2", 0, "--loss", loss, *more)
        close(found["value"], reference(z, torch.tensor(y)).item(), 1e-12)


@check_of("scikit-learn")
def others_of_sklearn(names):
    """two classes and several targets are as the page says"""
    from sklearn.neural_network import MLPClassifier, MLPRegressor

    np, flowers = names["np"], names["flowers"]
    two, several = flowers[:, 0] > 5.8, flowers[:, 2:]
    settings = dict(hidden_layer_sizes=(4,), activation="tanh", solver="lbfgs", alpha=0.0,
                    max_iter=20, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")     # twenty iterations are few
        fitted = [(MLPClassifier(**settings).fit(flowers, two), two, 1),
                  (MLPRegressor(**settings).fit(flowers[:, :2], several), several, 2)]
    for network, y, factor in fitted:
        parts = {}
        for layer, (weight, bias) in enumerate(zip(network.coefs_, network.intercepts_)):
            parts |= {f"layers.{layer}.weight": np.ascontiguousarray(weight.T),
                      f"layers.{layer}.bias": bias}
        names["save_file"](parts, "other.safetensors")
        np.savez("other.npz", x=flowers[:, :network.n_features_in_], y=y)
        [found] = names["losslab"]("eval", "--data", "other.npz", "--hidden", 4, "--split", "all",
                                   "--no-standardise", "--l2", 0, "--weights", "other.safetensors")
        close(found["value"], factor * network.loss_, 1e-12)


@check_of("Check us", "README.md")
def differences_are_rounding(names):
    """value and products agree"""
    for name, product in zip(names["names"], names["product"]):
        expected = names["out"]["hessian_vector." + name]
        assert (product - expected).norm() <= 1e-12 * expected.norm()
    assert names["value"].item() > 0
