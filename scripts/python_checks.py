"""What scripts/test-python checks beyond the assertions of the documents."""

CHECKS = {}


def prepare(document):
    """Makes the files that a document says the reader has, in the current folder."""
    import numpy as np

    if document == "README.md":
        random = np.random.default_rng(1)
        np.savez("arrays.npz", x=random.normal(size=(60, 5)), y=random.normal(size=60))
